"""SC-Lmser as a tf.Module of named signatures, for a SavedModel without our code."""

import tensorflow as tf

from models.sc_lmser.config import SIZE_MULTIPLE
from models.sc_lmser.model import ScLmser
from pretrained import face_serving


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
    signatures = face_serving.translations(model, SIZE_MULTIPLE)
    self.functions = {name: function for name, (function, _) in signatures.items()}
    self.inputs = {name: inputs for name, (_, inputs) in signatures.items()}
