"""The Frechet distance against SciPy's general root, closed forms and the originals' arrays."""

import pathlib

import numpy as np
import pytest

from benchmarks.plain_frechet import plain_frechet_distance, plain_statistics
from evaluate.metrics import frechet
from evaluate.metrics.frechet import (frechet_distance, frechet_distance_of_features,
                                      mean_and_covariance)
from tests.reference_checks import frechet as reference
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference"


@pytest.mark.parametrize("original", ["lmser", "s2i"])
def test_the_originals_arrays(original):
  require(reference.check(REFERENCE / original / "fid.npz"))


def features(count, size, seed=0, spread=0.0):
  random = np.random.default_rng([count, size, seed])
  scale = np.exp(spread * random.standard_normal(size))
  return random.standard_normal([count, size]) * scale + random.standard_normal(size)


def plain(first, second):
  return plain_frechet_distance(*plain_statistics(first), *plain_statistics(second))


def from_statistics(first, second, **options):
  return frechet_distance(*mean_and_covariance(first), *mean_and_covariance(second), **options)


@pytest.fixture(params=["small", "large"])
def method(request, monkeypatch):
  """Both ways of taking the root's trace: that for large sizes on small ones too."""
  if request.param == "large":
    monkeypatch.setattr(frechet, "_SINGULAR_VALUES_UP_TO", 0)


@pytest.mark.parametrize("spread", [0.0, 3.0])
@pytest.mark.parametrize("counts", [(60, 90), (90, 33)])
def test_full_rank(method, counts, spread):
  first, second = (features(count, 32, seed, spread) for seed, count in enumerate(counts))
  for ours in (from_statistics(first, second), from_statistics(second, first),
               frechet_distance_of_features(first, second)):
    assert ours == pytest.approx(plain(first, second), rel=1e-6)


def low_rank(count, size, rank, random):
  return random.standard_normal([count, rank]) @ random.standard_normal([rank, size])


def repeated_sums(count, size, rank, random):
  values = random.standard_normal([count, size])
  values[:, rank:] = values[:, :rank].sum(axis=1, keepdims=True)
  return values


def whole_numbers(count, size, rank, random):
  left, right = random.integers(-3, 4, [count, rank]), random.integers(-2, 3, [rank, size])
  return (left @ right).astype(float)


def dead_columns(count, size, rank, random):
  values = random.standard_normal([count, size])
  values[:, random.permutation(size)[rank:]] = 0
  return values


@pytest.mark.parametrize("kind", [low_rank, repeated_sums, whole_numbers, dead_columns])
def test_singular_covariances_as_the_reference(kind):
  """Whether SciPy's root is finite is chance; the answer has to be the same either way.

  Where SciPy's root is finite and worthless, the reference has no answer: imaginary parts beyond
  its limit, or a number far below zero.
  """
  compared = 0
  for seed in range(25):
    random = np.random.default_rng(seed)
    size, count = int(random.choice([4, 16, 24, 40])), int(random.choice([40, 60, 100]))
    first, second = (kind(count, size, int(random.integers(1, size)), random) for _ in range(2))
    for one, two in ((first, second), (first, features(70, size)), (features(70, size), second)):
      try:
        expected = plain(one, two)
      except ValueError:
        continue
      if expected > -1:
        assert from_statistics(one, two) == pytest.approx(expected, rel=1e-3)
        compared += 1
  assert compared > 60


def test_offset_where_scipys_root_is_not_finite(monkeypatch):
  random = np.random.default_rng(1)
  first, second = low_rank(50, 24, 4, random), low_rank(50, 24, 4, random)
  exact = from_statistics(first, second)
  monkeypatch.setattr(frechet, "_scipy_root_is_finite", lambda *_: False)
  offset = from_statistics(first, second)
  (mean1, covariance1), (mean2, covariance2) = map(plain_statistics, (first, second))
  shifted = [covariance + 1e-6 * np.eye(24) for covariance in (covariance1, covariance2)]
  expected = plain_frechet_distance(mean1, shifted[0], mean2, shifted[1]) - 2 * 24e-6
  assert offset == pytest.approx(expected, rel=1e-6)  # the traces stay without the offset
  assert offset < exact - 1e-5
  assert frechet_distance_of_features(first, second) == pytest.approx(offset, rel=1e-9)
  assert from_statistics(first, second, singular="exact") == exact
  assert frechet_distance_of_features(first, second, "exact") == pytest.approx(exact, rel=1e-9)
  full = features(50, 24), features(60, 24)  # nothing singular: SciPy isn't asked
  assert from_statistics(*full) == from_statistics(*full, singular="exact")
  monkeypatch.setattr(frechet, "ASKED_UP_TO", 23)
  assert from_statistics(first, second) == exact


