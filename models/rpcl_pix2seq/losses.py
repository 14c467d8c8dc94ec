"""The loss terms of RPCL-pix2seq, each per drawing, float32 [B].

Their means over the global batch are the figures of the original's log. Source: Zang, Tu & Xu,
Neural Networks 137 (2021).
"""

import tensorflow as tf

from models.rpcl_pix2seq.mixture import SMALL, Mixture
from models.rpcl_pix2seq.stroke_distribution import StrokeDistribution, offset_nll, pen_nll


def alpha_loss(p: tf.Tensor, mixture: Mixture) -> tf.Tensor:
  """KL of the posterior from the mixture weights: sum_k p log(p / q).

  Args:
    p: posterior, float32 [B, K].
    mixture: the UPDATED parameters, without gradient.
  """
  q = tf.transpose(mixture.weights)  # [1, K]
  return tf.reduce_sum(p * tf.math.log(p / (q + SMALL) + SMALL), axis=-1)


def gaussian_loss(p: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor,
                  mixture: Mixture) -> tf.Tensor:
  """Posterior-weighted KL of the encoder's Gaussian from each component.

  Args:
    p: posterior, float32 [B, K].
    mean: float32 [B, Z] of the encoder.
    variance: float32 [B, Z] of the encoder.
    mixture: the UPDATED parameters, without gradient.
  """
  _, q_variance, _ = mixture
  distance = variance[:, None] + tf.square(mean[:, None] - mixture.means)  # [B, K, Z]
  terms = (tf.math.log(q_variance + SMALL) + distance / (q_variance + SMALL) - 1.0
           - tf.math.log(variance + SMALL)[:, None])
  return 0.5 * tf.reduce_sum(p * tf.reduce_sum(terms, axis=-1), axis=-1)


def reconstruction_loss(distribution: StrokeDistribution, target: tf.Tensor,
                        training: bool) -> tf.Tensor:
  """The original's `lil` loss, summed over the T steps.

  The offsets count up to the end of the drawing. The pen counts at every padded step too in
  training, but is masked like the offsets at evaluation, so the two figures can't be compared.

  Args:
    distribution: parameters [B, T, ...].
    target: float32 [B, T, 5], stroke-5.
    training: which of the two forms.
  """
  drawn = 1.0 - target[..., 4]  # [B, T]
  pen = pen_nll(distribution, target[..., 2:])
  if not training:
    pen *= drawn
  return tf.reduce_sum(offset_nll(distribution, target[..., :2]) * drawn + pen, axis=-1)


def image_loss(image: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
  """Sum over pixels of the squared error: float32 [B, W, W, 1] both."""
  return tf.reduce_sum(tf.math.squared_difference(image, decoded), axis=[1, 2, 3])
