"""Ret@k: does a generated sketch find the drawing that it was made from, by its code?

Pure functions on arrays. Source: Zang, Tu & Xu, Neural Networks 137 (2021), and `retrieval.py` of
their program, which compares mean squared distances in float32; ties go to the lower index.
"""

from collections.abc import Callable, Sequence

import numpy as np

KS = (1, 10, 50)
CHUNKS = 10  # of the original's scoring
_SPARE = 32  # candidates looked at beyond the k that are asked for
_BLOCK = 512  # generated codes compared at a time
# Float32 sums of squares round by less than this share of the distance, for any code size used.
_ROUNDING = 1e-4
_CANCELLATION = 1e-13  # the same of the norms, for |a|^2 + |b|^2 - 2ab in float64


def rank(generated: np.ndarray, real: np.ndarray, k: int = 50,
         progress: Callable[[int], object] = lambda count: None) -> np.ndarray:
  """The k real codes nearest to each generated one, nearest first.

  Distances are |a|^2 + |b|^2 - 2ab in float64 to find candidates; those are put in order by
  their mean squared differences in float32. The result is that of comparing all with all.

  Args:
    generated: float32 [n, Z], finite.
    real: float32 [m, Z], finite.
    k: how many.
    progress: called with the number of codes ranked since its last call.

  Returns:
    int64 [n, min(k, m)], indices into `real`.

  Raises:
    ValueError: the shapes don't fit, or a code is not finite.
  """
  generated, real = np.asarray(generated, np.float32), np.asarray(real, np.float32)
  if generated.ndim != 2 or real.ndim != 2 or generated.shape[1] != real.shape[1]:
    raise ValueError(f"expected codes [n, Z] and [m, Z], got {generated.shape} and {real.shape}")
  if not (np.isfinite(generated).all() and np.isfinite(real).all()):
    raise ValueError("codes hold NaN or infinity")
  k = min(k, len(real))
  ranks = np.empty([len(generated), k], np.int64)
  reals = _Codes(real)
  for start in range(0, len(generated), _BLOCK):
    block = slice(start, start + _BLOCK)
    ranks[block] = _rank_block(_Codes(generated[block]), reals, k)
    progress(len(ranks[block]))
  return ranks


def mean_squared_distances(code: np.ndarray, real: np.ndarray) -> np.ndarray:
  """Float32 [..., Z] and [..., m, Z] -> float32 [..., m], as the original computes them."""
  return np.mean(np.square(real - code[..., None, :]), axis=-1)


def retrieval_scores(ranks: np.ndarray, own_index: np.ndarray, ks: Sequence[int] = KS
                     ) -> dict[int, float]:
  """Share of generated codes whose own original is among the k nearest, for each k.

  Args:
    ranks: int [n, >= max(ks) or all], of `rank`.
    own_index: int [n], the index of each one's original.
    ks: numbers of nearest codes.
  """
  hits = np.asarray(ranks) == np.asarray(own_index)[:, None]  # [n, k]
  return {k: float(hits[:, :k].any(axis=1).mean()) for k in ks}


def own_ranks(generated: np.ndarray, real: np.ndarray, own_index: np.ndarray) -> np.ndarray:
  """The place of each one's own original in the whole ranking: int64 [n], 1 for the nearest.

  Args:
    generated: float32 [n, Z], finite.
    real: float32 [m, Z], finite.
    own_index: int [n], the index of each one's original.
  """
  generated, real = np.asarray(generated, np.float32), np.asarray(real, np.float32)
  result = np.ones(len(generated), np.int64)
  reals = _Codes(real)
  for start in range(0, len(generated), _BLOCK):
    block, own = _Codes(generated[start:start + _BLOCK]), own_index[start:start + _BLOCK]
    squared = _squared_distances(block, reals)  # float64 [b, m]
    own_squared = squared[np.arange(len(own)), own][:, None]
    margin = _ROUNDING * own_squared + _CANCELLATION * (block.norms.max() + reals.norms.max())
    result[start:start + _BLOCK] += (squared < own_squared - margin).sum(axis=1)
    unsure = np.abs(squared - own_squared) <= margin  # holds the own one too
    for row in range(len(own)):
      near = np.flatnonzero(unsure[row])
      exact = mean_squared_distances(block.single[row], real[near])
      own_exact = exact[near == own[row]]
      before = (exact < own_exact) | ((exact == own_exact) & (near < own[row]))
      result[start + row] += before.sum()
  return result


def original_scores(ranks: np.ndarray, ks: Sequence[int] = KS) -> dict[int, float]:
  """Ret@k as the original program scores it.

  It works in ten chunks of floor(n / 10) and divides by n, so a remainder counts as misses; code
  i is taken to have been made from drawing i.

  Args:
    ranks: int [n, k], of `rank`; n at least 10.
    ks: numbers of nearest codes.

  Raises:
    ValueError: fewer than ten codes, where the original dies of a division by zero.
  """
  count = len(ranks)
  if count < CHUNKS:
    raise ValueError(f"the original scores at least {CHUNKS} codes, got {count}")
  scored = CHUNKS * (count // CHUNKS)
  scores = retrieval_scores(ranks[:scored], np.arange(scored), ks)
  return {k: score * scored / count for k, score in scores.items()}


class _Codes:
  """Codes [n, Z] in float32 as they are, and in float64 with their squared norms."""

  def __init__(self, codes):
    self.single, self.double = codes, codes.astype(np.float64)
    self.norms = np.square(self.double).sum(axis=1)  # [n]


def _rank_block(generated: _Codes, real: _Codes, k: int) -> np.ndarray:
  """`rank` of a few hundred codes."""
  squared = _squared_distances(generated, real)  # float64 [b, m]
  everything = len(real.norms)
  width = min(k + _SPARE, everything)
  candidates = np.sort(np.argpartition(squared, width - 1, axis=1)[:, :width], axis=1)  # [b, width]
  exact = mean_squared_distances(generated.single, real.single[candidates])  # [b, width]
  # A stable sort of ascending indices: equal distances keep the lower index first.
  order = np.argsort(exact, axis=1, kind="stable")[:, :k]
  ranks = np.take_along_axis(candidates, order, axis=1)
  if width < everything:
    nearest = np.sort(np.take_along_axis(squared, candidates, axis=1), axis=1)  # [b, width]
    noise = _CANCELLATION * (generated.norms.max() + real.norms.max())
    unsure = nearest[:, -1] <= (1 + _ROUNDING) * nearest[:, k - 1] + noise
    for row in np.flatnonzero(unsure):  # more ties than there are spare candidates
      distances = mean_squared_distances(generated.single[row], real.single)
      ranks[row] = np.argsort(distances, kind="stable")[:k]
  return ranks


def _squared_distances(generated: _Codes, real: _Codes) -> np.ndarray:
  """Summed squares of differences, float64 [b, m]."""
  result = generated.double @ real.double.T
  result *= -2.0  # in place: new arrays of this size cost more than the product
  result += real.norms
  result += generated.norms[:, None]
  return result
