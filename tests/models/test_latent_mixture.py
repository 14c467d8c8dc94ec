"""The latent mixture against NumPy and TensorFlow Probability."""

import numpy as np
import pytest
import tensorflow as tf

from models.rpcl_pix2seq import mixture as maths
from models.rpcl_pix2seq.latent_mixture import LatentMixture
from models.rpcl_pix2seq.mixture import Mixture


def random_mixture(components=3, size=2, seed=0):
  random = np.random.default_rng(seed)
  weights = random.random([components, 1]).astype(np.float32)
  return Mixture(*(tf.constant(x, tf.float32) for x in (
      random.normal(size=[components, size]), random.random([components, size]) + 0.5,
      weights / weights.sum())))


def layer(parameters, **options):
  made = LatentMixture(parameters.means.shape[0], parameters.means.shape[1], **options)
  made.assign(parameters)
  return made


def codes(rows=50, size=2, seed=1):
  return np.random.default_rng(seed).normal(size=[rows, size]).astype(np.float32)


def test_posterior_agrees_with_the_distribution():
  parameters = random_mixture()
  distribution = layer(parameters).distribution()
  joint = (distribution.components_distribution.log_prob(codes()[:, None])
           + tf.math.log(parameters.weights[:, 0]))
  np.testing.assert_allclose(maths.posterior(codes(), parameters), tf.nn.softmax(joint),
                             atol=3e-5)  # the posterior never goes below 1e-5


def test_log_density_agrees_with_the_distribution():
  parameters = random_mixture()
  own = tf.reduce_logsumexp(maths.log_densities(codes(), parameters)
                            + tf.math.log(parameters.weights[:, 0]), axis=-1)
  np.testing.assert_allclose(own, layer(parameters).distribution().log_prob(codes()), atol=1e-5)


def test_posterior_of_far_codes_is_uniform():
  p = maths.posterior(np.full([1, 2], 1e6, np.float32), random_mixture())
  np.testing.assert_allclose(p, np.full([1, 3], 1 / 3), rtol=1e-4)


def em_by_loops(p, mean, variance, old, momentum):
  means, variances, weights = [], [], []
  for k in range(p.shape[1]):
    r = p[:, k].astype(np.float64)
    centre = sum(r[b] * mean[b] for b in range(len(r))) / r.sum()
    spread = sum(r[b] * ((mean[b] - centre) ** 2 + variance[b]) for b in range(len(r))) / r.sum()
    means.append(momentum * old.means[k] + (1 - momentum) * centre)
    variances.append(momentum * old.variances[k] + (1 - momentum) * spread)
    weights.append(momentum * float(old.weights[k, 0]) + (1 - momentum) * r.mean())
  return np.array(means), np.array(variances), np.array(weights)[:, None] / sum(weights)


@pytest.mark.parametrize("momentum", [0.95, 0.5])
def test_em_step_by_loops(momentum):
  old, mean, variance = random_mixture(), codes(), np.abs(codes(seed=2)) + 0.1
  p = maths.posterior(mean, old)
  got = layer(old, momentum=momentum).updated(p, mean, variance, 7)
  for a, b in zip(got, em_by_loops(p.numpy(), mean, variance, old, momentum)):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_rpcl_responsibilities():
  p = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], np.float32)
  np.testing.assert_allclose(maths.rpcl_responsibilities(p, 0.01),
                             [[1, -0.01, 0], [0, -0.01, 1]])


@pytest.mark.parametrize("step, rpcl", [(0, False), (500, False), (501, True), (502, False),
                                        (503, False), (504, True)])
def test_schedule_of_em_and_rpcl(step, rpcl):
  old, mean = random_mixture(), codes()
  p = maths.posterior(mean, old)
  r = maths.rpcl_responsibilities(p, 1e-4) if rpcl else p
  expected = maths.blend(old, maths.batch_estimate(r, mean, mean ** 2, lambda x: x), 0.95)
  for a, b in zip(layer(old).updated(p, mean, mean ** 2, step), expected):
    np.testing.assert_allclose(a, b, rtol=1e-6)


def test_components_without_codes_die_and_the_others_find_the_groups():
  """The method's point, without a network: five components, two groups of codes."""
  random = np.random.default_rng(0)
  mixture = LatentMixture(5, 2, seed=3)
  for step in range(400):
    rows = random.integers(0, 2, 64)
    mean = (np.array([[-3.0, 0], [3, 0]])[rows] + 0.3 * random.normal(size=[64, 2]))
    mean = mean.astype(np.float32)
    mixture.assign(mixture.updated(mixture(mean), mean, np.full_like(mean, 0.01), step))
  assert mixture.live().sum() < 5
  groups = {round(float(x)) for x in mixture.means.numpy()[mixture.live(), 0]}
  assert groups == {-3, 3}


def test_samples_of_a_component_lie_around_it():
  mixture = layer(random_mixture())
  drawn = mixture.component(1).sample(4000, seed=1).numpy()
  np.testing.assert_allclose(drawn.mean(0), mixture.means[1], atol=0.1)
  np.testing.assert_allclose(drawn.var(0), mixture.variances[1], rtol=0.15)
