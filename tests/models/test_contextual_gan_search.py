"""Contextual GAN's completion: descent as in a NumPy loop, the first draws, and the result."""

import functools

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from data_tools.errors import UserError
from models.contextual_gan.completion import (DIRECTIONS, SearchOptions, check_mask, complete,
                                              half_mask)
from models.contextual_gan.descent import descend
from tests.models import tiny_contextual_gan as tiny
from tests.models.test_contextual_gan_losses import divergence

STEEPNESS = np.array([3.0, 1.0, 2.0, 0.5])
MINIMUM = np.array([0.3, -1.6, 1.2, -0.7])  # partly where no latent vector can be
SLOPE = np.array([0.5, -0.4, 0.0, 0.8])
OPTIONS = SearchOptions(iterations=20, num_init=4)


def bowl(z):
  """float [..., 4] -> two terms [...]; of arrays and of tensors."""
  total = lambda values: tf.reduce_sum(values, -1) if tf.is_tensor(z) else values.sum(-1)
  return total(STEEPNESS * (z - MINIMUM) ** 2), total(SLOPE * z)


def plain_descent(start, iterations, rate, momentum, weight, early):
  """One vector's: its best, its best of the first steps, and both terms at every place."""
  z, velocity, places = start.astype(np.float64), np.zeros(len(start)), []
  for _ in range(iterations + 1):
    places.append(z)
    gradient = 2 * STEEPNESS * (z - MINIMUM) + weight * SLOPE
    velocity = momentum * velocity - rate * gradient
    z = np.clip(z + momentum * velocity - rate * gradient, -1, 1)
  first, second = (np.array(terms) for terms in zip(*map(bowl, places)))
  losses = first + weight * second
  return places[losses.argmin()], places[losses[:early + 1].argmin()], first, second


@functools.cache
def lively():
  """A model whose pictures depend on the latent vector, as no untrained one's do."""
  model = tiny.model(seed=1)
  for layer in [model.G.dense, *model.G.convolutions]:
    layer.kernel.assign(25 * layer.kernel)
  for layer in [model.D.dense, *model.D.convolutions]:
    layer.kernel.assign(5 * layer.kernel)
  return model


@functools.cache
def found(direction=DIRECTIONS[0]):
  return lively().complete(tiny.batch(3)["joint"], half_mask(tiny.SIZE, direction), [5, 6, 7],
                           OPTIONS)


