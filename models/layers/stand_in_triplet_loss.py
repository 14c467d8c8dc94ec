"""The semi-hard triplet loss in plain TensorFlow, for where TensorFlow Addons isn't installed."""

import tensorflow as tf


def stand_in_triplet_loss(identity: tf.Tensor, features: tf.Tensor, margin: float) -> tf.Tensor:
  """Addons' `triplet_semihard_loss` of squared distances: the same sums in the same order.

  Where an anchor has no picture of another identity, its negative is at distance 0.

  Args:
    identity: integer [B].
    features: float32 [B, D].
    margin: above 0.

  Returns:
    float32 scalar, the mean over all ordered pairs of one identity.
  """
  distance = _squared_distances(features)  # [anchor, other]
  same = tf.equal(identity[:, tf.newaxis], identity)
  of_others = tf.logical_not(same)
  # [anchor, positive, negative]: the negative is farther than the positive
  farther = of_others[:, tf.newaxis] & (distance[:, tf.newaxis] > distance[:, :, tf.newaxis])
  nearest_farther = _smallest(distance[:, tf.newaxis], farther)[..., 0]
  farthest = _largest(distance, of_others)
  negative = tf.where(tf.reduce_any(farther, axis=-1), nearest_farther, farthest)
  pairs = tf.cast(same, tf.float32) - tf.eye(tf.size(identity))
  losses = tf.maximum((margin + (distance - negative)) * pairs, 0.0)
  return tf.reduce_sum(losses) / tf.reduce_sum(pairs)


def _squared_distances(x):
  """[B, D] -> [B, B], of no pair below 0, and 0 of each to itself."""
  squares = tf.reduce_sum(tf.square(x), axis=1)
  distance = squares[:, tf.newaxis] + squares - 2.0 * tf.matmul(x, x, transpose_b=True)
  return tf.maximum(distance, 0.0) * (1.0 - tf.eye(tf.shape(x)[0]))


def _smallest(values, chosen):
  """Of the chosen along the last axis, which stays; the largest of all where none is chosen."""
  largest = tf.reduce_max(values, axis=-1, keepdims=True)
  offsets = (values - largest) * tf.cast(chosen, values.dtype)
  return tf.reduce_min(offsets, axis=-1, keepdims=True) + largest


def _largest(values, chosen):
  """Of the chosen along the last axis, which stays; the smallest of all where none is chosen."""
  smallest = tf.reduce_min(values, axis=-1, keepdims=True)
  offsets = (values - smallest) * tf.cast(chosen, values.dtype)
  return tf.reduce_max(offsets, axis=-1, keepdims=True) + smallest
