"""Verification: pairs without a person in two folds, thresholds of the other folds, by hand."""

import numpy as np
import pytest

from evaluate.metrics import verification
from evaluate.metrics.verification import best_threshold, make_pairs, pair_distances, verify


@pytest.mark.parametrize("persons, folds", [
    (list("aabbbcdd"), 2), (range(25), 10), ([row // 3 for row in range(36)], 6), (range(4), 2)])
def test_pairs_and_folds(persons, folds):
  persons = list(persons)
  found = make_pairs(persons)
  count = len(persons)
  assert len(set(found.fold.tolist())) == folds and found.same.sum() == count
  assert sorted(found.first[found.same]) == sorted(found.first[~found.same]) == list(range(count))
  np.testing.assert_array_equal(found.first[found.same], found.second[found.same])
  on = lambda rows: np.array([persons[row] for row in rows])
  assert (on(found.first[~found.same]) != on(found.second[~found.same])).all()
  where = {}
  for first, second, fold in zip(found.first, found.second, found.fold):
    for row in (first, second):
      where.setdefault(persons[row], set()).add(int(fold))
  assert all(len(used) == 1 for used in where.values())


def test_pairs_are_a_function_of_the_seed():
  pairs = [make_pairs(range(40), seed=seed).second.tolist() for seed in (0, 0, 1)]
  assert pairs[0] == pairs[1] != pairs[2]
  with pytest.raises(ValueError, match="at least 4 persons, got 3"):
    make_pairs(list("abcabc"))


def test_distances_by_hand():
  features = np.array([[0, 0], [3, 4]], np.float32)
  pairs = verification.Pairs(np.array([0, 1]), np.array([0, 0]), np.array([True, False]),
                             np.array([0, 1]))
  np.testing.assert_array_equal(pair_distances(features, features[::-1], pairs), [5, 0])


def test_thresholds_by_hand():
  same = np.array([True, True, False, False])
  assert best_threshold(np.array([1.0, 2.0, 4.0, 5.0]), same) == 3
  assert best_threshold(np.array([4.0, 5.0, 1.0, 2.0]), same) in (1, np.inf)  # nothing, or all
  assert best_threshold(np.array([1.0, 1.0, 1.0, 1.0]), np.ones(4, bool)) == np.inf
  assert best_threshold(np.array([1.0, 1.0, 1.0, 1.0]), np.zeros(4, bool)) == 1  # none is below


def test_no_threshold_is_better():
  random = np.random.default_rng(0)
  for _ in range(30):
    distances, same = random.integers(0, 6, 12) / 4, random.random(12) < 0.5
    right = lambda threshold: np.mean((distances < threshold) == same)
    assert right(best_threshold(distances, same)) == max(map(right, np.arange(-0.1, 3, 0.05)))


def test_the_threshold_is_that_of_the_other_folds():
  # Alone, each fold could be told without a mistake; with the other's threshold half of it can't.
  distances = np.array([1.0, 3.0, 5.0, 7.0])
  same, fold = np.array([True, False, True, False]), np.array([0, 0, 1, 1])
  found = verify(distances, same, fold)  # thresholds 6 on fold 0, 2 on fold 1
  assert found == (0.5, 0.0, 2, 4)
  found = verify(np.array([1.0, 3.0, 1.0, 7.0, 1.5, 2.5]), np.array([True, False] * 3),
                 np.array([0, 0, 1, 1, 2, 2]))  # thresholds 2, 2 and 2
  assert found == (1.0, 0.0, 3, 6)
  found = verify(np.array([1.0, 3.0, 1.0, 7.0, 9.0, 2.5]), np.array([True, False] * 3),
                 np.array([0, 0, 1, 1, 2, 2]))
  # Thresholds 1.75, 1.75 and 2: only the 9 is told wrong.
  assert found.accuracy == pytest.approx((1 + 1 + 0.5) / 3)
  assert found.deviation == pytest.approx(np.std([1, 1, 0.5]))


def test_distances_that_tell_nothing_give_chance_and_what_is_refused():
  pairs = make_pairs(range(20))
  assert verify(np.zeros(40), pairs.same, pairs.fold).accuracy == 0.5
  for distances, fold in (([np.nan, 1], [0, 1]), ([1, 2], [0, 0])):
    with pytest.raises(ValueError, match="two folds"):
      verify(np.array(distances, float), np.array([True, False]), np.array(fold))
  with pytest.raises(ValueError, match="expected"):
    verify(np.zeros(3), pairs.same, pairs.fold)
