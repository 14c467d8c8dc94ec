"""SC-Lmser as a tf.Module of named signatures, for a SavedModel without our code."""

import tensorflow as tf

from models.sc_lmser.config import SIZE_MULTIPLE
from models.sc_lmser.model import ScLmser
from pretrained.picture_inputs import of_fitting_size


class ScLmserServing(tf.Module):
  """The signatures of one model; the batch axis comes first, and any H and W that 32 divides do.

    photo_to_sketch   photo float32 [B, H, W, 3] in [0, 255] -> sketch float32 [B, H, W, 1] in
                      about [-1, 1], as G makes it; sketch_uint8 [B, H, W, 1], 0 ink, 255 paper
    sketch_to_photo   sketch float32 [B, H, W, 1] in [0, 255] -> photo, photo_uint8 [B, H, W, 3]

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name, of the size the model was trained on.
    weights: what the SavedModel has to hold: the generators'.
  """

  def __init__(self, model: ScLmser):
    super().__init__(name="sc_lmser")
    self.weights = [*model.G.variables, *model.F.variables]
    self.functions, self.inputs = {}, {}
    for name, made, source, channels in (("photo_to_sketch", "sketch", "photo", 3),
                                         ("sketch_to_photo", "photo", "sketch", 1)):
      any_size = tf.TensorSpec([None, None, None, channels], tf.float32, source)
      self.functions[name] = tf.function(_translating(getattr(model, name), source, made),
                                         input_signature=[any_size], autograph=False)
      self.inputs[name] = {source: tf.TensorSpec([None, *model.config.out_size, channels],
                                                 tf.float32, source)}


def pixels(picture: tf.Tensor) -> tf.Tensor:
  """Clipped to [-1, 1], (v + 1) * 127.5, rounded half to even: float32 -> uint8."""
  return tf.cast(tf.round((tf.clip_by_value(picture, -1.0, 1.0) + 1.0) * 127.5), tf.uint8)


def _translating(translate, source, made):
  def run(given):
    result = translate(of_fitting_size(given, source, SIZE_MULTIPLE))
    return {made: result, f"{made}_uint8": pixels(result)}
  return run
