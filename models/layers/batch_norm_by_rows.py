"""Batch normalisation whose sums over pixels are exact to float32, and so is its gradient."""

import tensorflow as tf


def mean_by_rows(x: tf.Tensor) -> tf.Tensor:
  """The mean over samples and pixels, [B, H, W, C] -> [C].

  A mean of means: TensorFlow on CPUs adds the pixels one after the other, which for a million of
  them costs three digits.
  """
  return tf.reduce_mean(tf.reduce_mean(x, 2), [0, 1])  # [B, H, W, C] -> [B, H, C] -> [C]


@tf.custom_gradient
def batch_norm_by_rows(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: float):
  """gamma (x - mean) / sqrt(variance + epsilon) + beta, and the batch's mean and biased variance.

  Args:
    x: float32 [B, H, W, C].
    gamma, beta: float32 [C].
    epsilon: added to the variance.

  Returns:
    float32 [B, H, W, C], [C], [C]. The gradient goes through the first one only.
  """
  mean = mean_by_rows(x)
  centred = x - mean
  variance = mean_by_rows(tf.square(centred))
  scale = tf.math.rsqrt(variance + epsilon)

  def gradient(upstream, *_):
    normed = centred * scale
    of_beta, of_gamma = mean_by_rows(upstream), mean_by_rows(upstream * normed)
    of_x = gamma * scale * (upstream - of_beta - normed * of_gamma)
    count = tf.cast(tf.reduce_prod(tf.shape(x)[:3]), x.dtype)
    return of_x, count * of_gamma, count * of_beta, None

  return (centred * (gamma * scale) + beta, mean, variance), gradient
