"""Similarities, ranks and verification against cases made by hand and plain counting."""

import numpy as np
import pytest
from scipy import optimize, spatial, stats

from evaluate.metrics import matching, recognition


def few_values(seed, probes=12, gallery=9, persons=6, values=7):
  """Similarities with many ties, and ids with several entries of a person."""
  random = np.random.default_rng(seed)
  return (random.integers(0, values, [probes, gallery]) / 8, random.integers(0, persons, probes),
          np.concatenate([np.arange(persons), random.integers(0, persons, gallery - persons)]))


def test_cosines_by_hand():
  probes = np.array([[3, 4], [1, 0]], np.float32)
  gallery = np.array([[4, 3], [-2, 0], [0, 7]], np.float32)
  np.testing.assert_allclose(matching.cosine_similarities(probes, gallery),
                             [[0.96, -0.6, 0.8], [0.8, -1, 0]], atol=1e-15)


def test_cosines_are_those_of_scipy():
  random = np.random.default_rng(0)
  probes, gallery = random.normal(size=[7, 50]), random.normal(3, 9, size=[5, 50])
  np.testing.assert_allclose(matching.cosine_similarities(probes, gallery),
                             1 - spatial.distance.cdist(probes, gallery, "cosine"), atol=1e-14)


def test_copies_tie_exactly_wherever_they_stand():
  random = np.random.default_rng(1)
  gallery = random.normal(size=[40, 333]).astype(np.float32)
  gallery[[3, 17, 39]] = gallery[0]
  probes = random.normal(size=[9, 333]).astype(np.float32)
  probes[8] = probes[2]
  found = matching.cosine_similarities(probes, gallery)
  assert (found[:, [3, 17, 39]] == found[:, [0]]).all() and (found[8] == found[2]).all()
  ranks = matching.ranks_from_similarities(found, np.zeros(9, int), np.arange(40))
  assert (ranks >= 4).all()  # nobody is told from three copies


def test_fusion_turns_two_halves_into_a_whole():
  by_sketch = np.array([[.9, .8, .1], [.6, .7, .2], [.5, .5, .5]])  # wrong, right, nothing said
  by_photo = np.array([[.5, .1, .0], [.9, .4, .3], [.1, .2, .3]])
  both = matching.fused(by_sketch, by_photo)
  np.testing.assert_allclose(both[0], [1.4, .9, .1])
  persons = np.array(["a", "b", "c"])
  rank = lambda similarities: matching.ranks_from_similarities(similarities, persons, persons)
  np.testing.assert_array_equal(rank(by_sketch), [1, 1, 3])
  np.testing.assert_array_equal(rank(by_photo), [1, 2, 1])
  np.testing.assert_array_equal(rank(both), [1, 2, 1])
  np.testing.assert_array_equal(matching.fused(by_photo), by_photo)


@pytest.mark.parametrize("seed", range(4))
def test_ranks_and_cmc_are_those_of_a_plain_count(seed):
  similarities, probe_ids, gallery_ids = few_values(seed)
  expected = []
  for row, probe in zip(similarities, probe_ids):
    best = {person: row[gallery_ids == person].max() for person in set(gallery_ids.tolist())}
    expected.append(sum(value >= best[probe] for value in best.values()))
  ranks = matching.ranks_from_similarities(similarities, probe_ids, gallery_ids)
  np.testing.assert_array_equal(ranks, expected)
  np.testing.assert_allclose(recognition.cmc(ranks, 6),
                             [sum(rank <= k for rank in expected) / 12 for k in range(1, 7)])


def test_roc_by_hand():
  # Genuine on the diagonal: .9, .6, .6; impostors .7, .6, .5, .5, .2, .1.
  similarities = np.array([[.9, .7, .5], [.5, .6, .2], [.6, .1, .6]])
  curve = matching.roc(similarities, [0, 1, 2], [0, 1, 2])
  np.testing.assert_allclose(curve.false_accept, np.array([0, 0, 1, 2, 6]) / 6)
  np.testing.assert_allclose(curve.true_accept, np.array([0, 1, 1, 3, 3]) / 3)
  np.testing.assert_allclose(curve.threshold, [np.inf, .9, .7, .6, .1])
  assert (curve.genuine, curve.impostors) == (3, 6)
  # Right order: .9 before all 6; each .6 before 4 and tied with one.
  assert matching.area(curve) == pytest.approx((6 + 2 * (4 + .5)) / 18)
  # Between (1/6, 1/3) and (2/6, 1): FAR = 1/6 + s/6 is 1 - TAR = 2/3 - 2s/3 at s = 0.6.
  assert matching.equal_error_rate(curve) == pytest.approx(1 / 6 + .1)
  for far, tar in ((0, 1 / 3), (.01, 1 / 3), (1 / 6, 1 / 3), (.3, 1 / 3), (1 / 3, 1), (1, 1)):
    assert matching.true_accept_at(curve, far) == pytest.approx(tar)


