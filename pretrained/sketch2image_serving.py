"""Sketch-to-Image's stages as tf.Modules of named signatures, for SavedModels without our code.

Signatures of both stages, the batch axis first; H and W are any, n is the networks' width nfc:

  encode_style     photo float32 [B, H, W, 3] in [0, 255] -> style_32 [B, 2n], style_16 [B, 4n],
                   style_8 [B, 8n], float32
  encode_content   sketch float32 [B, H, W, 1] in [0, 255], paper 255 -> content_32
                   [B, A/16, A/16, 2n], content_16 [B, A/32, A/32, 4n], content_8
                   [B, A/64, A/64, 8n], float32
  sketch_to_image  sketch, photo, of stage 2 also seed int32 [B] -> image float32 [B, S, S, 3] in
                   (-1, 1), image_uint8

Pictures are brought to A = im_size_ae by nearest neighbours. S is A in stage 1, im_size_gan in
stage 2. Norms take the moving statistics and each row has its own noise, so a row's results depend
on its own inputs only. Vectors and maps have the original's names: the sides of the maps they come
from at A = 512. An input that does not fit raises InvalidArgumentError.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

from models.layers.noise import RowNoise
from models.layers.pixels import normalized
from models.layers.resizing import nearest
from models.sketch2image.autoencoder import AutoEncoder
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.gan_model import SketchGan
from pretrained.picture_inputs import as_many_rows, of_any_size

LEVELS = ("32", "16", "8")
_SKETCH = tf.TensorSpec([None, None, None, 1], tf.float32, "sketch")
_PHOTO = tf.TensorSpec([None, None, None, 3], tf.float32, "photo")
_SEED = tf.TensorSpec([None], tf.int32, "seed")


class _Serving(tf.Module):
  """What the stages have in common.

  Args:
    name: of the model.
    networks: the auto-encoder, of the module's own.
    paint: what `sketch_to_image` does.
    inputs: of `paint`.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name; pictures of A x A.
    weights: what the SavedModel has to hold: the variables that the signatures read.
  """

  def __init__(self, name: str, networks: AutoEncoder, paint: Callable[..., dict],
               inputs: Sequence[tf.TensorSpec]):
    super().__init__(name=name)
    size = networks.image_size
    signatures = {"encode_style": (_encode_style(networks), [_PHOTO]),
                  "encode_content": (_encode_content(networks), [_SKETCH]),
                  "sketch_to_image": (paint, inputs)}
    self.functions = {key: tf.function(function, specs, autograph=False)
                      for key, (function, specs) in signatures.items()}
    self.inputs = {key: {spec.name: _of_size(spec, size) for spec in specs}
                   for key, (_, specs) in signatures.items()}
    self.weights = _read_by(self.functions)


class SketchAutoEncoderServing(_Serving):
  """The signatures of stage 1.

  Args:
    model: its weights are copied, without the classifier.

  Attributes: of `_Serving`.
  """

  def __init__(self, model: SketchAutoEncoder):
    networks = _copied_autoencoder(model.networks)

    def paint(sketch, photo):
      given = _fitting(sketch=sketch, photo=photo)
      image, _ = networks(given["sketch"], given["photo"])
      return _painted(image)

    super().__init__("sketch2image_ae", networks, paint, [_SKETCH, _PHOTO])


class SketchGanServing(_Serving):
  """The signatures of stage 2.

  Args:
    model: its weights are copied: G's moving averages in place of the trained ones, with the
      vectors and statistics of its norms, which have no averages; not D.

  Attributes: of `_Serving`.
  """

  def __init__(self, model: SketchGan):
    networks, generator = _copied_autoencoder(model.networks), _averaged_generator(model)

    def paint(sketch, photo, seed):
      given = _fitting(sketch=sketch, photo=photo, seed=seed)
      first, style = networks(given["sketch"], given["photo"])
      return _painted(generator(first, style, RowNoise(given["seed"])))

    super().__init__("sketch2image", networks, paint, [_SKETCH, _PHOTO, _SEED])


def pixels(picture: tf.Tensor) -> tf.Tensor:
  """float32 in [-1, 1] -> uint8, as the original's files round: floor(127.5 (v + 1) + 0.5)."""
  return tf.cast(tf.clip_by_value(tf.floor((picture + 1.0) * 127.5 + 0.5), 0.0, 255.0), tf.uint8)


def _painted(image):
  return {"image": image, "image_uint8": pixels(image)}


def _encode_style(networks):
  def encode_style(photo):
    photo = nearest(_picture(photo, _PHOTO), networks.image_size, networks.image_size)
    return _by_level("style", networks.style_encoder(photo).vectors)
  return encode_style


def _encode_content(networks):
  def encode_content(sketch):
    sketch = nearest(_picture(sketch, _SKETCH), networks.image_size, networks.image_size)
    return _by_level("content", networks.content_encoder(sketch))
  return encode_content


def _by_level(kind, values):
  return {f"{kind}_{level}": value for level, value in zip(LEVELS, values, strict=True)}


def _fitting(**inputs):
  """The inputs of one request, pictures in [-1, 1]."""
  given = as_many_rows(inputs)
  return {**given, **{spec.name: _picture(given[spec.name], spec) for spec in (_SKETCH, _PHOTO)}}


def _picture(picture, spec):
  """In [-1, 1]."""
  return normalized(of_any_size(picture, spec))


def _of_size(spec, size):
  """A picture's spec with a height and width, any other as it is."""
  shape = [None, size, size, spec.shape[-1]] if spec.shape.rank == 4 else spec.shape
  return tf.TensorSpec(shape, spec.dtype, spec.name)


def _copied_autoencoder(source):
  """The same without the classifier, which exists only where it is asked for."""
  copy = AutoEncoder.from_config(source.get_config())
  variables = source.named_variables()
  for name, variable in copy.named_variables().items():
    variable.assign(variables[name])
  return copy


def _averaged_generator(model):
  """A generator of its own with what `model.averaged()` gives G."""
  copy = type(model.G).from_config(model.G.get_config())
  for kind, values in (("trainable_variables", model.average),
                       ("non_trainable_variables", model.G.non_trainable_variables)):
    for variable, value in zip(getattr(copy, kind), values, strict=True):
      variable.assign(tf.convert_to_tensor(value))
  return copy


def _read_by(functions):
  """The variables that traces of the functions read, each once."""
  read = (variable for function in functions.values()
          for variable in function.get_concrete_function().variables)
  return list({id(variable): variable for variable in read}.values())
