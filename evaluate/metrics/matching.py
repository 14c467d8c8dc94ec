"""Matching by features: similarities of probes and gallery, their fusion, ranks, verification.

Pure functions on arrays. Identification asks which gallery entry a probe is most similar to;
verification accepts a pair of probe and gallery entry if its similarity reaches a threshold. Equal
similarities are one threshold: no curve gains from the order in which ties stand.

Sources: Phillips et al., "The FERET evaluation methodology for face-recognition algorithms", IEEE
PAMI 22, 2000 (probes, gallery, ranks); Rizvi, Phillips & Moon, "The FERET verification testing
protocol for face recognition algorithms", FG 1998 (false and true accepts over all pairs); Fawcett,
"An introduction to ROC analysis", Pattern Recognition Letters 27, 2006 (ties, area); Fang et al.,
"Identity-aware CycleGAN", Pattern Recognition 102, 2020 (cosine and fusion by the sum).
"""

import dataclasses

import numpy as np

from evaluate.metrics import recognition


@dataclasses.dataclass(frozen=True)
class Roc:
  """Receiver operating characteristic, from nothing accepted to all; its n corners.

  Attributes:
    false_accept: float64 [n], FAR: share of pairs of different identities that are accepted; not
      falling, from 0 to 1.
    true_accept: float64 [n], TAR: likewise of pairs of one identity.
    threshold: float64 [n], the least similarity that is accepted; the first one is infinite.
    genuine: number of pairs of one identity.
    impostors: number of pairs of different identities.
  """

  false_accept: np.ndarray
  true_accept: np.ndarray
  threshold: np.ndarray
  genuine: int
  impostors: int


def cosine_similarities(probes: np.ndarray, gallery: np.ndarray) -> np.ndarray:
  """Cosine of the angle between each probe's features and each gallery entry's.

  Computed in float64, and once for features that are equal, so that copies tie exactly.

  Args:
    probes: float [P, D].
    gallery: float [G, D].

  Returns:
    float64 [P, G], in [-1, 1] up to rounding.

  Raises:
    ValueError: shapes that don't fit, features that are not finite, or all zero, which have no
      direction.
  """
  probes, gallery = np.asarray(probes), np.asarray(gallery)
  if probes.ndim != 2 or gallery.ndim != 2 or probes.shape[1] != gallery.shape[1]:
    raise ValueError(f"expected features [P, D] and [G, D], got {probes.shape} and {gallery.shape}")
  (rows, row_of), (columns, column_of) = _directions(probes), _directions(gallery)
  return (rows @ columns.T)[np.ix_(row_of, column_of)]


def fused(*similarities: np.ndarray) -> np.ndarray:
  """Sum of the similarities that several matchers give the same pairs.

  Args:
    *similarities: float [P, G] each, at least one.

  Returns:
    float64 [P, G].

  Raises:
    ValueError: none, or other shapes.
  """
  if not similarities or len({np.shape(one) for one in similarities}) != 1:
    raise ValueError("expected similarities of one shape, got "
                     f"{', '.join(str(np.shape(one)) for one in similarities) or 'none'}")
  return np.sum(np.asarray(similarities, np.float64), axis=0)


def ranks_from_similarities(similarities: np.ndarray, probe_ids: np.ndarray,
                            gallery_ids: np.ndarray) -> np.ndarray:
  """The rank of each probe's own identity in the gallery, the most similar one 1.

  `recognition.ranks_from_distances` with more being better: of an identity's entries the most
  similar one counts, and every identity that is exactly as similar as the right one stands before
  it.

  Args:
    similarities: float [P, G].
    probe_ids: [P], any type that compares.
    gallery_ids: [G]; holds every probe's identity.

  Returns:
    int64 [P], in [1, number of different identities].

  Raises:
    ValueError: shapes that don't fit, a probe whose identity is not in the gallery, or NaN.
  """
  return recognition.ranks_from_distances(-np.asarray(similarities), probe_ids, gallery_ids)


