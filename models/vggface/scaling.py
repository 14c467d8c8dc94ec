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
    float32 [B, H', W', C]: pictures of the face's ratio with white around them; others (crops) as
    they are.
  """
  if _is_face(geometry.crop, geometry):
    return pictures
  size = tuple(pictures.shape[1:3])
  if None not in size:
    if not _is_face(size, geometry):
      return pictures
    added = [round((crop - face) * size[0] / geometry.face[0])
             for crop, face in zip(geometry.crop, geometry.face)]
  else:
    added = tf.unstack(_white_of_any_size(*tf.unstack(tf.shape(pictures)[1:3]), geometry))
  pads = [[one // 2, one - one // 2] for one in added]
  return tf.pad(pictures, [[0, 0], *pads, [0, 0]], constant_values=_WHITE)


def _is_face(size, geometry) -> bool:
  return fitted_size(size, geometry.face) == tuple(geometry.face)


def _white_of_any_size(height, width, geometry) -> tf.Tensor:
  """The same for a size that is not known when tracing: rows and columns to add, int32 [2]."""
  face = geometry.face
  is_face = tf.equal(height * face[1] // tf.maximum(width, 1), face[0])  # see `fitted_size`
  more = tf.constant([crop - one for crop, one in zip(geometry.crop, face)], tf.float32)
  added = tf.round(more * tf.cast(height, tf.float32) / face[0])
  return tf.cast(tf.where(is_face, added, 0.0), tf.int32)


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
