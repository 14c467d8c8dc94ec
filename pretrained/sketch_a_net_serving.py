"""Sketch-a-Net as a tf.Module of named signatures, for a SavedModel without our code."""

import tensorflow as tf

from models.sketch_a_net.model import SketchANet


class SketchANetServing(tf.Module):
  """The one signature of a classifier; the batch axis comes first.

    recognise   image uint8 [B, W, W, C], 0 ink, 255 paper -> category int64 [B] (position in the
                model's list), name string [B], probability float32 [B, N], features [B, F]

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name.
    weights: what the SavedModel has to hold.
  """

  def __init__(self, model: SketchANet):
    super().__init__(name="sketch_a_net")
    config = model.config
    self.weights = model.trainable_variables
    names = tf.constant(config.categories)

    def recognise(image):
      scores, features = model.recognise(image)
      category = tf.argmax(scores, axis=1)
      return {"category": category, "name": tf.gather(names, category),
              "probability": tf.nn.softmax(scores), "features": features}

    image = tf.TensorSpec([None, config.image_width, config.image_width, config.channels],
                          tf.uint8, "image")
    self.functions = {"recognise": tf.function(recognise, input_signature=[image],
                                               autograph=False)}
    self.inputs = {"recognise": {"image": image}}
