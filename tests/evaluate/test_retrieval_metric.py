"""Ret@k against the original's numbers and against comparing all with all."""

import pathlib

import numpy as np
import pytest

from evaluate.metrics.retrieval import (mean_squared_distances, original_scores, own_ranks, rank,
                                        retrieval_scores)

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl"


def plain_rank(generated, real, k):
  """Compares all with all."""
  return np.stack([np.argsort(mean_squared_distances(code, real), kind="stable")[:k]
                   for code in generated])


@pytest.mark.parametrize("name", ["retrieval_a", "retrieval_b"])
@pytest.mark.parametrize("case", range(6))
def test_ranking_and_scores_of_the_original(name, case):
  with np.load(REFERENCE / f"{name}.npz") as arrays:
    real, generated = arrays[f"in/case{case}/real"], arrays[f"in/case{case}/generated"]
    expected = arrays[f"out/case{case}/ranking"].T  # [10 * floor(n / 10), 50]
    scores = arrays[f"out/case{case}/top1_top10_top50"]
  ranks = rank(generated, real)
  assert ranks.dtype == np.int64 and ranks.shape == (len(generated), min(50, len(real)))
  np.testing.assert_array_equal(ranks[:len(expected)], expected[:, :ranks.shape[1]])
  np.testing.assert_allclose(list(original_scores(ranks).values()), scores, rtol=1e-12)


@pytest.mark.parametrize("count,k", [(700, 5), (700, 50), (20, 50), (1, 1)])
def test_equals_comparing_all_with_all(count, k):
  random = np.random.default_rng(count + k)
  real = random.normal(size=[count, 9]).astype(np.float32)
  generated = real[random.integers(count, size=600)] + random.normal(
      scale=0.3, size=[600, 9]).astype(np.float32)
  np.testing.assert_array_equal(rank(generated, real, k), plain_rank(generated, real, k))


def test_more_ties_than_candidates_go_to_the_lower_index():
  random = np.random.default_rng(0)
  real = np.tile(random.normal(size=[3, 4]).astype(np.float32), [200, 1])  # 200 copies of each
  ranks = rank(real[:3], real, 10)
  np.testing.assert_array_equal(ranks, np.arange(3)[:, None] + 3 * np.arange(10))


def test_near_ties_far_from_the_origin():
  random = np.random.default_rng(1)
  real = (1000 + 1e-3 * random.normal(size=[400, 8])).astype(np.float32)
  np.testing.assert_array_equal(rank(real[:50], real, 20), plain_rank(real[:50], real, 20))


def test_the_place_of_ones_own():
  random = np.random.default_rng(2)
  real = random.normal(size=[700, 6]).astype(np.float32)
  real[300:420] = real[:120]  # ties, more of them than candidates of a search
  real[500:550] = real[7]
  generated = real + random.normal(scale=0.5, size=real.shape).astype(np.float32)
  generated[::3] = real[::3]
  own = random.permutation(700)
  places = own_ranks(generated, real, own)
  whole = plain_rank(generated, real, 700)
  np.testing.assert_array_equal(places, (whole == own[:, None]).argmax(axis=1) + 1)
  assert retrieval_scores(whole, own, (10,))[10] == np.mean(places <= 10)


def test_scores():
  ranks = np.array([[0, 1, 2], [2, 0, 1], [0, 1, 2]])
  scores = retrieval_scores(ranks, np.array([0, 1, 9]), ks=(1, 3))
  assert scores == {1: pytest.approx(1 / 3), 3: pytest.approx(2 / 3)}


def test_the_original_counts_a_remainder_as_misses():
  ranks = np.arange(13)[:, None]
  assert retrieval_scores(ranks, np.arange(13), ks=(1,)) == {1: 1.0}
  assert original_scores(ranks, ks=(1,)) == {1: pytest.approx(10 / 13)}
  with pytest.raises(ValueError, match="at least 10"):
    original_scores(ranks[:9])


def test_refuses_what_it_can_not_rank():
  codes = np.zeros([3, 4], np.float32)
  with pytest.raises(ValueError, match="expected codes"):
    rank(codes, codes[:, :3])
  with pytest.raises(ValueError, match="NaN"):
    rank(codes, np.full([3, 4], np.nan))
