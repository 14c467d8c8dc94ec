"""What changes with the training step."""

import math

import tensorflow as tf

from models.sketch_a_net.config import SketchANetConfig


def learning_rate(step: tf.Tensor, config: SketchANetConfig) -> tf.Tensor:
  """min + (start - min) (1 + cos(pi step / num_steps)) / 2, float32 scalar; min after num_steps."""
  done = tf.minimum(tf.cast(step, tf.float32) / config.num_steps, 1.0)
  fall = (1.0 + tf.cos(math.pi * done)) / 2.0
  low = config.min_learning_rate
  return low + (config.learning_rate - low) * fall
