"""Permutations that leave nothing in its place, drawn by the original's rule.

For j = 0, 1, ... one of the numbers still left other than j, each as likely; where none is left,
all over again. Not every derangement is equally likely by it: of four numbers there are nine, the
rarest with probability 2/31, the most frequent with 6/31. `models/layers/derangement.py` does the
same inside TensorFlow.
"""

import numpy as np

from data_tools.errors import UserError


def derangement(random: np.random.Generator, count: int) -> np.ndarray:
  """A permutation of 0..count-1 without a fixed point: int64 [count].

  Raises:
    UserError: `count` is below 2, where there is none.
  """
  if count < 2:
    raise UserError(f"A batch of {count} can't be mixed so that every picture gets another one's "
                    "place; give a batch_size of at least 2 (for each device).")
  while True:
    found = _attempt(random, count)
    if found is not None:
      return found


def _attempt(random: np.random.Generator, count: int) -> np.ndarray | None:
  left, chosen = list(range(count)), []
  for place in range(count):
    allowed = [number for number in left if number != place]
    if not allowed:
      return None
    chosen.append(allowed[random.integers(len(allowed))])
    left.remove(chosen[-1])
  return np.array(chosen)
