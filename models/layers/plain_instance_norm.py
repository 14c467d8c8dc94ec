"""Instance normalisation without gains and offsets."""

import tensorflow as tf

EPSILON = 1e-5


def instance_norm(x: tf.Tensor) -> tf.Tensor:
  """(x - mean) / sqrt(variance + 1e-5) of each image and channel over its pixels.

  Args:
    x: float [B, H, W, C].

  Returns:
    Of the same shape and type; computed in float32.

  Source: Ulyanov et al., "Instance normalization" (2016), as PyTorch's layer does by default.
  """
  wide = tf.cast(x, tf.float32)
  centred = wide - _pixel_mean(wide)
  variance = _pixel_mean(tf.square(centred))
  return tf.cast(centred * tf.math.rsqrt(variance + EPSILON), x.dtype)


def _pixel_mean(x):
  """[B, H, W, C] -> [B, 1, 1, C]; row by row: one sum of 512 x 512 pixels is 6e-5 off on CPUs."""
  return tf.reduce_mean(tf.reduce_mean(x, 2, keepdims=True), 1, keepdims=True)
