"""The mathematics of the self-organised latent mixture: posterior, EM and RPCL estimates.

Pure functions; K components, Z latent size, B codes. Source of all of them: Zang, Tu & Xu,
"Controllable stroke-based sketch synthesis from a self-organized latent space", Neural
Networks 137 (2021); rival penalised competitive learning: Xu, Krzyzak & Oja (1993).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

SMALL = 1e-10


class Mixture(NamedTuple):
  """Parameters of a mixture of K axis-aligned Gaussians: float32 [K, Z], [K, Z], [K, 1]."""

  means: tf.Tensor
  variances: tf.Tensor
  weights: tf.Tensor


def log_densities(codes: tf.Tensor, mixture: Mixture) -> tf.Tensor:
  """log N(code | mean_k, diag(variance_k)): float32 [B, Z] -> float32 [B, K]."""
  offsets = codes[:, None, :] - mixture.means[None]  # [B, K, Z]
  terms = (math.log(2 * math.pi) + tf.math.log(mixture.variances + SMALL)
           + tf.square(offsets) / (mixture.variances + SMALL))
  return -0.5 * tf.reduce_sum(terms, axis=-1)


def posterior(codes: tf.Tensor, mixture: Mixture) -> tf.Tensor:
  """p(k | code), never exactly 0: float32 [B, Z] -> float32 [B, K].

  Densities are exponentiated and normalised in float64, where codes far from every component
  underflow to a uniform posterior; then clipped to [1e-5, 1] and renormalised.
  """
  densities = tf.exp(tf.cast(log_densities(codes, mixture), tf.float64))  # [B, K]
  joint = densities * tf.cast(tf.transpose(mixture.weights), tf.float64)
  share = joint / (tf.reduce_sum(joint, axis=-1, keepdims=True) + 1e-300)
  share = tf.clip_by_value(tf.cast(share, tf.float32), 1e-5, 1.0)
  return share / (tf.reduce_sum(share, axis=-1, keepdims=True) + SMALL)


def rpcl_responsibilities(p: tf.Tensor, delearning_rate: float) -> tf.Tensor:
  """one-hot(winner) - delearning_rate * one-hot(rival): float32 [B, K] -> [B, K].

  The rival is the best after the winner is removed.
  """
  components = p.shape[-1]
  winner = tf.one_hot(tf.argmax(p, axis=-1), components)
  rival = tf.one_hot(tf.argmax(p - 2.0 * winner, axis=-1), components)
  return winner - delearning_rate * rival


def batch_estimate(r: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor,
                   global_sum: Callable[[list[tf.Tensor]], list[tf.Tensor]]) -> Mixture:
  """The mixture that fits this batch under responsibilities r.

  Args:
    r: float32 [B, K], may be negative (RPCL).
    mean: float32 [B, Z], the encoder's means.
    variance: float32 [B, Z], the encoder's variances.
    global_sum: sums each tensor over the replicas, so that the estimate is that of the whole
      batch.
  """
  total, first, count = global_sum([tf.reduce_sum(r, axis=0)[:, None],  # [K, 1]
                                    tf.matmul(r, mean, transpose_a=True),  # [K, Z]
                                    tf.cast(tf.shape(r)[0], tf.float32)])
  means = first / (total + SMALL)
  spread = tf.square(mean[:, None, :] - means[None]) + variance[:, None, :]  # [B, K, Z]
  second, = global_sum([tf.reduce_sum(r[:, :, None] * spread, axis=0)])
  return Mixture(means, second / (total + SMALL), total / count)


def blend(old: Mixture, new: Mixture, momentum: float, min_variance: float = 1e-10) -> Mixture:
  """momentum * old + (1 - momentum) * new, variances and weights kept legal."""
  mix = lambda a, b: momentum * a + (1.0 - momentum) * b
  weights = tf.clip_by_value(mix(old.weights, new.weights), 0.0, 1.0)
  return Mixture(mix(old.means, new.means),
                 tf.clip_by_value(mix(old.variances, new.variances), min_variance, 1e10),
                 weights / tf.reduce_sum(weights))
