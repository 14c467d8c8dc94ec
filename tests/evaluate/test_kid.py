"""KID against sums written out, and its properties."""

import numpy as np
import pytest

from evaluate.metrics import kid
from evaluate.metrics.kid import Kid, kernel_distance


def features(count, size, seed, shift=0.0):
  return np.random.default_rng(seed).standard_normal([count, size]) + shift


def brute_force(first, second):
  """The unbiased estimate, pair by pair."""
  kernel = lambda x, y: (float(x @ y) / len(x) + 1)**3
  total = 0.0
  for values in (first, second):
    pairs = [kernel(x, y) for i, x in enumerate(values) for j, y in enumerate(values) if i != j]
    total += np.mean(pairs)
  return total - 2 * np.mean([kernel(x, y) for x in first for y in second])


def test_whole_sets():
  first, second = features(7, 5, 0), features(11, 5, 1, 0.4)
  expected = pytest.approx(brute_force(first, second), rel=1e-12)
  assert kernel_distance(first, second).whole == expected
  assert kernel_distance(second, first).whole == expected
  equal = kernel_distance(first, second[:7])
  assert equal == Kid(equal.whole, None, equal.whole)
  assert equal.whole == pytest.approx(brute_force(first, second[:7]), rel=1e-12)


def subsets_by_hand(first, second, subsets, size, seed):
  draw = [np.random.default_rng([seed, side]) for side in (0, 1)]
  rows = [[one.choice(len(values), size, replace=False) for _ in range(subsets)]
          for one, values in zip(draw, (first, second))]
  return [brute_force(first[one], second[two]) for one, two in zip(*rows)]


@pytest.mark.parametrize("whole_up_to", [10_000, 10])
def test_subsets(monkeypatch, whole_up_to):
  monkeypatch.setattr(kid, "WHOLE_UP_TO", whole_up_to)
  monkeypatch.setattr(kid, "_BLOCK", 6)
  first, second = features(13, 4, 2), features(17, 4, 3, 0.2)
  found = kernel_distance(first, second, subsets=9, subset_size=5, seed=7)
  expected = subsets_by_hand(first, second, 9, 5, 7)
  assert found.mean == pytest.approx(np.mean(expected), rel=1e-9)
  assert found.std == pytest.approx(np.std(expected), rel=1e-9)
  assert (found.whole is None) == (whole_up_to == 10)
  assert found == kernel_distance(first, second, subsets=9, subset_size=5, seed=7)
  assert found.mean != kernel_distance(first, second, subsets=9, subset_size=5, seed=8).mean


def test_unbiased():
  """The mean over many sets of one distribution is zero, within the error of the mean."""
  values = [kernel_distance(features(12, 3, 2 * seed), features(12, 3, 2 * seed + 1)).mean
            for seed in range(300)]
  assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))
  assert min(values) < 0


def test_float32_features_are_summed_in_float64():
  first, second = (features(20, 64, seed, 30.0).astype(np.float32) for seed in (0, 1))
  exact = kernel_distance(first.astype(np.float64), second.astype(np.float64))
  assert kernel_distance(first, second) == exact


def test_wrong_arguments():
  good = np.zeros([3, 4])
  for bad, message in ((np.zeros([1, 4]), "at least 2"), (np.zeros([3, 5]), "dimensions"),
                       (np.full([3, 4], np.nan), "NaN")):
    with pytest.raises(ValueError, match=message):
      kernel_distance(good, bad)
