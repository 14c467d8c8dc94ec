"""Ranks, CMC and confusion against plain loops, and the cases that could flatter."""

import numpy as np
import pytest

from evaluate.metrics import recognition


def test_ranks_are_those_of_a_plain_loop():
  random = np.random.default_rng(0)
  scores = random.integers(0, 4, [50, 6]).astype(float)  # many ties
  labels = random.integers(0, 6, 50)
  expected = [sum(row[other] >= row[label] for other in range(6))
              for row, label in zip(scores, labels)]
  np.testing.assert_array_equal(recognition.ranks_from_scores(scores, labels), expected)


def test_a_classifier_that_says_nothing_scores_nothing():
  ranks = recognition.ranks_from_scores(np.zeros([10, 5]), np.zeros(10, int))
  assert recognition.rank_k(ranks) == 0.0 and (ranks == 5).all()


def test_ranks_of_distances_over_identities():
  distances = np.array([[.1, .2, .3, .4],   # own nearest
                        [.1, .2, .05, .4],  # b's nearest entry is third by distance of entries
                        [.3, .3, .3, .3]])  # all equal: last
  ranks = recognition.ranks_from_distances(distances, ["a", "b", "c"], ["a", "b", "a", "c"])
  np.testing.assert_array_equal(ranks, [1, 2, 3])


def test_identities_need_no_order():
  random = np.random.default_rng(1)
  distances = random.random([7, 9])
  probes, gallery = random.permutation(9)[:7], random.permutation(9)
  ranks = recognition.ranks_from_distances(distances, probes, gallery)
  for row, probe, rank in zip(distances, probes, ranks):
    own = row[np.flatnonzero(gallery == probe)[0]]
    assert rank == np.sum(row <= own)


def test_cmc_is_the_share_within_each_rank():
  ranks = np.array([1, 1, 3, 2, 7])
  curve = recognition.cmc(ranks, 4)
  np.testing.assert_allclose(curve, [.4, .6, .8, .8])
  assert recognition.rank_k(ranks) == curve[0] and recognition.rank_k(ranks, 3) == curve[2]
  assert recognition.cmc(ranks, 7)[-1] == 1.0


def test_confusion_counts_rows_taken_for_columns():
  matrix = recognition.confusion_matrix([0, 0, 1, 2], [0, 2, 1, 0], 4)
  np.testing.assert_array_equal(matrix, [[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("call, words", [
    (lambda: recognition.ranks_from_scores(np.full([2, 3], np.nan), [0, 1]), "NaN"),
    (lambda: recognition.ranks_from_scores(np.zeros([2, 3]), [0, 3]), r"in \[0, 3\)"),
    (lambda: recognition.ranks_from_scores(np.zeros([2, 3]), [0.0, 1.0]), "integer labels"),
    (lambda: recognition.ranks_from_scores(np.zeros(3), [0]), "shape"),
    (lambda: recognition.ranks_from_distances(np.zeros([1, 2]), ["z"], ["a", "b"]), "gallery"),
    (lambda: recognition.ranks_from_distances(np.zeros([1, 2]), ["a"], ["a"]), "1 gallery"),
    (lambda: recognition.cmc(np.zeros(0, int), 3), "at least one"),
    (lambda: recognition.cmc(np.array([0]), 3), "from 1")])
def test_what_can_not_be_is_refused(call, words):
  with pytest.raises(ValueError, match=words):
    call()