@pytest.mark.parametrize("counts", [(9, 14), (14, 9), (20, 40), (45, 46), (2, 2)])
def test_few_features_through_the_small_product(method, counts):
  first, second = (features(count, 40, seed) for seed, count in enumerate(counts))
  ours = frechet_distance_of_features(first, second, "exact")
  assert ours == pytest.approx(from_statistics(first, second, singular="exact"), rel=1e-7)
  assert ours == pytest.approx(plain(first, second), rel=1e-3)


def test_closed_forms(method):
  zero, one = np.zeros([3, 3]), np.eye(3)
  assert frechet_distance(np.zeros(3), zero, np.ones(3), zero) == 3
  assert frechet_distance(np.zeros(3), one, np.ones(3), zero) == pytest.approx(6)
  assert frechet_distance([1.0], [[4.0]], [3.0], [[25.0]]) == pytest.approx(4 + (5 - 2)**2)
  diagonals = np.diag([1.0, 4.0, 9.0]), np.diag([16.0, 1.0, 0.25])
  expected = (1 - 4)**2 + (2 - 1)**2 + (3 - 0.5)**2
  rotation, _ = np.linalg.qr(features(3, 3))
  turned = [rotation @ one @ rotation.T for one in diagonals]
  assert frechet_distance(np.zeros(3), turned[0], np.zeros(3), turned[1]) == pytest.approx(expected)


def test_equal_and_moved_sets(method):
  first = features(50, 20)
  assert abs(frechet_distance_of_features(first, first)) < 1e-9
  assert abs(frechet_distance_of_features(first[:10], first[:10])) < 1e-6
  assert frechet_distance_of_features(first, first + 2) == pytest.approx(4 * 20)
  assert frechet_distance_of_features(first, 3 * first) == pytest.approx(
      4 * (np.square(first.mean(axis=0)).sum() + np.trace(np.cov(first.T))))


def test_statistics(monkeypatch):
  values = features(53, 7).astype(np.float32)
  mean, covariance = mean_and_covariance(values)
  np.testing.assert_array_equal(mean, values.astype(float).mean(axis=0))
  np.testing.assert_array_equal(covariance, np.cov(values.astype(float), rowvar=False))
  monkeypatch.setattr(frechet, "_AT_ONCE", 70)  # large sets go block by block
  np.testing.assert_allclose(mean_and_covariance(values)[0], mean, rtol=1e-14)
  np.testing.assert_allclose(mean_and_covariance(values)[1], covariance, rtol=1e-12, atol=1e-14)
  assert mean_and_covariance(values[:, :1])[1].shape == (1, 1)


def test_wrong_arguments():
  good = np.zeros(4), np.eye(4)
  for bad, message in (((np.zeros(3), np.eye(4)), "shape"),
                       ((np.zeros(3), np.eye(3)), "dimensions"),
                       ((np.full(4, np.nan), np.eye(4)), "NaN"),
                       ((np.zeros(4), np.triu(np.ones([4, 4]))), "symmetric"),
                       ((np.zeros(4), np.diag([1.0, 1, 1, -0.1])), "negative")):
    with pytest.raises(ValueError, match=message):
      frechet_distance(*bad, *good)
    with pytest.raises(ValueError, match=message):
      frechet_distance(*good, *bad)
  with pytest.raises(ValueError, match=r"\[n, d\]"):
    mean_and_covariance(np.zeros([1, 4]))
  with pytest.raises(ValueError, match="NaN"):
    frechet_distance_of_features(np.full([3, 600], np.inf), np.zeros([3, 600]))
  with pytest.raises(ValueError, match="dimensions"):
    frechet_distance_of_features(np.zeros([3, 4]), np.zeros([3, 5]))
