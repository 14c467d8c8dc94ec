"""What training has to know of its drawings, added up in one pass, exactly, in any order.

Source: RPCL-pix2seq's data loader (CMACH508), as in `data_tools.strokes`: offsets are clipped at
1000, and divided by the standard deviation of all dx and dy of the training split.
"""

import dataclasses
import math
from collections.abc import Iterable

import numpy as np

from data_tools import strokes


@dataclasses.dataclass(frozen=True)
class Statistics:
  """Sums over some drawings, whole numbers without rounding.

  Attributes:
    drawings: how many.
    points: rows of all of them.
    longest: rows of the longest.
    total: sum of all dx and dy, clipped at strokes.LIMIT.
    squares: sum of their squares.
  """

  drawings: int = 0
  points: int = 0
  longest: int = 0
  total: int = 0
  squares: int = 0

  def __add__(self, other: "Statistics") -> "Statistics":
    return Statistics(self.drawings + other.drawings, self.points + other.points,
                      max(self.longest, other.longest), self.total + other.total,
                      self.squares + other.squares)

  def scale_factor(self) -> float:
    """The standard deviation of all dx and dy; 1 if all of them are equal, or there are none."""
    count = 2 * self.points
    spread = count * self.squares - self.total**2  # count^2 times the variance
    return math.sqrt(spread) / count if spread > 0 else 1.0


def of_drawing(drawing: np.ndarray) -> Statistics:
  """The statistics of one drawing, integers [n, 3]."""
  offsets = np.clip(drawing[:, :2].astype(np.int64), -strokes.LIMIT, strokes.LIMIT)
  return Statistics(1, len(drawing), len(drawing), int(offsets.sum()), int((offsets**2).sum()))


def add(parts: Iterable[Statistics]) -> Statistics:
  """The statistics of all drawings of some parts."""
  return sum(parts, Statistics())
