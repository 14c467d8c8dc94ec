"""Batch normalisation against plain NumPy, and over two replicas."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers.batch_norm import BatchNorm, PureBatchNorm
from tests.strategies import replicas


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def batch_normed(x, gamma, beta):
  axes, count = (0, 1, 2), x.size / x.shape[-1]
  mean, variance = x.mean(axes), x.var(axes)
  return (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta, mean, variance * count / (count - 1)


def test_batch_norm_and_its_averages_are_those_of_plain_numpy():
  layer, x = PureBatchNorm(momentum=0.1), 3 + 2 * random_array(2, 3, 4, 5)
  layer(x)
  gamma, beta = random_array(5, seed=1), random_array(5, seed=2)
  layer.gamma.assign(gamma)
  layer.beta.assign(beta)
  got, moments = layer(x, training=True)
  expected, mean, variance = batch_normed(x.astype(np.float64), gamma, beta)
  np.testing.assert_allclose(got, expected, atol=1e-5)
  np.testing.assert_array_equal(layer.moving_mean, np.zeros(5))
  layer.follow(moments)
  layer.follow(moments)
  np.testing.assert_allclose(layer.moving_mean, 0.99 * mean, rtol=1e-5)
  np.testing.assert_allclose(layer.moving_variance, 0.01 + 0.99 * variance, rtol=1e-5)
  got, none = layer(x)
  assert none is None
  expected = (x - 0.99 * mean) / np.sqrt(0.01 + 0.99 * variance + 1e-5) * gamma + beta
  np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("synchronized", [False, True])
def test_batch_norm_over_two_replicas(synchronized):
  """Synchronised it is the global batch's, gradients too; else each replica's own."""
  x, upstream = 3 + random_array(4, 3, 4, 5), random_array(4, 3, 4, 5, seed=1)
  strategy = replicas(2)
  with strategy.scope():
    layer = PureBatchNorm(0.1, synchronized)
    layer.build([None, None, None, 5])

  def step(rows, weights):
    with tf.GradientTape() as tape:
      tape.watch(rows)
      out, moments = layer(rows, training=True)
      total = tf.reduce_sum(out * weights)
    layer.follow(moments)
    return out, tape.gradient(total, rows)

  parts = lambda array: strategy.experimental_distribute_values_from_function(
      lambda context: tf.constant(np.split(array, 2)[context.replica_id_in_sync_group]))
  results = tf.function(lambda a, b: strategy.run(step, (a, b)))(parts(x), parts(upstream))
  out, gradient = (np.concatenate(strategy.experimental_local_results(one)) for one in results)
  single, expected, expected_gradients = PureBatchNorm(0.1), [], []
  for rows, weights in zip(np.split(x, 1 if synchronized else 2),
                           np.split(upstream, 1 if synchronized else 2)):
    rows = tf.constant(rows)
    with tf.GradientTape() as tape:
      tape.watch(rows)
      made, moments = single(rows, training=True)
      total = tf.reduce_sum(made * weights)
    expected.append(made)
    expected_gradients.append(tape.gradient(total, rows))
  np.testing.assert_allclose(out, np.concatenate(expected), atol=1e-5)
  np.testing.assert_allclose(gradient, np.concatenate(expected_gradients), atol=1e-5)
  if synchronized:
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.1 + 0.9 * moments.variance,
                               rtol=1e-5)


def test_an_ordinary_layer_moves_its_averages_by_itself():
  """Of vectors, too, whose stored variance is the unbiased one as in PyTorch."""
  layer, x = BatchNorm(), 3 + 2 * random_array(6, 5)
  layer(x)
  got = layer(x, training=True)
  expected, mean, variance = batch_normed(x[:, None, None].astype(np.float64), 1.0, 0.0)
  np.testing.assert_allclose(got, expected[:, 0, 0], atol=1e-5)
  np.testing.assert_allclose(layer.moving_mean, 0.1 * mean, rtol=1e-5)
  np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * variance, rtol=1e-5)
  before = layer.moving_mean.numpy()
  layer(x)
  np.testing.assert_array_equal(layer.moving_mean, before)
