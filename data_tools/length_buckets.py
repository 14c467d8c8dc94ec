"""Length buckets: batches of drawings of about the same length, padded to one of a few lengths.

A drawing fits a length if there is room for it and for one row that says where it ends; the length
of the whole data set fits all, as in the original, where the longest drawings have no such row.
"""

from collections.abc import Sequence

import numpy as np

from data_tools.indexed_batches import Passes

CHOSEN = 4  # lengths, where none are given: each costs a compilation


def bucket_lengths(lengths: np.ndarray, longest: int, given: Sequence[int] = ()
                   ) -> tuple[int, ...]:
  """The lengths that batches are padded to, ascending; every drawing fits the last.

  What comes out, given once more, comes out again.

  Args:
    lengths: int [N], points of each training drawing, at most `longest`.
    longest: T, points of the longest drawing of all splits.
    given: lengths to use, ascending, those above T cut to it; if the longest training drawing does
      not fit the last of them, T is added. Empty: up to four, with as few padded rows as possible.
  """
  needed = _rows_needed(lengths, longest)
  if not given:
    return _least_rows(needed, CHOSEN)
  inner = {min(length, longest) for length in given}
  return tuple(sorted(inner | ({longest} if max(inner) < needed.max() else set())))


def padded_share(lengths: np.ndarray, longest: int, buckets: Sequence[int] = ()) -> float:
  """Which share of all rows is padding.

  Args:
    lengths: int [N], points of each drawing.
    longest: T.
    buckets: lengths of `bucket_lengths`; empty: every drawing is padded to T.
  """
  buckets = np.array(buckets or [longest])
  rows = buckets[np.searchsorted(buckets, _rows_needed(lengths, longest))]
  return 1.0 - float(lengths.sum() / rows.sum())


class BucketedPasses(Passes):
  """Passes whose batches hold drawings of about the same length, the batches in random order.

  A pass leaves out what `Passes` leaves out. Its other drawings are sorted by bucket, by chance
  within one, and cut into batches; a batch where two buckets meet is padded to the longer one.

  Args:
    lengths: int [N], points of each drawing.
    longest: T.
    given: for `bucket_lengths`.
    batch_size: B.
    seed: at least 0.
  """

  def __init__(self, lengths: np.ndarray, longest: int, given: Sequence[int], batch_size: int,
               seed: int):
    super().__init__(len(lengths), batch_size, seed)
    self._steps = len(lengths) // batch_size
    self._lengths = bucket_lengths(lengths, longest, given)
    self._buckets = np.searchsorted(self._lengths, _rows_needed(lengths, longest))  # [N]

  def length(self, rows: np.ndarray) -> int:
    """What a batch of these rows, int [B], is padded to."""
    return self._lengths[self._buckets[rows].max()]

  def _shuffled(self, pass_index: int) -> np.ndarray:
    order = super()._shuffled(pass_index)[:self._steps * self._size]
    order = order[np.argsort(self._buckets[order], kind="stable")]
    # No batch has this position, so these random numbers are no batch's.
    random = self.random(pass_index, self._steps)
    return random.permutation(order.reshape(self._steps, self._size)).ravel()


def _rows_needed(lengths: np.ndarray, longest: int) -> np.ndarray:
  return np.minimum(lengths + 1, longest)


def _least_rows(needed: np.ndarray, count: int) -> tuple[int, ...]:
  """Up to `count` lengths, the last the largest needed, that pad to the fewest rows in all.

  By dynamic programming: rows[j] are the fewest for all drawings up to the j-th length.
  """
  values, numbers = np.unique(needed, return_counts=True)
  before = np.concatenate([[0], np.cumsum(numbers)])  # drawings shorter than each length
  # of_last[i, j]: rows if the lengths from i to j share the last bucket.
  of_last = values[None] * (before[None, 1:] - before[:-1, None]).astype(np.int64)
  of_last = np.where(np.tri(len(values), k=-1, dtype=bool), np.iinfo(np.int64).max // 2, of_last)
  rows, firsts = of_last[0], []
  for _ in range(min(count, len(values)) - 1):
    total = np.concatenate([[0], rows[:-1]])[:, None] + of_last
    firsts.append(total.argmin(axis=0))
    rows = total.min(axis=0)
  chosen = [len(values) - 1]
  for first in reversed(firsts):
    if first[chosen[0]] > 0:
      chosen.insert(0, first[chosen[0]] - 1)
  return tuple(int(values[index]) for index in chosen)
