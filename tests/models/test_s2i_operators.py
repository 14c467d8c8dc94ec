"""Pooling, resizing, norms, gates and noise of Sketch-to-Image, against NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import randomness
from models.layers.adaptive_pooling import average_pool
from models.layers.batch_norm import BatchNorm
from models.layers.gates import glu
from models.layers.noise import BatchNoise, RowNoise
from models.layers.noise_injection import NoiseInjection
from models.layers.plain_instance_norm import instance_norm
from models.layers.resizing import doubled, nearest, tiled
from tests.strategies import replicas


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# === Parts without weights ===


def windows(x, count, axis):
  n = x.shape[axis]
  parts = [x.take(range(i * n // count, -(-(i + 1) * n // count)), axis).mean(axis)
           for i in range(count)]
  return np.stack(parts, axis)


@pytest.mark.parametrize("height, width", [(4, 5), (3, 2), (12, 20), (6, 10), (7, 3), (9, 4)])
def test_adaptive_pooling_narrows_and_widens(height, width):
  x = random_array(2, 6, 10, 3)
  expected = windows(windows(x, height, 1), width, 2)
  np.testing.assert_allclose(average_pool(tf.constant(x), height, width), expected, atol=1e-6)
  unknown = tf.function(lambda x: average_pool(x, height, width),
                        [tf.TensorSpec([None, None, None, 3])])
  np.testing.assert_allclose(unknown(x), expected, atol=1e-6)


def test_nearest_takes_the_first_pixel():
  row = lambda size: tf.tile(tf.range(size, dtype=tf.float32)[None, :, None, None], [1, 1, 3, 2])
  column = lambda x: x[0, :, 0, 0]
  np.testing.assert_array_equal(column(nearest(row(1024), 512, 3)), np.arange(0, 1024, 2))
  for n, m in ((7, 3), (15, 6), (384, 512), (5, 12)):
    expected = [i * n // m for i in range(m)]
    np.testing.assert_array_equal(column(nearest(row(n), m, 3)), expected)
  np.testing.assert_array_equal(column(doubled(row(4))), [0, 0, 1, 1, 2, 2, 3, 3])
  np.testing.assert_array_equal(column(tiled(row(8), 2)), [*range(8), *range(8)])
  unknown = tf.function(lambda x: doubled(nearest(x, 3, 3)), [tf.TensorSpec([None] * 3 + [2])])
  np.testing.assert_array_equal(column(unknown(row(7))), [0, 0, 2, 2, 4, 4])


def test_gated_units_and_instance_norm():
  x = 3 + random_array(2, 40, 50, 6)
  np.testing.assert_allclose(glu(tf.constant(x)), x[..., :3] / (1 + np.exp(-x[..., 3:])),
                             rtol=1e-5)
  wide = x.astype(np.float64)
  expected = (wide - wide.mean((1, 2), keepdims=True)) / np.sqrt(
      wide.var((1, 2), keepdims=True) + 1e-5)
  np.testing.assert_allclose(instance_norm(tf.constant(x)), expected, atol=1e-5)
  assert instance_norm(tf.cast(x, tf.bfloat16)).dtype == tf.bfloat16


def test_batch_norm_of_many_pixels_is_exact():
  x, layer, upstream = 0.5 + random_array(2, 256, 256, 3), BatchNorm(channels=3), random_array(3)
  wide = x.astype(np.float64)
  deviation = np.sqrt(wide.var((0, 1, 2)) + 1e-5)
  def run(images):
    with tf.GradientTape() as tape:
      tape.watch(images)
      out = layer(images, training=True)
      total = tf.reduce_sum(out[:, ::3] * upstream)
    return out, tape.gradient(total, [images, layer.gamma, layer.beta])

  out, (of_images, of_gains, of_offsets) = tf.function(run)(tf.constant(x))
  normed = (wide - wide.mean((0, 1, 2))) / deviation
  np.testing.assert_allclose(out, normed, atol=2e-6)
  np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * wide.var((0, 1, 2), ddof=1),
                             rtol=1e-6)
  slope = np.zeros_like(wide)
  slope[:, ::3] = upstream
  expected = (slope - slope.mean((0, 1, 2)) - normed * (slope * normed).mean((0, 1, 2))) / deviation
  np.testing.assert_allclose(of_images, expected, atol=1e-5)
  np.testing.assert_allclose(of_gains, (slope * normed).sum((0, 1, 2)), rtol=1e-4, atol=1e-2)
  np.testing.assert_allclose(of_offsets, slope.sum((0, 1, 2)), rtol=1e-5)


# === Noise ===


def test_draws_are_numbered_however_the_pass_is_compiled():
  draws = lambda seed: (lambda noise: (noise.normal(3, [4, 1]), noise.normal(3, [4, 1]),
                                       noise.coin()))(BatchNoise(seed))
  seed = tf.constant([5, 6])
  expected = draws(seed)
  np.testing.assert_array_equal(expected[0], randomness.portable_normal([3, 4, 1],
                                                               randomness.fold_in(seed, 0)))
  assert expected[0].shape == (3, 4, 1) and not np.any(expected[0] == expected[1])
  for jit_compile in (False, True):
    got = tf.function(draws, jit_compile=jit_compile)(seed)
    for one, other in zip(got, expected):
      np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_two_replicas_draw_the_rows_of_one(jit_compile):
  strategy = replicas(2)
  draws = lambda seed: (lambda noise: (noise.normal(2, [3, 3, 1]), noise.coin()))(BatchNoise(seed))
  compiled = tf.function(draws, jit_compile=jit_compile)
  drawn, coins = strategy.run(compiled, (tf.constant([1, 2]),))
  noise = BatchNoise(tf.constant([1, 2]))
  np.testing.assert_allclose(tf.concat(strategy.experimental_local_results(drawn), 0),
                             noise.normal(4, [3, 3, 1]), rtol=1e-5, atol=1e-6)
  assert {bool(coin[0]) for coin in strategy.experimental_local_results(coins)} == {
      bool(noise.coin()[0])}


def test_a_row_of_noise_depends_on_its_seed_only():
  draws = lambda seeds: (lambda noise: (noise.normal(None, [5, 2]), noise.coin()))(
      RowNoise(tf.constant(seeds)))
  (all_drawn, all_coins), (drawn, coins) = draws(list(range(40))), draws([7, 3])
  np.testing.assert_array_equal(drawn, tf.gather(all_drawn, [7, 3]))
  np.testing.assert_array_equal(coins, tf.gather(all_coins, [7, 3]))
  assert 8 < np.sum(all_coins) < 32 and len(np.unique(all_drawn)) == 400


def test_noise_is_one_map_for_all_channels():
  layer, x = NoiseInjection(4), random_array(2, 3, 5, 4)
  np.testing.assert_array_equal(layer(x, BatchNoise(tf.constant([0, 1]))), x)  # weights start at 0
  layer.weight.assign(weight := random_array(4))
  drawn = BatchNoise(tf.constant([0, 1])).normal(2, [3, 5, 1])
  np.testing.assert_allclose(layer(x, BatchNoise(tf.constant([0, 1]))), x + weight * drawn,
                             rtol=1e-5)