@pytest.mark.parametrize("early", [0, 4, 100])
@pytest.mark.parametrize("rate, momentum", [(0.02, 0.9), (0.1, 0.9), (0.05, 0.0)])
def test_descent_is_that_of_a_plain_loop(rate, momentum, early):
  start = np.random.default_rng(0).uniform(-1, 1, [3, 4]).astype(np.float32)
  got = descend(bowl, tf.constant(start), 20, rate, momentum, 0.7, early)
  assert got.first.shape == got.second.shape == (3, 21)
  for row, vector in enumerate(start):
    best, first_best, *terms = plain_descent(vector, 20, rate, momentum, 0.7, early)
    np.testing.assert_allclose(got.first[row], terms[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(got.second[row], terms[1], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(got.early[row], first_best, atol=1e-4)
    np.testing.assert_allclose(got.best[row], best, atol=1e-4)


def test_the_best_place_seen_is_kept_though_the_descent_goes_past_it():
  start = tf.constant([[0.9, 0.9, -0.9, 0.9]])
  got = descend(bowl, start, 6, 0.25, 0.9, 0.7)
  losses = (got.first + 0.7 * got.second).numpy()[0]
  assert losses.argmin() < 6 and losses[-1] > 1.01 * losses.min()
  kept = bowl(got.best.numpy())
  assert kept[0] + 0.7 * kept[1] == pytest.approx(losses.min(), rel=1e-5)
  assert np.abs(got.best).max() <= 1


def test_without_steps_the_start_is_the_result():
  start = tf.constant([[0.1, 0.2, -0.3, 0.4]])
  got = descend(bowl, start, 0, 0.1, 0.9, 0.7, 100)
  np.testing.assert_array_equal(got.best, start)
  np.testing.assert_array_equal(got.early, start)
  assert got.first.shape == got.second.shape == (1, 1)


def test_losses_that_are_no_numbers_keep_the_best_before():
  """Row 0 comes to where there is no loss, row 1 starts there, row 2 has nothing to do with it."""
  start = np.float32([[-0.9, 0, 0, 0], [0.9, 0, 0, 0], [-0.9, 0, 0, 0]])

  def broken(z):
    first, second = bowl(z)
    wrong = (z[:, 0] > 0.2) & tf.constant([True, True, False])
    return first * tf.where(wrong, float("nan"), 1.0), second

  got = descend(broken, tf.constant(start), 12, 0.05, 0.9, 0.7)
  whole = descend(bowl, tf.constant(start), 12, 0.05, 0.9, 0.7)
  steps = np.isnan(got.first[0]).argmax()
  assert 1 < steps < 12 and np.isnan(got.first[0, steps:]).all() and np.isnan(got.first[1]).all()
  np.testing.assert_allclose(got.best[0], plain_descent(start[0], steps - 1, 0.05, 0.9, 0.7, 0)[0],
                             atol=1e-5)
  np.testing.assert_array_equal(got.best[1], start[1])
  np.testing.assert_array_equal(got.best[2], whole.best[2])
  np.testing.assert_array_equal(got.first[2], whole.first[2])


def first_draws(count, seeds, size=6):
  """A search without steps, of pictures whose pixels are the latent vector; also what it tried."""
  tried = []

  def generator(z):
    tried.append(z.numpy())
    return tf.repeat(tf.reshape(z, [-1, 1, size, 1]), 3, axis=-1)

  known = np.stack([np.random.default_rng(seed).uniform(-1, 1, [1, size, 1]) for seed in seeds])
  known, mask = known.repeat(3, -1).astype(np.float32), np.zeros([len(seeds), 1, size, 1], "f")
  mask[:, :, :size // 2] = 1
  got = complete(generator, lambda made: made[:, 0, 0, :1], tf.constant(known), tf.constant(mask),
                 tf.constant(seeds), size, SearchOptions(iterations=0, num_init=count))
  losses = [divergence(known, z.reshape(-1, 1, size, 1).repeat(3, -1), mask)
            for z in tried[:count]]
  return got, np.array(tried[:count]), np.array(losses)


def test_the_start_is_the_draw_of_the_lowest_divergence():
  got, draws, losses = first_draws(10, [3, 4, 5])
  assert draws.shape == (10, 3, 6) and len(set(losses.argmin(0))) > 1
  for row, best in enumerate(losses.argmin(0)):
    np.testing.assert_array_equal(got.latent[row], draws[best, row])
    np.testing.assert_array_equal(got.start[row, 0, :, 0], draws[best, row])
  np.testing.assert_allclose(got.contextual[:, 0], losses.min(0), rtol=1e-4)


def test_more_draws_begin_with_the_fewer():
  np.testing.assert_array_equal(first_draws(3, [3, 4])[1], first_draws(10, [3, 4])[1][:3])


def test_draws_depend_on_their_rows_seed_alone():
  draws, other = first_draws(3, [5, 9, 5])[1], first_draws(3, [9])[1]
  np.testing.assert_array_equal(draws[:, 0], draws[:, 2])
  np.testing.assert_array_equal(draws[:, 1:2], other)
  assert np.abs(draws[:, 0] - draws[:, 1]).min() > 1e-4


def test_draws_are_uniform():
  draws = first_draws(4, [0, 1], size=1000)[1]
  assert -1 < draws.min() < -0.99 and 0.99 < draws.max() < 1
  for row in draws.reshape(8, -1):
    assert scipy.stats.kstest(row, scipy.stats.uniform(-1, 2).cdf).pvalue > 1e-3
  assert np.abs(np.corrcoef(draws.reshape(8, -1)) - np.eye(8)).max() < 0.15


def test_completion_changes_no_variable():
  model = lively()
  before = [variable.numpy() for variable in model.variables]
  found.__wrapped__()
  for variable, value in zip(model.variables, before):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_known_half_is_given_back_and_the_other_is_generated(direction):
  given, got = tiny.batch(3)["joint"], found(direction)
  known = np.broadcast_to(half_mask(tiny.SIZE, direction) > 0, given.shape)
  assert known[:, :, :tiny.SIZE].all() == (direction == "sketch_to_photo") == (
      not known[:, :, tiny.SIZE:].any())
  np.testing.assert_allclose(got.joint[known], given[known] / 127.5 - 1, atol=1e-6)
  np.testing.assert_array_equal(np.rint((got.joint[known] + 1) * 127.5), given[known])
  np.testing.assert_array_equal(got.joint[~known], got.generated[~known])
  np.testing.assert_allclose(got.generated, lively()(got.latent), atol=1e-5)
  assert np.abs(got.latent).max() <= 1


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_histories_are_those_of_the_pictures(direction):
  given, got = tiny.batch(3)["joint"] / 127.5 - 1, found(direction)
  mask = np.broadcast_to(half_mask(tiny.SIZE, direction), [3, tiny.SIZE, 2 * tiny.SIZE, 1])
  assert got.contextual.shape == got.perceptual.shape == (3, 21)
  np.testing.assert_allclose(got.contextual[:, 0], divergence(given, got.start, mask), rtol=1e-3)
  losses = (got.contextual + 0.01 * got.perceptual).numpy()
  logits = lively().D(got.generated).numpy()[:, 0]
  np.testing.assert_allclose(
      divergence(given, got.generated, mask) - 0.01 * np.logaddexp(0, logits), losses.min(1),
      rtol=1e-3)
  np.testing.assert_array_equal(got.early, got.generated)  # 20 steps are among the first 100
  assert (losses.min(1) < losses[:, 0]).all()


def test_a_batch_is_completed_as_its_rows_one_by_one():
  model, given, whole = lively(), tiny.batch(3)["joint"], found()
  order = [2, 0, 1, 2]
  mask, seeds = half_mask(tiny.SIZE, DIRECTIONS[0]), np.array([5, 6, 7])
  mixed = model.complete(given[order], mask, seeds[order], OPTIONS)
  for one, two in zip(mixed, whole):
    np.testing.assert_allclose(one, tf.gather(two, order), atol=1e-4)
  for row in range(3):
    alone = model.complete(given[row:row + 1], mask, seeds[row:row + 1], OPTIONS)
    for one, two in zip(alone, whole):
      np.testing.assert_allclose(one[0], two[row], atol=1e-4)


def test_what_is_not_known_is_not_looked_at():
  given = tiny.batch(3)["joint"]
  given[:, :, tiny.SIZE:] = 255 - given[:, :, tiny.SIZE:]
  got = lively().complete(given, half_mask(tiny.SIZE, DIRECTIONS[0]), [5, 6, 7], OPTIONS)
  for one, two in zip(got, found()):
    np.testing.assert_array_equal(one, two)


def test_another_seed_starts_elsewhere():
  given, mask = tiny.batch(3)["joint"], half_mask(tiny.SIZE, DIRECTIONS[0])
  other = lively().complete(given, mask, [5, 6, 8], OPTIONS)
  np.testing.assert_allclose(other.latent[:2], found().latent[:2], atol=1e-4)
  assert np.abs(other.start[2] - found().start[2]).max() > 1e-2


@pytest.mark.slow
def test_compiled_searches_are_the_plain_ones():
  compiled = tiny.model(seed=1, jit_compile_search=True)
  compiled.set_weights(lively().get_weights())
  got = compiled.complete(tiny.batch(3)["joint"], half_mask(tiny.SIZE, DIRECTIONS[0]), [5, 6, 7],
                          OPTIONS)
  for one, two in zip(got, found()):
    np.testing.assert_allclose(one, two, atol=1e-3)


def test_blank_sketches_are_completed():
  given = np.full_like(tiny.batch(3)["joint"], 255)
  got = lively().complete(given, half_mask(tiny.SIZE, DIRECTIONS[0]), [5, 6, 7], OPTIONS)
  assert all(np.isfinite(values).all() for values in got)
  assert (got.joint.numpy()[:, :, :tiny.SIZE] == 1).all()


@pytest.mark.parametrize("mask, words", [
    (np.ones([32, 64, 1]), "^The mask is 64 x 32 pixels .*joint images are 32 x 16; give"),
    (np.ones([2, 32, 16, 1]), "^The mask is 16 x 32 pixels"),
    (np.ones([16, 32]), r"^The mask has the shape \[16, 32\], but one of height"),
    (np.ones([16, 32, 3]), "a single channel was expected"),
    (np.zeros([16, 32, 1]), "^The mask is empty, so no pixel is known"),
    (np.stack([np.ones([16, 32, 1]), np.zeros([16, 32, 1])]), "^The mask is empty"),
    (np.full([16, 32, 1], 255), "^The mask has other values than 0 and 1"),
    (np.full([16, 32, 1], 0.5), "^The mask has other values than 0 and 1"),
    (np.full([16, 32, 1], np.nan), "^The mask has other values than 0 and 1")])
def test_what_is_no_mask_is_a_sentence(mask, words):
  with pytest.raises(UserError, match=words):
    lively().complete(tiny.batch()["joint"], mask.astype(np.float32), [1, 2])
  with pytest.raises(UserError, match=words):
    check_mask(tf.constant(mask, tf.float32), tiny.SIZE)


def test_what_does_not_go_together_is_a_sentence():
  joint, mask = tiny.batch(3)["joint"], half_mask(tiny.SIZE, DIRECTIONS[0])
  for joints, masks, seeds, words in (
      (joint, mask, [1], "3 joint images, but 1 seeds"),
      (joint, np.stack([mask, mask]), [1, 2, 3], "3 joint images, but 3 and 2 seeds"),
      (joint[:, :, :16], mask, [1, 2, 3], "joint images are 3 x 16 x 16 x 3, but")):
    with pytest.raises(UserError, match=words):
      lively().complete(joints, masks, seeds)
  as_bool = lively().complete(joint, tf.cast(mask, tf.bool), [1, 2, 3], OPTIONS)
  np.testing.assert_array_equal(as_bool.joint, lively().complete(joint, mask, [1, 2, 3],
                                                                 OPTIONS).joint)


@pytest.mark.parametrize("name", ["a column", "every row its own"])
def test_masks_of_any_shape_are_taken(name):
  mask = np.zeros([3, tiny.SIZE, 2 * tiny.SIZE, 1], np.float32)
  for row in range(3):
    mask[row, :, 5 if name == "a column" else 3 * row:9 + 4 * row] = 1
  got = lively().complete(tiny.batch(3)["joint"], mask, [5, 6, 7], OPTIONS)
  expected = divergence(tiny.batch(3)["joint"] / 127.5 - 1, got.start, mask)
  np.testing.assert_allclose(got.contextual[:, 0], expected, rtol=1e-3)
