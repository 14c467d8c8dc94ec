"""TOM's formulas against NumPy: Gram matrices, AdaIN, VGG-16's features, PyTorch's Adam."""

import numpy as np
import pytest
import tensorflow as tf

from models.tom import losses, style
from models.tom.model import normalized
from models.tom.vgg_features import VggFeatures, pooled
from models.optimizers import TorchAdam
from tests.models import tiny_tom as tiny


@pytest.fixture(scope="module", name="features")
def some_features():
  return np.random.default_rng(1).normal(size=[3, 4, 5, 6]).astype(np.float32)



def test_gram_matrices_by_hand(features):
  columns = features.reshape(3, 20, 6).transpose(0, 2, 1).astype(np.float64)  # [B, C, HW]
  np.testing.assert_allclose(style.gram(features), columns @ columns.transpose(0, 2, 1) / 120,
                             atol=1e-6)
  joint = columns.reshape(18, 20)
  np.testing.assert_allclose(style.joint_gram(features), joint @ joint.T / 360, atol=1e-6)


def test_gram_loss_compares_the_pictures_of_a_batch(features):
  """Equal pictures in another order are another joint matrix."""
  other = features[::-1].copy()
  matrices = [np.asarray(style.joint_gram(one), np.float64) for one in (features, other)]
  expected = 2000 * 2 * np.mean((matrices[0] - matrices[1]) ** 2)
  found = losses.gram_loss([features, features], [other, other])
  assert float(found) == pytest.approx(expected, rel=1e-5) and expected > 0
  with tf.GradientTape() as tape:
    tape.watch(sketch := tf.constant(other))
    loss = losses.gram_loss([tf.constant(features)], [sketch])
  assert tape.gradient(loss, sketch) is None


@pytest.mark.parametrize("channels, rows, columns", [(128, 1, 0.5), (256, 2, 1), (512, 4, 2)])
def test_what_the_discriminator_sees_of_a_level(channels, rows, columns):
  grams = np.random.default_rng(0).normal(size=[2, channels, channels]).astype(np.float32)
  found = style.gram_map(tf.constant(grams), 128, 16).numpy()
  assert found.shape == (2, 16, 16, 128)
  for channel, row, column in ((0, 0, 0), (5, 3, 7), (127, 15, 15)):
    first = int((16 * row + column) * columns)
    window = grams[1, channel * rows:(channel + 1) * rows, first:first + max(int(columns), 1)]
    assert found[1, row, column, channel] == pytest.approx(window.mean(), abs=1e-6)


def test_adain_has_the_styles_means_and_deviations(features):
  sketch = 3 + 2 * np.random.default_rng(2).normal(size=[3, 7, 2, 6]).astype(np.float32)
  made = style.adain(features, sketch).numpy()
  np.testing.assert_allclose(made.mean((1, 2)), sketch.mean((1, 2)), rtol=1e-5)
  np.testing.assert_allclose(made.std((1, 2), ddof=1), sketch.std((1, 2), ddof=1), rtol=1e-4)


def test_features_are_behind_the_pools_and_always_the_same():
  images = normalized(tiny.batch(1, size=64)["photo"])
  one, two = VggFeatures(), VggFeatures(3)
  levels = one(images)
  assert [level.shape[1:] for level in levels] == [
      (32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512), (2, 2, 512)]
  for a, b in zip(levels, two(images)):
    np.testing.assert_array_equal(a, b)
  assert not one.trainable_variables and sum(
      int(tf.size(variable)) for variable in one.variables) == 14_714_688
  for whole, same in zip(levels, pooled(levels, 2)):
    np.testing.assert_array_equal(whole, same)
  assert [level.shape[1] for level in pooled(levels, 4)] == [64, 32, 16, 8, 4]


def test_adam_is_pytorchs():
  adam, value = TorchAdam(2e-4, 0.5, 0.99), np.arange(1.0, 7.0)
  variable, m, v = tf.Variable(value, dtype=tf.float32), 0.0, 0.0
  for step, size in enumerate((1e-7, 1.0, -3e-8), start=1):
    gradient = size * np.arange(1, 7)
    adam.apply_gradients([(tf.constant(gradient, tf.float32), variable)])
    m, v = 0.5 * m + 0.5 * gradient, 0.99 * v + 0.01 * gradient ** 2
    value -= 2e-4 / (1 - 0.5 ** step) * m / (np.sqrt(v / (1 - 0.99 ** step)) + 1e-8)
    np.testing.assert_allclose(variable, value, atol=1e-6)
  assert TorchAdam.from_config(adam.get_config()).get_config() == adam.get_config()