def roc(similarities: np.ndarray, probe_ids: np.ndarray, gallery_ids: np.ndarray) -> Roc:
  """The curve of verification over all pairs of a probe and a gallery entry.

  Args:
    similarities: float [P, G].
    probe_ids: [P], any type that compares.
    gallery_ids: [G].

  Raises:
    ValueError: shapes that don't fit, NaN, or no pair of one identity, or none of different ones.
  """
  similarities = np.asarray(similarities)
  probe_ids, gallery_ids = np.asarray(probe_ids), np.asarray(gallery_ids)
  if similarities.shape != (len(probe_ids), len(gallery_ids)):
    raise ValueError(f"similarities are {similarities.shape} for {len(probe_ids)} probes and "
                     f"{len(gallery_ids)} gallery entries")
  if np.isnan(similarities).any():
    raise ValueError("similarities hold NaN")
  same = (probe_ids[:, None] == gallery_ids).ravel()  # [P * G]
  genuine, impostors = int(same.sum()), int((~same).sum())
  if not genuine or not impostors:
    raise ValueError(f"expected pairs of one identity and pairs of different ones, got {genuine} "
                     f"and {impostors}")
  values, place = np.unique(similarities, return_inverse=True)
  place = place.ravel()
  # Accepted pairs at each threshold, from the highest one down.
  accepted = lambda pairs: np.concatenate(
      [[0], np.cumsum(np.bincount(place[pairs], minlength=len(values))[::-1])])
  false_accept, true_accept = accepted(~same) / impostors, accepted(same) / genuine
  kept = _corners(false_accept, true_accept)
  threshold = np.concatenate([[np.inf], values[::-1]])
  return Roc(false_accept[kept], true_accept[kept], threshold[kept], genuine, impostors)


def area(curve: Roc) -> float:
  """Area under the curve, 0.5 by chance.

  How often a pair of one identity is more similar than a pair of different ones, ties counting
  half: Mann and Whitney's statistic.
  """
  steps, heights = np.diff(curve.false_accept), curve.true_accept
  return float(np.sum(steps * (heights[1:] + heights[:-1])) / 2)


def equal_error_rate(curve: Roc) -> float:
  """Where false accepts are as frequent as false rejects (1 - TAR); straight between corners."""
  false_accept, false_reject = curve.false_accept, 1 - curve.true_accept
  excess = false_accept - false_reject  # from -1 up to 1
  after = int(np.argmax(excess >= 0))
  before = after - 1
  share = -excess[before] / (excess[after] - excess[before])
  return float(false_accept[before] + share * (false_accept[after] - false_accept[before]))


def true_accept_at(curve: Roc, false_accept: float) -> float:
  """The highest TAR that a threshold reaches at a FAR of no more than `false_accept`.

  Nothing is interpolated, so below a FAR of 1 / impostors it is the TAR without any false accept.

  Args:
    curve: of `roc`.
    false_accept: in [0, 1].
  """
  return float(curve.true_accept[curve.false_accept <= false_accept].max())


def _directions(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """The different rows, float64 of length 1 [U, D], and which of them each row is: int [N]."""
  if not np.isfinite(features).all():
    raise ValueError("features hold NaN or infinity")
  rows, place = np.unique(features, axis=0, return_inverse=True)
  rows = rows.astype(np.float64)
  lengths = np.linalg.norm(rows, axis=1, keepdims=True)  # [U, 1]
  if not lengths.all():
    raise ValueError("features are all zero, which have no direction")
  return rows / lengths, place.ravel()


def _corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
  """Which points are needed: not those inside of a level or an upright run. Bool [n]."""
  kept = np.ones(len(x), bool)
  for values in (x, y):
    kept[1:-1] &= ~((values[:-2] == values[1:-1]) & (values[1:-1] == values[2:]))
  return kept
