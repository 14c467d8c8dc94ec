"""Which pictures are in which batch: permutation after permutation, every batch full.

Batches run across the borders of permutations, as the original's do. The original begins with the
last element of its first permutation and takes its numbers from the system's clock; here the first
permutation comes whole, and batch i is a pure function of (seed, i), so that training that goes on
sees what it would have seen.
"""

import enum
import functools

import numpy as np

from data_tools import indexed_batches
from data_tools.errors import UserError


class Purpose(enum.IntEnum):
  """Streams of one seed, which know nothing of each other."""

  PAIRED = 0
  SELF_SUPERVISED = 1
  WINDOWS = 2
  UNPAIRED_PHOTOS = 3
  UNPAIRED_SKETCHES = 4


class BatchStream:
  """The rows of each batch, and its random numbers.

  Args:
    count: N, how many rows there are, at least 1; may be fewer than B, and a batch then has some
      of them several times.
    batch_size: B, at least 1.
    seed: at least 0.
    purpose: what the batches are for.
  """

  def __init__(self, count: int, batch_size: int, seed: int, purpose: Purpose):
    self._count, self._size, self._purpose = count, batch_size, purpose
    self._numbers = indexed_batches.Passes(count, batch_size, seed).random
    self._permutation = functools.lru_cache(maxsize=4)(self._permuted)

  def rows(self, index: int) -> np.ndarray:
    """The rows of batch `index`: int64 [B]."""
    places = np.arange(index * self._size, (index + 1) * self._size)
    passes, within = np.divmod(places, self._count)
    return np.concatenate([self._permutation(one)[within[passes == one]]
                           for one in range(passes[0], passes[-1] + 1)])

  def random(self, index: int) -> np.random.Generator:
    """The random numbers of batch `index`."""
    return self._numbers(self._purpose, 1, index)

  def _permuted(self, pass_index: int) -> np.ndarray:
    return self._numbers(self._purpose, 0, pass_index).permutation(self._count)


def refuse_unfit(count: int, batch_size: int, size: int) -> None:
  """Raises UserError if there are no pictures, or batches or pictures would be empty."""
  if min(count, batch_size, size) < 1:
    raise UserError(f"Batches of {batch_size} pictures of {size} x {size} pixels were to be made "
                    f"of {count} photos; all three numbers have to be at least 1.")
