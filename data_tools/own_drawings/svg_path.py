"""The text of an SVG path as lines of points, curves cut into short pieces.

Source: W3C, "Scalable Vector Graphics (SVG) 2", 9.3 Path data and B.2 Elliptical arc.
"""

import cmath
import math
import re
from collections.abc import Iterator

import numpy as np

from data_tools.quickdraw.drawing import MOST_POINTS, BadRecord

# Pieces of a curve. A quarter of a circle errs by a thousandth of its radius.
PIECES = 16
_NUMBER = re.compile(r"[\s,]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")
_FLAG = re.compile(r"[\s,]*([01])")
_LETTER = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])")
_END = re.compile(r"[\s,]*$")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLATTEST = 1e-9  # an arc's chord in radii, below which it is a straight line
_SHOWN = 20  # characters of what can't be read
_SHARES = np.arange(1, PIECES)[:, None] / PIECES
_WEIGHTS = {count: np.hstack([math.comb(count - 1, place) * (1 - _SHARES)**(count - 1 - place)
                              * _SHARES**place for place in range(count)])
            for count in (3, 4)}  # Bernstein's polynomials at the inner points


def read(text: str) -> list[np.ndarray]:
  """The lines of a path.

  Args:
    text: of the attribute d.

  Returns:
    float64 [n, 2] = (x, y) of each line, n >= 2, in units of the path. A movement that no line
    follows draws nothing.

  Raises:
    BadRecord: it is no path, or has too many points.
  """
  pen = _Pen()
  for letter, values in _commands(text):
    pen.draw(letter, values)
  return [np.array(line) for line in pen.lines if len(line) > 1]


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
  """The letter, written or implied, and the numbers of each step."""
  position, letter = 0, ""
  while not _END.match(text, position):
    match = _LETTER.match(text, position)
    if match:
      letter, position = match[1], match.end()
    elif letter in ("", "Z", "z"):
      raise _unreadable(text, position)
    values = []
    for place in range(_COUNTS[letter.upper()]):
      flag = letter in "Aa" and place in (3, 4)
      match = (_FLAG if flag else _NUMBER).match(text, position)
      if match is None:
        raise _unreadable(text, position)
      values.append(number(match[1]))
      position = match.end()
    yield letter, values
    letter = {"M": "L", "m": "l"}.get(letter, letter)  # pairs behind a movement are lines


def number(digits: str) -> float:
  """A number as SVG writes it.

  Raises:
    BadRecord: it is larger than any float64.
  """
  value = float(digits)
  if math.isinf(value):
    raise BadRecord("it holds numbers that are too large")
  return value


def _unreadable(text: str, position: int) -> BadRecord:
  shown = text[position:position + 2 * _SHOWN].strip()[:_SHOWN]
  return BadRecord(f"a path reads {shown!r} where a command or a number is expected")


class _Pen:
  """Draws one step after the other; points are complex numbers x + iy on the way."""

  def __init__(self):
    self.lines: list[list[tuple[float, float]]] = []
    self._at = self._start = 0j
    self._handle, self._handle_of = 0j, ""  # the last control point, for S and T
    self._points = 0

  def draw(self, letter: str, values: list[float]) -> None:
    """One step: its letter and its numbers."""
    kind, base = letter.upper(), self._at if letter.islower() else 0j
    if not self.lines and kind != "M":
      raise BadRecord("a path does not begin with a movement")
    if kind == "M":
      self._at = self._start = base + complex(*values)
      self.lines.append([(self._at.real, self._at.imag)])
    elif kind == "Z":
      self._to([self._start])
      self.lines.append([(self._at.real, self._at.imag)])
    elif kind == "H":
      self._to([complex(base.real + values[0], self._at.imag)])
    elif kind == "V":
      self._to([complex(self._at.real, base.imag + values[0])])
    elif kind == "A":
      self._to(arc(self._at, values, base + complex(*values[5:])))
    else:
      self._curve(kind, [base + complex(*values[start:start + 2])
                         for start in range(0, len(values), 2)])
    self._handle_of = kind

  def _curve(self, kind: str, points: list[complex]) -> None:
    if kind in "ST":
      smooth = self._handle_of in ("CS" if kind == "S" else "QT")
      points = [2 * self._at - self._handle if smooth else self._at, *points]
    if len(points) > 1:
      self._handle = points[-2]
    self._to(bezier([self._at, *points]))

  def _to(self, points: list[complex]) -> None:
    self._points += len(points)
    if self._points > MOST_POINTS:
      raise BadRecord(f"a path has more than {MOST_POINTS} points, which no drawing has")
    self.lines[-1] += [(point.real, point.imag) for point in points]
    self._at = points[-1]


def bezier(points: list[complex]) -> list[complex]:
  """Points along a Bezier curve of 2 (a straight line), 3 or 4 control points, but for the first.

  The last point is the last control point exactly.
  """
  if len(points) == 2:
    return points[1:]
  return [*(_WEIGHTS[len(points)] @ np.array(points)).tolist(), points[-1]]


def arc(start: complex, values: list[float], end: complex) -> list[complex]:
  """Points along an elliptical arc, but for the first.

  Args:
    start: where the pen is.
    values: rx, ry, rotation of the ellipse in degrees, whether the arc is the larger one, whether
      it turns clockwise, and two more.
    end: where it ends.
  """
  rx, ry, degrees, large, sweep = abs(values[0]), abs(values[1]), *values[2:5]
  turn = complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
  half = (start - end) / 2 / turn
  if not (rx and ry):
    return [end]
  one = complex(half.real / rx, half.imag / ry)  # on the unit circle, but for the centre
  size = math.hypot(one.real, one.imag)
  if not _FLATTEST < size < math.inf:
    return [end]
  grow = max(1.0, size)  # an ellipse too small to reach is enlarged
  rx, ry, one = rx * grow, ry * grow, one / grow
  centre = one * 1j * math.sqrt(max(0.0, 1 / abs(one)**2 - 1))
  centre = centre if bool(large) == bool(sweep) else -centre
  first, last = (cmath.phase(point - centre) for point in (one, -one))
  span = (last - first) % (2 * math.pi) - (0 if sweep else 2 * math.pi)
  middle = (start + end) / 2
  pieces = max(1, math.ceil(abs(span) / (math.pi / 2) * PIECES))
  unit = [centre + complex(math.cos(angle), math.sin(angle)) for angle in
          (first + span * piece / pieces for piece in range(1, pieces))]
  return [*(middle + complex(point.real * rx, point.imag * ry) * turn for point in unit), end]
