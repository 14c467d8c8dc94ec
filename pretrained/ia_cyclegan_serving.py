"""IACycleGAN and its recognisers as tf.Modules of named signatures, for SavedModels."""

import tensorflow as tf

from models.ia_cyclegan.config import SIZE_MULTIPLE
from models.ia_cyclegan.model import IaCycleGan
from models.vggface.config import DOMAINS
from models.vggface.model import FaceRecogniser
from pretrained import face_serving


class IaCycleGanServing(tf.Module):
  """The signatures of a GAN with its recognisers; the batch axis comes first.

    photo_to_sketch   photo float32 [B, H, W, 3] in [0, 255], H and W multiples of 4 -> sketch
                      float32 [B, H, W, 1] in (-1, 1), sketch_uint8
    sketch_to_photo   sketch float32 [B, H, W, 1] in [0, 255] -> photo, photo_uint8 [B, H, W, 3]
    embed_photo       photo, any H and W -> features float32 [B, D] of length 1
    embed_sketch      sketch -> features

  A CycleGAN without recognisers has the first two only.

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name, of the size the model was trained on.
    weights: what the SavedModel has to hold: the generators' and the recognisers'.
  """

  def __init__(self, model: IaCycleGan):
    super().__init__(name="ia_cyclegan")
    self.weights = [*model.G_sketch.variables, *model.G_photo.variables]
    signatures = face_serving.translations(model, SIZE_MULTIPLE)
    if model.config.has_recognisers:
      for domain in DOMAINS:
        recogniser = model.frozen.of(domain)
        self.weights += recogniser.network.variables
        signatures[f"embed_{domain}"] = face_serving.embedding(recogniser, domain,
                                                               model.config.out_size)
    self.functions = {name: function for name, (function, _) in signatures.items()}
    self.inputs = {name: inputs for name, (_, inputs) in signatures.items()}


class VggFaceServing(tf.Module):
  """The signature of a recogniser alone.

    embed   photo or sketch, by its domain, [B, H, W, 3 or 1] in [0, 255] -> features float32 [B, D]
            of length 1

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions, inputs, weights: see above.
  """

  def __init__(self, model: FaceRecogniser):
    super().__init__(name="vggface")
    domain = model.config.domain
    function, inputs = face_serving.embedding(model, domain, model.config.out_size)
    self.weights = list(model.network.variables)
    self.functions, self.inputs = {"embed": function}, {"embed": inputs}
