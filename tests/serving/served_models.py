"""Small exported models that the tests of the client share."""

import pathlib

import tensorflow as tf

from pretrained import contextual_gan_serving, picture_inputs
from pretrained.export import EXPORTERS
from tests.models import tiny, tiny_sketch_a_net

# Name on the server -> kind, how to make it, which of its signatures.
MODELS = {"drawer": ("rpcl_pix2seq", lambda: tiny.model(dec_model="lstm"), ("encode",)),
          "recogniser": ("sketch_a_net", tiny_sketch_a_net.model, ("recognise",))}
SIZE = 16  # of joint pictures


class Toy(tf.Module):
  """Bytes and numbers that come back, in one output and in several; photos of any size; joint
  pictures as Contextual GAN takes them, drawings as RPCL-pix2seq gives them, made in no time."""

  def __init__(self):
    super().__init__()
    joint, mask = (tf.TensorSpec([None, SIZE, 2 * SIZE, channels], tf.float32, name)
                   for name, channels in (("joint", 3), ("mask", 1)))
    seed = tf.TensorSpec([None], tf.int32, "seed")
    data = tf.TensorSpec([None], tf.string, "data")
    numbers = tf.TensorSpec([None, None], tf.float32, "numbers")
    photo = tf.TensorSpec([None, None, None, 3], tf.float32, "photo")
    self.functions = {
        "back": tf.function(lambda data: {"same_bytes": data}, [data]),
        "tell": tf.function(lambda numbers: {
            "same": numbers, "name": tf.fill([tf.shape(numbers)[0]], "näme")}, [numbers]),
        "complete": tf.function(_completed, [joint, mask, seed]),
        "sample": tf.function(_sampled, [tf.TensorSpec([None, 5], tf.float32, "code"),
                                         tf.TensorSpec([None], tf.float32, "temperature"), seed]),
        "photo_to_sketch": tf.function(_gray, [photo], autograph=False)}


def _sampled(code, temperature, seed):
  """Four points and an end; strokes [B, 5, 5]."""
  offsets = code[:, :, None] * temperature[:, None, None] * tf.constant([1.0, -2.0])
  offsets += tf.cast(seed, tf.float32)[:, None, None]
  pen = tf.one_hot([[0, 1, 0, 0, 2]], 3) + 0.0 * offsets[:, :, :1]
  return {"strokes": tf.concat([offsets, pen], -1), "length": 4 + 0 * seed}


def _completed(joint, mask, seed):
  grey = tf.cast(seed, tf.float32)[:, None, None, None]
  made = mask * joint + (1.0 - mask) * grey
  return {"joint": made / 127.5 - 1.0, "joint_uint8": tf.cast(made, tf.uint8),
          "error": contextual_gan_serving.mask_and_pixel_errors(joint, mask)}


def _gray(photo):
  sketch = tf.reduce_mean(picture_inputs.of_fitting_size(photo, "photo", 4), -1, keepdims=True)
  return {"sketch": sketch, "sketch_uint8": tf.cast(sketch, tf.uint8)}


def export(folder: pathlib.Path) -> dict[str, pathlib.Path]:
  """Name on the server -> the SavedModel."""
  modules = {"toy": (Toy(), ("back", "tell", "photo_to_sketch", "complete", "sample"))}
  for name, (kind, make, kept) in MODELS.items():
    modules[name] = EXPORTERS[kind].module(make()), kept
  for name, (module, kept) in modules.items():
    # Saving traces every function that the module holds.
    module.functions = {key: module.functions[key] for key in kept}
    functions = {key: module.functions[key].get_concrete_function() for key in kept}
    tf.saved_model.save(module, str(folder / name),
                        {**functions, "serving_default": functions[kept[0]]})
  return {name: folder / name for name in modules}
