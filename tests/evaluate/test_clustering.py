"""The adjusted Rand index against values worked out by hand and by its definition on pairs."""

import itertools

import numpy as np
import pytest

from evaluate.metrics.clustering import adjusted_rand_index, contingency


def by_pairs(a, b):
  """The index from its four counts of pairs (Hubert & Arabie, 1985)."""
  both = neither = only_a = only_b = 0
  for i, j in itertools.combinations(range(len(a)), 2):
    same_a, same_b = a[i] == a[j], b[i] == b[j]
    both += same_a and same_b
    neither += not same_a and not same_b
    only_a += same_a and not same_b
    only_b += same_b and not same_a
  return 2 * (both * neither - only_a * only_b) / (
      (both + only_a) * (only_a + neither) + (both + only_b) * (only_b + neither))


@pytest.mark.parametrize("a,b,expected", [
    ([0, 0, 1, 1], [0, 0, 1, 1], 1.0),
    ([0, 0, 1, 1], [7, 7, 3, 3], 1.0),
    ([0, 0, 1, 2], [0, 0, 1, 1], 4 / 7),
    ([0, 0, 0, 0], [0, 1, 2, 3], 0.0),
    ([0, 0, 1, 1], [0, 1, 0, 1], -0.5),
    ([0, 0, 0], [1, 1, 1], 1.0),
    ([0, 1, 2], [5, 3, 4], 1.0),
    ([1], [2], 1.0),
])
def test_known_values(a, b, expected):
  assert adjusted_rand_index(np.array(a), np.array(b)) == pytest.approx(expected)


def test_equals_the_definition_on_pairs():
  random = np.random.default_rng(0)
  for _ in range(20):
    a, b = random.integers(0, 4, 40), random.integers(0, 3, 40)
    b = np.where(random.random(40) < 0.5, a, b)
    assert adjusted_rand_index(a, b) == pytest.approx(by_pairs(a, b))
    assert adjusted_rand_index(a, b) == pytest.approx(adjusted_rand_index(b, a))


def test_independent_partitions_score_about_nothing():
  random = np.random.default_rng(0)
  a, b = random.integers(0, 5, 20000), random.integers(0, 7, 20000)
  assert abs(adjusted_rand_index(a, b)) < 0.005


def test_contingency():
  np.testing.assert_array_equal(contingency(np.array([3, 3, 8]), np.array(["x", "y", "y"])),
                                [[1, 1], [0, 1]])
  with pytest.raises(ValueError, match="one length"):
    contingency(np.zeros(3), np.zeros(4))
