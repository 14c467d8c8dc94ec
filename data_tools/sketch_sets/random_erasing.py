"""Random erasing: white rectangles on a sketch, so that one learns to see what is not there."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PAPER = 255
_TIMES = 2  # erasings, one after the other
_PROBABILITY = 0.8  # of each
_SHARES = (0.02, 0.1)  # of the picture's area
_RATIOS = (0.3, 3.3)  # height / width
_TRIES = 10


class Rectangle(NamedTuple):
  """What is erased, in pixels."""

  top: int
  left: int
  height: int
  width: int


def draw_rectangles(random: np.random.Generator, size: int) -> tuple[Rectangle, ...]:
  """What two random erasings take from a picture of size x size: no, one or two rectangles."""
  found = [_draw_rectangle(random, size) for _ in range(_TIMES) if random.random() < _PROBABILITY]
  return tuple(rectangle for rectangle in found if rectangle is not None)


def _draw_rectangle(random: np.random.Generator, size: int) -> Rectangle | None:
  """Area uniform, ratio log-uniform, place uniform; None if ten tries were all too long."""
  for _ in range(_TRIES):
    area = size * size * random.uniform(*_SHARES)
    ratio = math.exp(random.uniform(*map(math.log, _RATIOS)))
    height, width = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
    if height < size and width < size:
      top, left = _place(random, size - height), _place(random, size - width)
      return Rectangle(top, left, height, width)
  return None


def _place(random: np.random.Generator, last: int) -> int:
  return int(random.integers(last + 1))


def erased(sketch: np.ndarray, rectangles: Sequence[Rectangle]) -> np.ndarray:
  """A copy of the sketch, uint8 [S, S], with paper in the rectangles."""
  result = sketch.copy()
  for top, left, height, width in rectangles:
    result[top:top + height, left:left + width] = PAPER
  return result
