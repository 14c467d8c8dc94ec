"""Pictures of any size as a recogniser's network takes them."""

import tensorflow as tf

from data_tools.faces.geometry import Geometry, fitted_size
from models.layers.resizing import sizes

_WHITE = 1.0


def framed(pictures: tf.Tensor, geometry: Geometry) -> tf.Tensor:
  """Puts faces on white, as training shows them: what a crop in the middle of the canvas holds.

  Args:
    pictures: float32 [B, H, W, C] in [-1, 1].
    geometry: the sizes of training, here taken as proportions.

  Returns:
    float32 [B, H', W', C]: pictures of the face's ratio with white around them; others (crops, and
    such whose size is not known when tracing) as they are.
  """
  size = tuple(pictures.shape[1:3])
  if None in size or not _is_face(size, geometry) or _is_face(geometry.crop, geometry):
    return pictures
  scale = size[0] / geometry.face[0]
  pads = [_both_sides(round((crop - face) * scale))
          for crop, face in zip(geometry.crop, geometry.face)]
  return tf.pad(pictures, [[0, 0], *pads, [0, 0]], constant_values=_WHITE)


def _is_face(size, geometry) -> bool:
  return fitted_size(size, geometry.face) == tuple(geometry.face)


def _both_sides(pixels: int) -> list[int]:
  return [pixels // 2, pixels - pixels // 2]


def as_input(pictures: tf.Tensor, size: int) -> tf.Tensor:
  """Resizes bilinearly, and repeats a gray picture's channel for red, green and blue.

  Smaller ones are made by weights that reach as far as the step between two new pixels, as
  Pillow's bilinear and TensorFlow's with antialias do: thin lines of a sketch stay.

  Args:
    pictures: float32 [B, H, W, 1] or [B, H, W, 3].
    size: S, width and height of the result.

  Returns:
    float32 [B, S, S, 3]; differentiable, and fit for XLA where H and W are known when tracing.
  """
  _, height, width, channels = sizes(pictures)
  if tuple(pictures.shape[1:3]) != (size, size):
    rows = tf.einsum("sh,bhwc->bswc", _weights(height, size), pictures)
    pictures = tf.einsum("sw,bhwc->bhsc", _weights(width, size), rows)
  return tf.repeat(pictures, 3, axis=-1) if channels == 1 else pictures


def _weights(source, target) -> tf.Tensor:
  """How much of each old pixel goes into each new one: float32 [target, source], rows sum to 1."""
  step = tf.cast(source, tf.float32) / target
  centre = (tf.range(target, dtype=tf.float32) + 0.5) * step - 0.5
  distance = tf.abs(tf.range(source, dtype=tf.float32) - centre[:, None]) / tf.maximum(step, 1.0)
  weights = tf.nn.relu(1.0 - distance)
  return weights / tf.reduce_sum(weights, axis=1, keepdims=True)
