"""The hand that draws: it takes ideal curves and leaves the strokes a person would leave.

The habits (where a closed curve starts and which way it runs, which way lines are drawn, how
ends miss each other) are those measured on QuickDraw drawings; sizes are in box units (0..255).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from data_tools.builtin_drawings import curves, unsteadiness
from data_tools.builtin_drawings.curves import Ellipse, Point

Part = Callable[[], object]

_COUNTERCLOCKWISE = 0.7
_DOWNWARD = 0.82
_RIGHTWARD = 0.75
_USUAL_ORDER = 0.7
_USUAL_START = 0.82
_START = math.radians(-110)  # closed curves start left of the top; y runs down
_SPLIT = (0.03, 0.3)  # a stroke is drawn in two: over 60 wide, over 750 long
_RETRACED = 0.006  # a stroke is drawn twice
_JOINED = 0.15  # the pen is not lifted between neighbouring ends
_NEAR = 25.0  # ends that may be joined, box units
_HURRIED = 0.1  # people who leave out most of what can be left out


class Hand:
  """Draws parts in the order in which they are asked for.

  Attributes:
    strokes: list of float64 [n, 2], box units; what has been drawn so far.
    random: the drawing's own source of randomness.
  """

  def __init__(self, random: np.random.Generator):
    self.random = random
    self.strokes: list[np.ndarray] = []
    self._sloppiness = math.exp(0.2 * self._truncated())
    self._patience = 0.35 if self.chance(_HURRIED) else 1.0

  def vary(self, mean: float, spread: float = 0.1) -> float:
    """A shape factor about `mean`; `spread` = relative standard deviation, cut off at two."""
    return mean * (1 + spread * self._truncated())

  def shift(self, deviation: float) -> float:
    """A number about 0 with the standard deviation given, cut off at two of them."""
    return deviation * self._truncated()

  def chance(self, probability: float) -> bool:
    """True with the probability given."""
    return self.random.random() < probability

  def pick(self, options: Sequence, shares: Sequence[float]) -> Any:
    """One of the options, with the shares (that sum to 1) as probabilities."""
    place = int(np.searchsorted(np.cumsum(shares), self.random.random(), side="right"))
    return options[min(place, len(options) - 1)]

  def sometimes(self, probability: float, part: Part) -> Part:
    """A part that is left out unless chance has it; people in a hurry leave out more."""
    return part if self.chance(probability * self._patience) else lambda: None

  def draw(self, *parts: Part) -> None:
    """Draws parts in the order given, or with two neighbours exchanged."""
    parts = list(parts)
    if len(parts) > 2 and not self.chance(_USUAL_ORDER):
      place = int(self.random.integers(1, len(parts) - 1))
      parts[place], parts[place + 1] = parts[place + 1], parts[place]
    if len(parts) > 1 and not self.chance(_USUAL_START):
      parts[:2] = parts[1::-1]
    for part in parts:
      part()

  def ellipse(self, shape: Ellipse) -> None:
    """A closed oval; the ends overlap or leave a gap."""
    start = self.random.vonmises(_START, 1.2)
    turn = 2 * math.pi * (1 + self.shift(0.035))
    if self.chance(_COUNTERCLOCKWISE):
      turn = -turn
    self._record(curves.ellipse(shape, start - shape.tilt, turn))

  def arc(self, shape: Ellipse, middle: float, extent: float) -> None:
    """An open piece of an ellipse's outline.

    Args:
      shape: the ellipse.
      middle: angle of the piece's middle, degrees; 0 = right, 90 = bottom.
      extent: angle that the piece covers, degrees.
    """
    turn = math.radians(extent) * (-1 if self.chance(_COUNTERCLOCKWISE) else 1)
    self._record(curves.ellipse(shape, math.radians(middle) - turn / 2, turn))

  def polygon(self, corners: Sequence[Point], rounding: float = 0.0) -> None:
    """A closed outline with corners, begun in the corner given first, or else in another.

    Args:
      corners: clockwise on the screen, beginning at the upper left.
      rounding: of the corners, box units.
    """
    corners = self._misjudge(corners)
    if self.chance(0.25):
      cut = int(self.random.integers(1, len(corners)))
      corners = np.roll(corners, -cut, axis=0)
    if self.chance(_COUNTERCLOCKWISE):
      corners = np.roll(corners[::-1], 1, axis=0)
    size = np.ptp(corners, axis=0).max()
    end = corners[0] + self.random.standard_normal(2) * min(5.0, 0.04 * size)
    self._record(curves.polyline([*corners, end], rounding), 0.5)

  def path(self, corners: Sequence[Point], rounding: float = 0.0) -> None:
    """An open line with corners, in the direction given."""
    self._record(curves.polyline(self._misjudge(corners), rounding), 0.5)

  def curve(self, knots: Sequence[Point]) -> None:
    """A smooth line through its knots, in the direction given."""
    self._record(curves.spline(self._misjudge(knots, 0.012)))

  def petal(self, base: Point, degrees: float, length: float, width: float,
            pointed: float = 0.3) -> None:
    """A wing, petal or leaf that grows from `base`; see curves.petal."""
    side = -1 if self.chance(0.6) else 1
    self._record(curves.petal(base, degrees, length, side * width, pointed))

  def line(self, start: Point, end: Point, bend: float = 0.03) -> None:
    """A straight line, drawn in the direction that people prefer."""
    if self._is_backward(start, end):
      start, end = end, start
    path = curves.resample(np.asarray([start, end], np.float64), curves.SPACING)
    self._record(unsteadiness.bow(path, bend, self.random), 0.5)

  def dot(self, place: Point) -> None:
    """A tap of the pen: a point or a tick of a few units."""
    tick = self.random.standard_normal(2) * (2.0 if self.chance(0.7) else 0.1)
    place = np.asarray(place) + self.random.standard_normal(2) * 1.5
    self.strokes.append(np.stack([place, place + tick]))

  def _is_backward(self, start: Point, end: Point) -> bool:
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dy) > abs(dx):
      return (dy < 0) == self.chance(_DOWNWARD)
    return (dx < 0) == self.chance(_RIGHTWARD)

  def _misjudge(self, corners: Sequence[Point], share: float = 0.02) -> np.ndarray:
    """Corners a little off, by a share of the part's size."""
    corners = np.asarray(corners, np.float64)
    width, height = np.ptp(corners, axis=0)
    size = max(math.sqrt(width * height), 0.3 * max(width, height))
    return corners + self._sloppiness * share * size * self.random.standard_normal(corners.shape)

  def _record(self, path: np.ndarray, wobble: float = 1.0) -> None:
    self._leave(path, wobble)
    if np.ptp(path, axis=0).max() < 100 and self.chance(_RETRACED):
      self._leave(path, wobble)

  def _leave(self, path: np.ndarray, wobble: float) -> None:
    """Puts a path on the paper as a stroke, as two, or as the last stroke's continuation."""
    size = max(np.ptp(path, axis=0).max(), 8.0)
    grade = self._sloppiness * math.sqrt(size / 255)  # small parts: more care
    path = unsteadiness.misplace(path, 4.0 * grade, 3.0, 0.04, self.random)
    path = unsteadiness.wobble(path, 1.7 * wobble * grade, 0.3, self.random)
    if size > 60 and self.chance(_SPLIT[len(path) * curves.SPACING > 750]):
      cut = int(len(path) * self.random.uniform(0.35, 0.65))
      self.strokes += [path[:cut], path[cut:] + self.shift(2.0)]
    elif self._reaches(path[0]) and self.chance(_JOINED):
      self.strokes[-1] = np.concatenate([self.strokes[-1], path])
    else:
      self.strokes.append(path)

  def _reaches(self, place: np.ndarray) -> bool:
    return bool(self.strokes) and np.hypot(*(self.strokes[-1][-1] - place)) < _NEAR

  def _truncated(self) -> float:
    while True:
      value = self.random.standard_normal()
      if abs(value) <= 2:
        return value
