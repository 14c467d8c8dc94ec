"""The FID network: its shape, its pooling, and the reference's features."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from models.inception_v3.blocks import BLOCKS, ConvUnit, MixedBlock, Pool, Unit, pool
from tests.reference_checks import inception
from tests.reference_checks.finding import require

LMSER = pathlib.Path(__file__).parents[1] / "reference" / "lmser"


@pytest.fixture(scope="module")
def network():
  return inception.generated_network(LMSER / inception.NAMES)


def test_features_and_blocks_of_the_reference():
  require(inception.check(LMSER / "fid.npz"))


def test_size(network):
  statistics = 2 * 17_216
  assert network.count_params() == 21_785_568 + statistics
  assert sum(np.prod(unit.conv.kernel.shape) for unit in network.units().values()) == 21_751_136
  assert not network.trainable_variables and len(network.units()) == 94
  shapes = [[dimension for dimension in block.shape] for block in network.blocks(
      tf.keras.Input([299, 299, 3]))]
  assert shapes == [[None, 73, 73, 64], [None, 35, 35, 192], [None, 17, 17, 768], [None, 2048]]


def test_the_batch_does_not_change_a_feature(network):
  images = np.random.default_rng(0).uniform(-1, 1, [3, 299, 299, 3]).astype(np.float32)
  together = network(images).numpy()
  apart = np.concatenate([network(image[None]).numpy() for image in images])
  assert np.abs(together - apart).max() < 1e-5 * np.abs(together).max()


def windows(image):
  """The real pixels under a 3x3 window around each pixel."""
  height, width = image.shape
  for y in range(height):
    for x in range(width):
      yield image[max(0, y - 1):y + 2, max(0, x - 1):x + 2]


@pytest.mark.parametrize("kind, function", [("average", np.mean), ("max", np.max)])
def test_padding_never_counts_in_a_pool(kind, function):
  image = np.random.default_rng(1).uniform(-9, -1, [5, 4]).astype(np.float32)  # all below zero
  found = pool(tf.constant(image[None, ..., None]), Pool(kind)).numpy()[0, ..., 0]
  expected = np.array([function(window) for window in windows(image)]).reshape(5, 4)
  np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_unit_against_numpy():
  unit = ConvUnit(Unit("unit", 3, (1, 3)))
  random = np.random.default_rng(2)
  image = random.standard_normal([1, 4, 5, 2]).astype(np.float32)
  unit(image)
  unit.set_weights([random.uniform(0.1, 2, weight.shape) for weight in unit.get_weights()])
  gamma, beta, mean, variance = (value.numpy().astype(float) for value in (
      unit.norm.gamma, unit.norm.beta, unit.norm.moving_mean, unit.norm.moving_variance))
  kernel = unit.conv.kernel.numpy().astype(float)[0]  # [3, 2, 3]: one row high
  padded = np.pad(image[0].astype(float), [(0, 0), (1, 1), (0, 0)])
  convolved = sum(padded[:, shift:shift + 5] @ kernel[shift] for shift in range(3))
  expected = np.maximum((convolved - mean) / np.sqrt(variance + 0.001) * gamma + beta, 0)
  np.testing.assert_allclose(unit(image).numpy()[0], expected, rtol=1e-5, atol=1e-5)
  before = unit.norm.moving_mean.numpy()
  unit(image, training=True)
  np.testing.assert_array_equal(unit.norm.moving_mean.numpy(), before)


def test_a_fork_and_the_order_of_branches():
  block = MixedBlock(BLOCKS["Mixed_7c"], name="block")
  image = tf.random.stateless_uniform([1, 8, 8, 6], [1, 2])
  together = block(image).numpy()
  alone = block.units["branch1x1"](image).numpy()
  np.testing.assert_allclose(together[..., :320], alone, atol=1e-6)
  stem = block.units["branch3x3_1"](image)
  second = block.units["branch3x3_2b"](stem).numpy()
  np.testing.assert_allclose(together[..., 320 + 384:320 + 768], second, atol=1e-6)
  assert together.shape == (1, 8, 8, 2048)
