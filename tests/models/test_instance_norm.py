"""Instance normalisation: NumPy's, and one picture at a time what Addons makes of all at once."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers.instance_norm import InstanceNorm

ONE_BY_ONE = pytest.mark.parametrize("one_by_one", [False, True])


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def layer(one_by_one, epsilon=1e-5, channels=5):
  made = InstanceNorm(epsilon, one_by_one)
  made.build([None, None, None, channels])
  made.gamma.assign(random_array(channels, seed=1))
  made.beta.assign(random_array(channels, seed=2))
  return made


def differentiated(norm, x, upstream):
  """What the layer makes, and the gradients of x, gamma and beta."""
  x = tf.constant(x)
  with tf.GradientTape() as tape:
    tape.watch(x)
    out = norm(x)
  return out, *tape.gradient(out, [x, norm.gamma, norm.beta], output_gradients=upstream)


@ONE_BY_ONE
@pytest.mark.parametrize("epsilon, scale", [(1e-6, 1e-3), (1e-5, 1.0), (1e-5, 1e-3)])
def test_it_is_that_of_plain_numpy(one_by_one, epsilon, scale):
  """Also where the variance is as small as epsilon."""
  norm, x = layer(one_by_one, epsilon), 3 * scale + scale * random_array(2, 6, 8, 5)
  wide = x.astype(np.float64)
  expected = (wide - wide.mean((1, 2), keepdims=True)) / np.sqrt(
      wide.var((1, 2), keepdims=True) + epsilon) * norm.gamma.numpy() + norm.beta.numpy()
  np.testing.assert_allclose(norm(x), expected, atol=1e-5)


def test_one_by_one_has_the_gradients_of_all_at_once():
  x, upstream = 1 + random_array(3, 8, 6, 5), random_array(3, 8, 6, 5, seed=3)
  found, expected = (differentiated(layer(way), x, upstream) for way in (True, False))
  compiled = tf.function(lambda: differentiated(norm, x, upstream), jit_compile=True)
  norm = layer(True)
  for one, two, three in zip(found, compiled(), expected):
    np.testing.assert_allclose(one, three, atol=2e-5)
    np.testing.assert_allclose(two, three, atol=2e-5)


@ONE_BY_ONE
def test_a_constant_picture_is_the_offset(one_by_one):
  """And so is a picture of one pixel, whose variance is 0."""
  norm = layer(one_by_one)
  for shape in ((2, 4, 4, 5), (1, 1, 1, 5)):
    found, of_x, *_ = differentiated(norm, np.full(shape, 0.5, np.float32), np.ones(shape, "f"))
    np.testing.assert_allclose(found, np.broadcast_to(norm.beta, shape), atol=1e-5)
    np.testing.assert_allclose(of_x, np.zeros(shape), atol=1e-4)


def test_a_batch_of_unknown_size_is_the_same():
  norm, x = layer(True), random_array(2, 8, 6, 5)
  any_size = tf.function(norm, input_signature=[tf.TensorSpec([None, None, None, 5])])
  np.testing.assert_allclose(any_size(x), norm(x), atol=1e-5)


def test_config_round_trip():
  norm = InstanceNorm(2e-5, one_by_one=True)
  again = InstanceNorm.from_config(norm.get_config())
  assert again.get_config() == norm.get_config() and again.epsilon == 2e-5 and again.one_by_one
