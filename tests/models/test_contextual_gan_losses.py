"""What Contextual GAN's search minimises: SciPy oracles in float64, gradients, edges."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from models.contextual_gan.losses import contextual_loss, perceptual_loss

GRAY = (0.299, 0.587, 0.114)
SHAPE = (2, 4, 6)
MASKS = {
    "left half": lambda row, column: column < 3,
    "right half": lambda row, column: column >= 3,
    "a disc": lambda row, column: (row - 1.5) ** 2 + (column - 2.5) ** 2 < 4,
    "scattered": lambda row, column: (3 * row + 5 * column) % 4 == 0,
    "all of it": lambda row, column: row >= 0,
}


def ink(joint):
  """Joint images [B, H, W, 3] in [-1, 1] -> how dark, float64 [B, H, W] in [0, 1]."""
  return 1 - (np.asarray(joint, np.float64) + 1) / 2 @ np.array(GRAY)


def divergence(known, made, mask):
  """KL of the ink of the known pixels, each with 1e-6 more, as distributions: float64 [B]."""
  rows = [[ink(one)[inside[..., 0] > 0] + 1e-6 for one in (y, g)]
          for y, g, inside in zip(known, made, mask)]
  return np.array([scipy.stats.entropy(*row) for row in rows])


def mask_of(name, shape=SHAPE):
  row, column = np.indices(shape[1:])
  known = np.float32(MASKS[name](row, column))
  return np.broadcast_to(known[None, ..., None], [*shape, 1])


def pictures(seed, shape=SHAPE, limit=0.9):
  drawn = np.random.default_rng(seed).uniform(-limit, limit, [*shape, 3])
  return drawn.astype(np.float32)


def gradients_of(known, made, mask):
  """Of the loss, with respect to both pictures."""
  known, made = tf.constant(known), tf.constant(made)
  with tf.GradientTape() as tape:
    tape.watch([known, made])
    loss = contextual_loss(known, made, mask)
  return [np.asarray(one) for one in tape.gradient(loss, [known, made])]


def by_differences(known, made, mask, step=1e-4):
  """The gradient with respect to `made`, by central differences in float64."""
  found = np.zeros(made.shape)
  for index in np.ndindex(*made.shape):
    ends = []
    for sign in (1, -1):
      moved = made.astype(np.float64)
      moved[index] += sign * step
      ends.append(divergence(known, moved, mask)[index[0]])
    found[index] = (ends[0] - ends[1]) / (2 * step)
  return found


def by_formula(known, made, mask):
  """The same by hand: of mass m with sum W it is 1 / W - p / m, and m falls with each channel."""
  target, mass = (mask[..., 0] * (ink(one) + 1e-6) for one in (known, made))
  share = target / target.sum((1, 2), keepdims=True)
  known_only = np.where(mask[..., 0] > 0, mass, 1.0)
  slope = mask[..., 0] * (1 / mass.sum((1, 2), keepdims=True) - share / known_only)
  return -slope[..., None] * np.array(GRAY) / 2


@pytest.mark.parametrize("name", MASKS)
def test_the_divergence_and_its_gradient_are_those_of_scipy(name):
  known, made, mask = pictures(0), pictures(1), mask_of(name)
  found = contextual_loss(known, made, mask)
  assert found.shape == SHAPE[:1] and found.dtype == tf.float32
  np.testing.assert_allclose(found, divergence(known, made, mask), rtol=1e-5)
  expected = by_formula(known, made, mask)
  np.testing.assert_allclose(by_differences(known, made, mask), expected, atol=1e-7)
  np.testing.assert_allclose(gradients_of(known, made, mask)[1], expected, atol=1e-6)


def test_every_row_has_its_own_mask():
  known, made = pictures(0), pictures(1)
  mask = np.concatenate([mask_of("left half")[:1], mask_of("right half")[:1]])
  np.testing.assert_allclose(contextual_loss(known, made, mask), divergence(known, made, mask),
                             rtol=1e-5)


def test_black_and_white_have_the_divergence_of_scipy():
  """Where nearly all of the mass is in few pixels, and elsewhere only what every pixel has."""
  known = np.where(pictures(0) > 0.5, np.float32(-1), np.float32(1))[..., :1].repeat(3, -1)
  made, mask = pictures(1, limit=1.0), mask_of("left half")
  np.testing.assert_allclose(contextual_loss(known, made, mask), divergence(known, made, mask),
                             rtol=1e-4)
  np.testing.assert_allclose(gradients_of(known, made, mask)[1], by_formula(known, made, mask),
                             atol=1e-5)


@pytest.mark.parametrize("known, made", [("blank", "any"), ("any", "blank"), ("black", "blank"),
                                         ("one", "blank"), ("blank", "one")])
def test_no_ink_at_all_stays_finite(known, made):
  """The share of a white pixel is then that of 1e-6, of which float32 keeps the order only."""
  dot = np.ones([*SHAPE, 3], np.float32)
  dot[:, 1, 1] = -1
  kinds = {"blank": np.ones([*SHAPE, 3], np.float32), "any": pictures(0), "one": dot,
           "black": -np.ones([*SHAPE, 3], np.float32)}
  mask = mask_of("left half")
  found = contextual_loss(kinds[known], kinds[made], mask)
  expected = divergence(kinds[known], kinds[made], mask)
  np.testing.assert_allclose(found, expected, rtol=2e-2, atol=1e-5)
  gradient = gradients_of(kinds[known], kinds[made], mask)[1]
  expected = by_formula(kinds[known], kinds[made], mask)
  smallest = 1 / (mask[..., 0] * (ink(kinds[made]) + 1e-6)).sum((1, 2)).min()
  np.testing.assert_allclose(gradient, expected, atol=0.1 * (np.abs(expected).max() + smallest))


def test_two_blank_halves_are_alike():
  blank, mask = np.ones([*SHAPE, 3], np.float32), mask_of("left half")
  np.testing.assert_allclose(contextual_loss(blank, blank, mask), [0, 0], atol=1e-7)


def test_it_is_zero_where_the_distributions_are_equal_and_nowhere_else():
  """Other colours of the same gray, or all of the ink times a number, are the same distribution."""
  known, mask = pictures(0, limit=0.5), mask_of("all of it")
  recoloured = known + np.float32([0.587, -0.299, 0.0]) * 0.5
  paler = np.float32(1 - 0.4 * (1 - known))
  for alike in (known, recoloured, paler):
    np.testing.assert_allclose(contextual_loss(known, alike, mask), [0, 0], atol=1e-5)
    assert np.abs(gradients_of(known, alike, mask)[1]).max() < 1e-5
  moved = known.copy()
  moved[0, 2, 3] += 0.2
  found = contextual_loss(known, moved, mask).numpy()
  assert found[0] > 1e-4 and abs(found[1]) < 1e-6
  assert (contextual_loss(known, pictures(5), mask).numpy() > 1e-2).all()


@pytest.mark.parametrize("name", ["right half", "a disc", "scattered"])
def test_what_is_not_known_has_no_effect_and_no_gradient(name):
  mask = mask_of(name)
  hidden = np.broadcast_to(mask == 0, [*SHAPE, 3])
  known, made = pictures(0), pictures(1)
  others = [np.where(hidden, pictures(seed, limit=1.0), one)
            for seed, one in ((7, known), (8, made))]
  np.testing.assert_array_equal(contextual_loss(known, made, mask),
                                contextual_loss(*others, mask))
  for one, two in zip(gradients_of(known, made, mask), gradients_of(*others, mask)):
    assert not one[hidden].any() and one[~hidden].all()
    np.testing.assert_array_equal(one, two)


def test_a_single_known_pixel_says_nothing():
  mask = np.zeros([*SHAPE, 1], np.float32)
  mask[:, 2, 2] = 1
  np.testing.assert_allclose(contextual_loss(pictures(0), pictures(1), mask), [0, 0], atol=1e-6)
  assert np.abs(gradients_of(pictures(0), pictures(1), mask)[1]).max() < 1e-6


def test_the_realism_term_and_its_gradient_are_those_of_scipy():
  logits = tf.constant(np.linspace(-12, 12, 25, dtype=np.float32)[:, None])
  with tf.GradientTape() as tape:
    tape.watch(logits)
    found = perceptual_loss(logits)
  exact = logits.numpy()[:, 0].astype(np.float64)
  assert found.shape == (25,)
  np.testing.assert_allclose(found, np.log1p(-scipy.special.expit(exact)), rtol=1e-6)
  np.testing.assert_allclose(tape.gradient(found, logits)[:, 0], -scipy.special.expit(exact),
                             rtol=1e-5)


def test_extreme_logits_do_not_overflow():
  logits = tf.constant([[-3e38], [-1e4], [1e4], [3e38]])
  with tf.GradientTape() as tape:
    tape.watch(logits)
    found = perceptual_loss(logits)
  np.testing.assert_array_equal(found, np.float32([0, 0, -1e4, -3e38]))
  np.testing.assert_array_equal(tape.gradient(found, logits)[:, 0], [0, 0, -1, -1])


def test_both_losses_are_float32_of_bfloat16_networks():
  made = tf.cast(pictures(1), tf.bfloat16)
  found = contextual_loss(pictures(0), made, mask_of("left half"))
  assert found.dtype == tf.float32
  expected = divergence(pictures(0), tf.cast(made, tf.float32).numpy(), mask_of("left half"))
  np.testing.assert_allclose(found, expected, rtol=1e-5)
  assert perceptual_loss(tf.constant([[3.0]], tf.bfloat16)).dtype == tf.float32
