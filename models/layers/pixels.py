"""From stored pixels to what networks see."""

import tensorflow as tf


def normalized(picture: tf.Tensor) -> tf.Tensor:
  """Pixels 0..255 of any type -> float32 in [-1, 1]."""
  return tf.cast(picture, tf.float32) / 127.5 - 1.0
