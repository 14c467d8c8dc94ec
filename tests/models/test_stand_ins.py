"""What stands in for TensorFlow Addons: NumPy's, and Addons' to the bit where that is installed."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers.stand_in_instance_norm import StandInInstanceNorm
from models.layers.stand_in_triplet_loss import stand_in_triplet_loss
from tests.models.test_vggface import by_hand


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.fixture
def addons():
  return pytest.importorskip("tensorflow_addons")


def filled(layer, channels):
  layer.build([None, None, None, channels])
  layer.gamma.assign(random_array(channels, seed=1))
  layer.beta.assign(random_array(channels, seed=2))
  return layer


def value_and_gradients(function, x, variables=()):
  x = tf.constant(x)
  with tf.GradientTape() as tape:
    tape.watch(x)
    value = function(x)
  return value, *tape.gradient(value, [x, *variables])


def normed(layer, x):
  """The values, and the gradients of their squares' sum."""
  squares = lambda x: tf.reduce_sum(tf.square(layer(x)))
  return layer(x), *value_and_gradients(squares, x, [layer.gamma, layer.beta])


def people(seed):
  """Identity [12] and features [12, 6] of length 1, two of which are the same."""
  random = np.random.default_rng(seed)
  features = random.normal(size=[12, 6]).astype(np.float32)
  features[3] = features[7]
  features /= np.linalg.norm(features, axis=1, keepdims=True)
  return random.permutation(np.repeat(np.arange(4), [1, 2, 3, 6])).astype(np.int32), features


@pytest.mark.parametrize("epsilon", [1e-6, 1e-1])
def test_the_norm_is_that_of_plain_numpy(epsilon):
  layer, x = filled(StandInInstanceNorm(epsilon), 5), 2 + 3 * random_array(2, 6, 8, 5)
  wide = x.astype(np.float64)
  expected = (wide - wide.mean((1, 2), keepdims=True)) / np.sqrt(
      wide.var((1, 2), keepdims=True) + epsilon) * layer.gamma.numpy() + layer.beta.numpy()
  np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def test_the_norm_keeps_its_config():
  layer = StandInInstanceNorm(1e-4, gamma_initializer="zeros", beta_initializer="ones", name="n")
  again = StandInInstanceNorm.from_config(layer.get_config())
  assert again.get_config() == layer.get_config()
  assert again.epsilon == 1e-4 and again.name == "n"
  again.build([None, 4, 4, 3])
  np.testing.assert_array_equal(again.gamma, np.zeros(3))
  np.testing.assert_array_equal(again.beta, np.ones(3))


def test_the_norm_is_that_of_addons_to_the_bit(addons):
  x = 2 + 3 * random_array(3, 6, 8, 5)
  layers = [filled(make(epsilon=1e-6), 5)
            for make in (StandInInstanceNorm, addons.layers.InstanceNormalization)]
  for own, theirs in zip(*(normed(layer, x) for layer in layers)):
    np.testing.assert_array_equal(own, theirs)


def test_checkpoints_are_interchangeable(addons, tmp_path):
  own, theirs = StandInInstanceNorm(name="norm"), addons.layers.InstanceNormalization(name="norm")
  for written, read in [(own, theirs), (theirs, own)]:
    filled(written, 4), read.build([None, None, None, 4])
    path = tf.train.Checkpoint(layer=written).write(str(tmp_path / type(written).__name__))
    tf.train.Checkpoint(layer=read).read(path).assert_consumed()
    np.testing.assert_array_equal(read.gamma, written.gamma)
    np.testing.assert_array_equal(read.beta, written.beta)
    assert [v.name for v in read.variables] == [v.name for v in written.variables]


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_is_that_of_every_pair_by_hand(seed):
  identity, features = people(seed)
  found = stand_in_triplet_loss(identity, tf.constant(features), 0.2)
  assert float(found) == pytest.approx(by_hand(identity, features, 0.2), rel=1e-4)


@pytest.mark.parametrize("identity", [None, [0, 1] * 6, [0] * 12])
def test_the_loss_is_that_of_addons(addons, identity):
  """Also of one person alone, who has no negatives."""
  drawn, features = people(seed=5)
  identity = tf.constant(drawn if identity is None else identity)
  theirs = lambda x: addons.losses.triplet_semihard_loss(identity, x, 0.2,
                                                         distance_metric="squared-L2")
  own = tf.function(lambda x: stand_in_triplet_loss(identity, x, 0.2))
  (loss, gradient), (their_loss, their_gradient) = (
      value_and_gradients(way, features) for way in (own, theirs))
  np.testing.assert_allclose(loss, their_loss, rtol=1e-6)
  np.testing.assert_allclose(gradient, their_gradient, atol=1e-6)
  assert np.abs(gradient).max() > 0
