"""TOM as a tf.Module of named signatures, for a SavedModel without our code."""

import tensorflow as tf

from models.tom.config import SIZE_MULTIPLE
from models.tom.model import Tom, thresholded
from pretrained.picture_inputs import of_fitting_size


class TomServing(tf.Module):
  """The signature of one model; the batch axis comes first, and any H and W that 32 divides do.

    photo_to_sketch   photo float32 [B, H, W, 3] in [0, 255] -> sketch float32 [B, H, W, 1] in
                      [0, 1], 1 paper, its greys; sketch_uint8 [B, H, W, 1], 255 where the grey is
                      above 0.7, else 0

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name, of the size the model was trained on.
    weights: what the SavedModel has to hold: the generator's and VGG-16's.
  """

  def __init__(self, model: Tom):
    super().__init__(name="tom")
    self.weights = [*model.vgg.variables, *model.G.variables]

    def run(photo):
      grey = model.photo_to_sketch(of_fitting_size(photo, "photo", SIZE_MULTIPLE))
      return {"sketch": grey, "sketch_uint8": tf.cast(255.0 * thresholded(grey), tf.uint8)}

    spec = lambda *size: tf.TensorSpec([None, *size, 3], tf.float32, "photo")
    self.functions = {"photo_to_sketch": tf.function(run, [spec(None, None)], autograph=False)}
    size = model.config.im_size
    self.inputs = {"photo_to_sketch": {"photo": spec(size, size)}}
