"""Ideal curves, before a hand draws them: float64 [n, 2], (x right, y down), box units (0..255)."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

SPACING = 3.0  # box units between the samples of a curve; fine enough for RDP's tolerance of 2

Point = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Ellipse:
  """An ellipse: centre (x, y), half axes (rx, ry), tilt in radians (positive = clockwise).

  Its own coordinates (u, v) run from -1 to 1 along the two axes; u*u + v*v = 1 is the outline.
  """

  x: float
  y: float
  rx: float
  ry: float
  tilt: float = 0.0

  def inside(self, u: float, v: float) -> Point:
    """The point of the box at the ellipse's own coordinates (u, v)."""
    cos, sin = math.cos(self.tilt), math.sin(self.tilt)
    a, b = self.rx * u, self.ry * v
    return self.x + a * cos - b * sin, self.y + a * sin + b * cos

  def at(self, degrees: float, reach: float = 1.0) -> Point:
    """The outline's point at an angle: 0 = right, 90 = bottom, 180 = left, 270 = top.

    Args:
      degrees: the angle.
      reach: 1 = on the outline, less = inside, more = outside.
    """
    angle = math.radians(degrees)
    return self.inside(reach * math.cos(angle), reach * math.sin(angle))


def ellipse(shape: Ellipse, start: float, turn: float) -> np.ndarray:
  """Runs along an ellipse.

  Args:
    shape: the ellipse.
    start: angle of the first point, radians, y down.
    turn: angle travelled, radians; about 2 pi either way for a closed outline.

  Returns:
    float64 [n, 2], box units.
  """
  length = abs(turn) * (shape.rx + shape.ry) / 2
  angles = start + turn * np.linspace(0.0, 1.0, _samples(length))
  cos, sin = math.cos(shape.tilt), math.sin(shape.tilt)
  a, b = shape.rx * np.cos(angles), shape.ry * np.sin(angles)
  return np.stack([shape.x + a * cos - b * sin, shape.y + a * sin + b * cos], axis=1)


def polyline(corners: Sequence[Point], rounding: float = 4.0) -> np.ndarray:
  """Runs straight from corner to corner, and through the corners a little rounded.

  Args:
    corners: at least two points.
    rounding: how far from a corner the path leaves the straight edges, box units.

  Returns:
    float64 [n, 2], box units; the ends are the first and the last corner.
  """
  corners = np.asarray(corners, np.float64)  # [c, 2]
  length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])  # [c]
  at = np.union1d(length, np.arange(0.0, length[-1], SPACING))  # [n], the corners among them
  path = np.stack([np.interp(at, length, corners[:, 0]), np.interp(at, length, corners[:, 1])],
                  axis=1)
  reach = int(rounding / SPACING)
  if reach < 1 or len(corners) < 3:
    return path
  padded = np.pad(path, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
  sums = np.cumsum(np.vstack([np.zeros((1, 2)), padded]), axis=0)
  return (sums[2 * reach + 1:] - sums[:-2 * reach - 1]) / (2 * reach + 1)


def spline(knots: Sequence[Point]) -> np.ndarray:
  """A smooth curve through its knots (centripetal tangents, cubic Hermite pieces).

  Args:
    knots: at least two points, no two neighbours equal.

  Returns:
    float64 [n, 2], box units.
  """
  knots = np.asarray(knots, np.float64)  # [k, 2]
  gaps = np.hypot(*np.diff(knots, axis=0).T)  # [k - 1]
  time = np.concatenate([[0.0], np.cumsum(np.sqrt(gaps) + 1e-9)])  # [k]
  slopes = np.diff(knots, axis=0) / np.diff(time)[:, None]  # [k - 1, 2]
  tangents = np.vstack([slopes[:1], (slopes[1:] + slopes[:-1]) / 2, slopes[-1:]])  # [k, 2]
  at = np.linspace(0.0, time[-1], _samples(1.2 * gaps.sum()))  # [n]
  piece = np.clip(np.searchsorted(time, at, side="right") - 1, 0, len(gaps) - 1)
  width = np.diff(time)[piece][:, None]
  t = (at - time[piece])[:, None] / width  # [n, 1]
  return ((2 * t**3 - 3 * t**2 + 1) * knots[piece] + (t**3 - 2 * t**2 + t) * width * tangents[piece]
          + (3 * t**2 - 2 * t**3) * knots[piece + 1] + (t**3 - t**2) * width * tangents[piece + 1])


def petal(base: Point, degrees: float, length: float, width: float,
          pointed: float = 0.3) -> np.ndarray:
  """A wing, petal or leaf: out from its base on one side and back to it on the other.

  Args:
    base: where it grows from.
    degrees: direction in which it grows; 0 = right, 90 = down.
    length: from base to tip.
    width: across; negative = the other side is drawn first.
    pointed: 0 = an ellipse, 1 = a drop that is narrow at its base.

  Returns:
    float64 [n, 2], box units.
  """
  t = np.linspace(0.0, 1.0, _samples(2 * length + abs(width)))
  along = length * (1 - np.cos(2 * np.pi * t)) / 2
  across = width / 2 * np.sin(2 * np.pi * t) * ((1 - pointed) + pointed * 1.5 * (along / length))
  cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
  return np.stack([base[0] + along * cos - across * sin, base[1] + along * sin + across * cos],
                  axis=1)


def resample(points: np.ndarray, spacing: float) -> np.ndarray:
  """Points at equal distances along a path, both ends kept.

  Args:
    points: float [m, 2].
    spacing: wanted distance, box units.

  Returns:
    float64 [n, 2].
  """
  steps = np.hypot(*np.diff(points, axis=0).T)
  length = np.concatenate([[0.0], np.cumsum(steps)])
  at = np.linspace(0.0, length[-1], max(2, int(length[-1] / spacing) + 1))
  return np.stack([np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])],
                  axis=1)


def _samples(length: float) -> int:
  return max(4, int(length / SPACING) + 2)