@pytest.mark.parametrize("seed", range(6))
def test_roc_is_that_of_a_plain_count(seed):
  similarities, probe_ids, gallery_ids = few_values(seed, values=7 if seed % 2 else 1000)
  curve = matching.roc(similarities, probe_ids, gallery_ids)
  same = probe_ids[:, None] == gallery_ids
  genuine, impostors = similarities[same], similarities[~same]
  points = [(np.inf, 0.0, 0.0)] + [
      (limit, np.mean(impostors >= limit), np.mean(genuine >= limit))
      for limit in sorted(set(similarities.ravel().tolist()), reverse=True)]
  whole = np.array(points)  # with the points between corners
  kept = np.isin(whole[:, 0], curve.threshold)
  np.testing.assert_allclose(np.stack([curve.threshold, curve.false_accept, curve.true_accept], 1),
                             whole[kept])
  left_out = whole[~kept]
  level = np.isin(left_out[:, 1], curve.false_accept) | np.isin(left_out[:, 2], curve.true_accept)
  assert level.all()
  for far in (0, .001, .01, .1, .5):
    assert matching.true_accept_at(curve, far) == max(tar for _, found, tar in points
                                                      if found <= far)
  statistic = stats.mannwhitneyu(genuine, impostors).statistic
  assert matching.area(curve) == pytest.approx(statistic / (len(genuine) * len(impostors)))
  # The crossing looked for along the whole curve by bisection.
  along = np.arange(len(whole))
  excess = lambda t: np.interp(t, along, whole[:, 1]) - 1 + np.interp(t, along, whole[:, 2])
  crossing = optimize.brentq(excess, 0, along[-1], xtol=1e-13)
  assert matching.equal_error_rate(curve) == pytest.approx(np.interp(crossing, along, whole[:, 1]))


def test_the_ends_of_verification():
  persons = np.arange(4)
  perfect = matching.roc(np.eye(4), persons, persons)
  nothing = matching.roc(np.zeros([4, 4]), persons, persons)
  wrong = matching.roc(-np.eye(4), persons, persons)
  expected = {"perfect": (perfect, 1, 0, 1), "nothing": (nothing, .5, .5, 0),
              "wrong": (wrong, 0, 1, 0)}
  for curve, area, error, accepted in expected.values():
    assert matching.area(curve) == area and matching.equal_error_rate(curve) == error
    assert matching.true_accept_at(curve, .01) == accepted
    assert curve.false_accept[0] == curve.true_accept[0] == 0
    assert curve.false_accept[-1] == curve.true_accept[-1] == 1


@pytest.mark.parametrize("call, words", [
    (lambda: matching.cosine_similarities(np.ones([2, 3]), np.ones([2, 4])), r"\(2, 3\) and"),
    (lambda: matching.cosine_similarities(np.ones(3), np.ones([2, 3])), "expected features"),
    (lambda: matching.cosine_similarities(np.full([1, 3], np.nan), np.ones([2, 3])), "NaN"),
    (lambda: matching.cosine_similarities(np.ones([1, 3]), np.eye(4, 3)), "all zero"),
    (lambda: matching.fused(), "got none"),
    (lambda: matching.fused(np.ones([2, 3]), np.ones([3, 2])), "one shape"),
    (lambda: matching.ranks_from_similarities(np.ones([1, 2]), ["z"], ["a", "b"]), "gallery"),
    (lambda: matching.roc(np.ones([1, 2]), ["a"], ["a"]), "1 gallery"),
    (lambda: matching.roc(np.full([1, 2], np.nan), ["a"], ["a", "b"]), "NaN"),
    (lambda: matching.roc(np.ones([1, 2]), ["a"], ["a", "a"]), "2 and 0"),
    (lambda: matching.roc(np.ones([1, 2]), ["c"], ["a", "b"]), "0 and 2")])
def test_what_can_not_be_is_refused(call, words):
  with pytest.raises(ValueError, match=words):
    call()
