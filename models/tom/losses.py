"""What TOM's networks minimise."""

from collections.abc import Sequence

import tensorflow as tf

from models.tom import style

# The original's factor on the sum of the Gram terms.
GRAM_SCALE = 2000.0


def content_loss(features: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
  """Mean squared difference: both float32 [B, H, W, C] -> float32 [B]."""
  return _per_picture(tf.math.squared_difference(features, target))


def gram_loss(fakes: Sequence[tf.Tensor], sketches: Sequence[tf.Tensor]) -> tf.Tensor:
  """2000 times the mean squared differences of the joint Gram matrices, summed over levels.

  Args:
    fakes: features of the fakes of the GLOBAL batch, float32 [B, H, W, C], by level.
    sketches: of as many real sketches; no gradient goes there.

  Returns:
    float32 scalar: the joint matrices compare the pictures of a batch, so no picture has a share
    of its own.
  """
  terms = [tf.reduce_mean(tf.math.squared_difference(
      style.joint_gram(fake), tf.stop_gradient(style.joint_gram(sketch))))
           for fake, sketch in zip(fakes, sketches, strict=True)]
  return GRAM_SCALE * tf.add_n(terms)


def probability(logits: tf.Tensor) -> tf.Tensor:
  """What the original logs of a judgement, sigmoid(D): [B, h, w, 1] -> float32 [B]."""
  return _per_picture(tf.sigmoid(logits))


def _per_picture(values):
  return tf.reduce_mean(values, axis=[1, 2, 3])
