"""Recognition and identification: at which rank is the right answer, CMC, who is taken for whom.

Pure functions on arrays. The cumulative match characteristic (CMC) at k is the share of probes
whose right answer is among the k best; rank-1 is its first value. Of answers that are exactly as
good as the right one, every one counts as better: a classifier that can't tell classes apart, or
a gallery full of copies, must not score. NaN is refused for the same reason.

Source: Phillips et al., "The FERET evaluation methodology for face-recognition algorithms", IEEE
PAMI 22, 2000 (CMC).
"""

import numpy as np


def ranks_from_scores(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
  """The rank of each true class among all classes, best 1.

  Args:
    scores: float [N, C], higher is more likely.
    labels: int [N], the true class, in [0, C).

  Returns:
    int64 [N], in [1, C].

  Raises:
    ValueError: shapes that don't fit, a label out of range, or a score that is NaN.
  """
  scores, labels = np.asarray(scores), np.asarray(labels)
  _check_table(scores, "scores [N, C]")
  if labels.shape != (len(scores),) or labels.dtype.kind not in "iu":
    raise ValueError(f"expected integer labels [{len(scores)}], got {labels.dtype} {labels.shape}")
  if len(labels) and not 0 <= labels.min() <= labels.max() < scores.shape[1]:
    raise ValueError(f"expected labels in [0, {scores.shape[1]}), got {labels.min()} to "
                     f"{labels.max()}")
  own = np.take_along_axis(scores, labels[:, None].astype(np.int64), axis=1)  # [N, 1]
  return np.sum(scores >= own, axis=1, dtype=np.int64)


def ranks_from_distances(distances: np.ndarray, probe_ids: np.ndarray, gallery_ids: np.ndarray
                         ) -> np.ndarray:
  """The rank of each probe's own identity in the gallery, nearest 1.

  An identity with several gallery entries stands where its nearest one stands, among the nearest
  ones of the others.

  Args:
    distances: float [P, G].
    probe_ids: [P], any type that compares.
    gallery_ids: [G]; holds every probe's identity.

  Returns:
    int64 [P], in [1, number of different identities].

  Raises:
    ValueError: shapes that don't fit, a probe whose identity is not in the gallery, or NaN.
  """
  distances = np.asarray(distances)
  _check_table(distances, "distances [P, G]")
  probe_ids, gallery_ids = np.asarray(probe_ids), np.asarray(gallery_ids)
  if (len(probe_ids), len(gallery_ids)) != distances.shape:
    raise ValueError(f"distances are {distances.shape} for {len(probe_ids)} probes and "
                     f"{len(gallery_ids)} gallery entries")
  identities, place = np.unique(gallery_ids, return_inverse=True)
  strangers = ~np.isin(probe_ids, identities)
  if strangers.any():
    raise ValueError(f"{probe_ids[strangers].tolist()[0]!r} is not in the gallery")
  nearest = np.full([len(distances), len(identities)], np.inf)  # [P, identities]
  for column, own in enumerate(place):
    nearest[:, own] = np.minimum(nearest[:, own], distances[:, column])
  return ranks_from_scores(-nearest, np.searchsorted(identities, probe_ids))


def cmc(ranks: np.ndarray, max_rank: int) -> np.ndarray:
  """Share of probes recognised within the first k answers, for k = 1 .. max_rank.

  Args:
    ranks: int [N], from 1; N above 0.
    max_rank: at least 1.

  Returns:
    float64 [max_rank], not falling.
  """
  ranks = _checked_ranks(ranks)
  return np.mean(ranks[:, None] <= np.arange(1, max_rank + 1), axis=0)  # [N, max_rank]


def rank_k(ranks: np.ndarray, k: int = 1) -> float:
  """Share of probes recognised within the first k answers; k = 1 is the recognition rate.

  Args:
    ranks: int [N], from 1; N above 0.
    k: at least 1.
  """
  return float(np.mean(_checked_ranks(ranks) <= k))


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
  """How often each class (row) was taken for each class (column).

  Args:
    labels: int [N], in [0, classes).
    predictions: int [N], in [0, classes).
    classes: C.

  Returns:
    int64 [C, C].
  """
  pairs = np.asarray(labels, np.int64) * classes + np.asarray(predictions, np.int64)
  return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def _check_table(table: np.ndarray, name: str) -> None:
  if table.ndim != 2:
    raise ValueError(f"expected {name}, got shape {table.shape}")
  if np.isnan(table).any():
    raise ValueError(f"{name} hold NaN")


def _checked_ranks(ranks: np.ndarray) -> np.ndarray:
  ranks = np.asarray(ranks)
  if ranks.ndim != 1 or not len(ranks) or ranks.min() < 1:
    raise ValueError("expected at least one rank, and ranks from 1")
  return ranks
