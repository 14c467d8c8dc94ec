"""The classes of self-supervision: a window of photos, in which every photo is a class of its own.

The photos are shuffled and cut into windows of C; a photo's class is its place in the window. After
P passes over a window, a hundred in the original, comes the next one, with the classes' head of the
network begun anew; when fewer than C photos are left, all are shuffled again.
"""

import functools

import numpy as np

from data_tools import indexed_batches
from data_tools.errors import UserError
from data_tools.sketch_sets.batch_stream import Purpose

PASSES = 100  # over one window, in the original


class ClassWindows:
  """Which photos are in which window: a pure function of (seed, window).

  Args:
    count: N photos.
    classes: how many classes are wanted (NBR_CLS); with fewer photos than that, where the original
      stops with an index error, all photos are the window, in another order each time.
    seed: at least 0.

  Attributes:
    classes: C, those that occur: min(classes, N). Labels are 0..C-1, so a head of `classes`
      outputs fits as well.

  Raises:
    UserError: there are no photos or no classes.
  """

  def __init__(self, count: int, classes: int, seed: int):
    if min(count, classes) < 1:
      raise UserError(f"{classes} classes were to be made of {count} photos; both numbers have to "
                      "be at least 1.")
    self.classes = min(classes, count)
    self._count = count
    self._numbers = indexed_batches.Passes(count, 1, seed).random
    self._order = functools.lru_cache(maxsize=2)(self._shuffled)

  def rows(self, window: int) -> np.ndarray:
    """The photos of a window by class: int64 [C]."""
    shuffle, place = divmod(window, windows_in_shuffle(self._count, self.classes))
    return self._order(shuffle)[place * self.classes:(place + 1) * self.classes]

  def steps(self, batch_size: int, passes: int = PASSES) -> int:
    """How many steps a window lasts: floor(P C / B), but at least 1 (the original divides by 0).

    Step s is in window s // steps; at a step that begins a window, but for the first, the head of
    the classes and its optimizer begin anew.
    """
    return max(self.classes * passes // batch_size, 1)

  def _shuffled(self, shuffle: int) -> np.ndarray:
    return self._numbers(Purpose.WINDOWS, shuffle).permutation(self._count)


def windows_in_shuffle(count: int, classes: int) -> int:
  """How many windows come before the photos are shuffled again: floor(count / classes)."""
  return count // classes
