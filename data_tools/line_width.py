"""Thicker lines: pictures with lines 1 pixel wide, as the rasteriser draws them, drawn anew.

The ink is convolved with a round pen and cut off at black, so lines of any direction get the same
width, with round ends and soft edges.
"""

import functools

import numpy as np
import tensorflow as tf

_FINE = 32  # samples across a pixel when the pen's coverage is measured


def widen(images: tf.Tensor, width: float) -> tf.Tensor:
  """Draws with a round pen along the ink.

  Args:
    images: uint8 [B, W, W, C], 255 paper, 0 ink, lines 1 pixel wide.
    width: of the lines to be, pixels; 1 or less leaves them as they are.

  Returns:
    uint8 of the same shape.
  """
  if width <= 1:
    return images
  pen = _pen(float(width))
  kernel = np.repeat(pen[:, :, None, None], images.shape[-1], axis=2)  # [k, k, C, 1]
  ink = 255.0 - tf.cast(images, tf.float32)
  drawn = tf.nn.depthwise_conv2d(ink, kernel, [1, 1, 1, 1], "SAME")
  return tf.cast(255.5 - tf.minimum(drawn, 255.0), tf.uint8)


@functools.cache
def _pen(width: float) -> np.ndarray:
  """The disc that makes lines of a width out of those 1 pixel wide: float32 [k, k], k odd.

  Its own diameter is less, as the edges that it makes reach farther out.
  """
  low, high = 0.0, width
  for _ in range(20):
    middle = (low + high) / 2
    low, high = (middle, high) if _drawn_width(_disc(middle, width)) < width else (low, middle)
  return _disc(high, width)


def _disc(diameter: float, room: float) -> np.ndarray:
  """How much of each pixel a disc covers, with room for a larger one: float32 [k, k]."""
  reach = int(np.ceil(room / 2))
  steps = (np.arange((2 * reach + 1) * _FINE) + 0.5) / _FINE - reach - 0.5
  inside = np.hypot(steps, steps[:, None]) <= diameter / 2
  return inside.reshape(2 * reach + 1, _FINE, 2 * reach + 1, _FINE).mean((1, 3)).astype(np.float32)


def _drawn_width(pen: np.ndarray) -> float:
  """The mean ink across a level line, drawn along a row of pixels or between two."""
  on_row = pen.sum(axis=1)
  between = (np.append(on_row, 0) + np.append(0, on_row)) / 2
  return (np.minimum(on_row, 1).sum() + np.minimum(between, 1).sum()) / 2
