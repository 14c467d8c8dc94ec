"""Adaptive average pooling: any number of windows over any number of pixels."""

import tensorflow as tf

from models.layers.resizing import sizes


def average_pool(x: tf.Tensor, height: int, width: int) -> tf.Tensor:
  """Averages over height x width windows, as PyTorch lays them.

  Window i of m over n pixels holds pixels floor(i n / m) .. ceil((i + 1) n / m) - 1. So windows
  overlap where m does not divide n, and repeat pixels where m is larger.

  Args:
    x: float [B, H, W, C].
    height, width: windows along each side.

  Returns:
    [B, height, width, C]; `x` itself if that is its size.
  """
  rows, columns = x.shape[1:3]
  if (rows, columns) == (height, width):
    return x
  if rows and columns and not rows % height and not columns % width:
    window = [rows // height, columns // width]
    return tf.nn.avg_pool2d(x, window, window, "VALID")
  _, rows, columns, _ = sizes(x)
  return tf.einsum("pr,brcd,qc->bpqd", shares(height, rows, x.dtype), x,
                   shares(width, columns, x.dtype))


def shares(windows: int, pixels: int | tf.Tensor, dtype=tf.float32) -> tf.Tensor:
  """The share of every pixel in every window, [windows, pixels]; each row sums to 1."""
  number, pixel = tf.range(windows)[:, None], tf.range(pixels)[None, :]
  first, end = number * pixels // windows, -(-(number + 1) * pixels // windows)
  inside = tf.logical_and(pixel >= first, pixel < end)
  return tf.cast(tf.where(inside, 1.0 / tf.cast(end - first, tf.float32), 0.0), dtype)
