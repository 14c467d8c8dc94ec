"""The stroke distribution, its loss, its schedules and sampling, each against an oracle."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from models.rpcl_pix2seq import losses, sampling, schedules, stroke_distribution
from models.rpcl_pix2seq.stroke_distribution import HEAD_SIZE, from_head
from tests.models import tiny


def head(rows=3, steps=4, seed=0):
  return np.random.default_rng(seed).normal(size=[rows, steps, HEAD_SIZE]).astype(np.float32)


def test_offsets_agree_with_tensorflow_probability():
  d = from_head(head())
  offsets = np.random.default_rng(1).normal(size=[3, 4, 2]).astype(np.float32)
  lower = tf.stack([tf.stack([d.sigma_x, tf.zeros_like(d.rho)], -1),
                    tf.stack([d.rho * d.sigma_y, d.sigma_y * tf.sqrt(1 - d.rho ** 2)], -1)], -2)
  oracle = tfp.distributions.MixtureSameFamily(
      tfp.distributions.Categorical(probs=d.pi),
      tfp.distributions.MultivariateNormalTriL(tf.stack([d.mu_x, d.mu_y], -1), lower))
  expected = -np.log(np.exp(oracle.log_prob(offsets)) + 1e-6)
  np.testing.assert_allclose(stroke_distribution.offset_nll(d, offsets), expected, rtol=1e-4)


def test_padding_counts_for_the_pen_in_training_only():
  d = from_head(head())
  target = np.zeros([3, 4, 5], np.float32)
  target[:, :2, 2], target[:, 2:, 4] = 1, 1  # two points, then the end
  nll, pen = stroke_distribution.offset_nll(d, target[..., :2]), stroke_distribution.pen_nll(
      d, target[..., 2:])
  drawn = tf.reduce_sum((nll + pen)[:, :2], axis=-1)
  np.testing.assert_allclose(losses.reconstruction_loss(d, target, False), drawn, rtol=1e-6)
  np.testing.assert_allclose(losses.reconstruction_loss(d, target, True),
                             drawn + tf.reduce_sum(pen[:, 2:], axis=-1), rtol=1e-6)


@pytest.mark.parametrize("step", [0, 1, 500, 20001])
def test_schedules(step):
  config = tiny.config()
  expected = 1 - 0.999 * 0.9999 ** step
  assert schedules.kl_weight(step, config).numpy() == pytest.approx(expected, rel=5e-4)
  expected = (0.001 - 0.00001) * 0.9999 ** (step / 3) + 0.00001
  assert schedules.learning_rate(step, config).numpy() == pytest.approx(expected, rel=5e-4)


def test_pick_is_the_inverse_of_the_cumulated_probabilities():
  probabilities = np.tile(np.array([[0.2, 0.5, 0.3]], np.float32), [5, 1])
  uniform = np.array([0.1, 0.2, 0.3, 0.71, 0.9999999], np.float32)
  assert sampling.pick(probabilities, uniform).numpy().tolist() == [0, 0, 1, 2, 2]


def test_a_low_temperature_sharpens():
  p = np.array([[0.6, 0.4]], np.float32)
  np.testing.assert_allclose(sampling.adjust_temperature(p, np.array([1.0], np.float32)), p,
                             rtol=1e-6)
  sharp = sampling.adjust_temperature(p, np.array([0.1], np.float32)).numpy()
  np.testing.assert_allclose(sharp, [[0.6 ** 10 / (0.6 ** 10 + 0.4 ** 10),
                                      0.4 ** 10 / (0.6 ** 10 + 0.4 ** 10)]], rtol=1e-4)


def draw(model, code, seeds, **options):
  rows = len(seeds)
  return [x.numpy() for x in model.sample(code, tf.fill([rows], 0.7), tf.constant(seeds),
                                          max_length=30, **options)]


def test_a_sketch_depends_on_its_own_seed_only():
  model = tiny.model(dec_model="hyper")
  code = np.random.default_rng(0).normal(size=[6, 5]).astype(np.float32)
  strokes, length = draw(model, code, [5, 6, 7, 8, 9, 10])
  again, length_again = draw(model, code[2:4], [7, 8])
  np.testing.assert_array_equal(length[2:4], length_again)
  np.testing.assert_allclose(strokes[2:4], again, atol=1e-4)
  other, _ = draw(model, code[2:4], [70, 80])
  assert not np.allclose(other, again)


def test_sketches_end_as_promised():
  model = tiny.model()
  code = np.random.default_rng(0).normal(size=[40, 5]).astype(np.float32)
  strokes, length = draw(model, code, list(range(40)))
  assert strokes.shape == (40, 30, 5) and 0 < length.mean() < 30
  for rows, n in zip(strokes, length):
    assert not rows[:n, 4].any()
    np.testing.assert_array_equal(rows[n:], np.tile([[0, 0, 0, 0, 1]], [30 - n, 1]))
    np.testing.assert_array_equal(rows[:, 2:].sum(-1), np.ones(30))


def test_spread_of_sampled_points_is_the_temperature_times_sigma():
  model = tiny.model()
  model.stroke_decoder.head.kernel.assign(tf.zeros_like(model.stroke_decoder.head.kernel))
  bias = np.zeros(HEAD_SIZE, np.float32)
  bias[0], bias[3] = 50, 50  # pen down for ever, first mixture
  bias[3 + 20], bias[3 + 60], bias[3 + 80], bias[3 + 100] = 2.0, np.log(0.5), np.log(2), 0.9
  model.stroke_decoder.head.bias.assign(bias)
  strokes, _ = model.sample(tf.zeros([300, 5]), tf.fill([300], 0.5), tf.range(300), max_length=20)
  points = strokes.numpy()[..., :2].reshape(-1, 2)
  np.testing.assert_allclose(points.mean(0), [2, 0], atol=0.05)
  np.testing.assert_allclose(points.std(0), [0.25, 1.0], rtol=0.05)
  np.testing.assert_allclose(np.corrcoef(points.T)[0, 1], np.tanh(0.9), atol=0.02)
