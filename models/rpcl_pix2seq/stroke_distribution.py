"""The distribution of the next point: a bivariate Gaussian mixture and a pen state.

Pure functions. M = 20 mixtures; the head's 3 + 6M numbers are 3 pen logits, then pi, mu_x, mu_y,
sigma_x, sigma_y, rho, M each. Source: Ha & Eck, "A neural representation of sketch drawings"
(2017); Graves, "Generating sequences with recurrent neural networks" (2013).
"""

import math
from typing import NamedTuple

import tensorflow as tf

MIXTURES = 20
HEAD_SIZE = 3 + 6 * MIXTURES


class StrokeDistribution(NamedTuple):
  """Parameters of the next point, each float32 [..., M] but `pen_logits` [..., 3]."""

  pen_logits: tf.Tensor
  pi: tf.Tensor
  mu_x: tf.Tensor
  mu_y: tf.Tensor
  sigma_x: tf.Tensor
  sigma_y: tf.Tensor
  rho: tf.Tensor


def from_head(head: tf.Tensor) -> StrokeDistribution:
  """Cuts and squashes the raw head: float32 [..., 3 + 6M]."""
  pen_logits, pi, mu_x, mu_y, sigma_x, sigma_y, rho = tf.split(
      head, [3] + [MIXTURES] * 6, axis=-1)
  return StrokeDistribution(pen_logits, tf.nn.softmax(pi), mu_x, mu_y, tf.exp(sigma_x),
                            tf.exp(sigma_y), tf.tanh(rho))


def offset_nll(distribution: StrokeDistribution, offsets: tf.Tensor) -> tf.Tensor:
  """-log(sum_m pi_m N(dx, dy) + 1e-6).

  Args:
    distribution: of each point.
    offsets: float32 [..., 2], (dx, dy) in units of the data set's scale factor.

  Returns:
    float32 [...].
  """
  _, pi, mu_x, mu_y, sigma_x, sigma_y, rho = distribution
  dx, dy = offsets[..., :1] - mu_x, offsets[..., 1:2] - mu_y  # [..., M]
  across = sigma_x * sigma_y
  z = (tf.square(dx / sigma_x) + tf.square(dy / sigma_y) - 2.0 * rho * dx * dy / across)
  uncorrelated = 1.0 - tf.square(rho)
  density = tf.exp(-z / (2.0 * uncorrelated)) / (2.0 * math.pi * across * tf.sqrt(uncorrelated))
  return -tf.math.log(tf.reduce_sum(pi * density, axis=-1) + 1e-6)


def pen_nll(distribution: StrokeDistribution, pen: tf.Tensor) -> tf.Tensor:
  """Cross-entropy of the pen state: pen float32 one-hot [..., 3] -> float32 [...]."""
  return tf.nn.softmax_cross_entropy_with_logits(labels=pen, logits=distribution.pen_logits)
