"""Points on a plane, several times side by side, coloured by something else each time."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from evaluate.pictures import palette
from evaluate.pictures.canvas import GREY, INK, PALE, PAPER, Canvas, text_width

_SIDE, _EDGE, _GAP = 460.0, 28.0, 28.0
_TITLE, _AXIS, _LEGEND_LINE = 26.0, 24.0, 20.0
_RADIUS = 3.2


@dataclasses.dataclass(frozen=True)
class Ellipse:
  """A contour of a Gaussian on the plane.

  Attributes:
    centre: [2].
    covariance: [2, 2].
    label: written at the centre.
    group: decides the colour.
  """

  centre: np.ndarray
  covariance: np.ndarray
  label: str
  group: int


@dataclasses.dataclass(frozen=True)
class Panel:
  """One colouring of the points.

  Attributes:
    title: above it.
    groups: int [N], group of each point.
    names: group -> what the legend says.
    ellipses: drawn over the points, at two standard deviations.
  """

  title: str
  groups: np.ndarray
  names: dict[int, str]
  ellipses: Sequence[Ellipse] = ()


def save_scatter(path: str | os.PathLike, points: np.ndarray, panels: Sequence[Panel],
                 axis_labels: tuple[str, str]) -> None:
  """Writes the panels side by side as PNG, all on the same scale.

  Args:
    path: ends in .png.
    points: [N, 2].
    panels: from left to right.
    axis_labels: below and beside each panel.
  """
  lines = max(len(_legend_lines(panel)) for panel in panels)
  width = 2 * _EDGE + len(panels) * (_SIDE + _AXIS) + (len(panels) - 1) * _GAP
  height = _EDGE + _TITLE + _SIDE + _AXIS + 8 + lines * _LEGEND_LINE + _EDGE / 2
  canvas = Canvas(width, height)
  to_square = _fit(points, panels)
  # The same mixed order everywhere: no group hides another just because it is drawn last.
  order = np.random.default_rng(0).permutation(len(points))
  for place, panel in enumerate(panels):
    left = _EDGE + _AXIS + place * (_SIDE + _AXIS + _GAP)
    top = _EDGE + _TITLE
    canvas.text(left, top - 12, panel.title, size=17, anchor="ls")
    canvas.frame((left, top, left + _SIDE, top + _SIDE), PALE)
    for x, y, group in zip(*to_square(points[order]).T, panel.groups[order]):
      canvas.disc(left + x, top + y, _RADIUS, palette.colour(int(group)))
    for ellipse in panel.ellipses:
      _draw_ellipse(canvas, ellipse, to_square, left, top)
    canvas.text(left + _SIDE / 2, top + _SIDE + 17, axis_labels[0], size=12, colour=GREY,
                anchor="ms")
    canvas.upward_text(left - 12, top + _SIDE / 2, axis_labels[1], size=12, colour=GREY)
    _draw_legend(canvas, panel, left, top + _SIDE + _AXIS + 8)
  canvas.save(path)


def _fit(points: np.ndarray, panels: Sequence[Panel]):
  """From points [N, 2] to places [N, 2] in the square, y upward, both axes on one scale."""
  outlines = [_outline(ellipse) for panel in panels for ellipse in panel.ellipses]
  seen = np.concatenate([points, *outlines])
  low, high = seen.min(axis=0), seen.max(axis=0)
  margin = 4 * _RADIUS
  scale = (_SIDE - 2 * margin) / max(float((high - low).max()), 1e-12)
  middle = (low + high) / 2
  return lambda values: (np.asarray(values) - middle) * [scale, -scale] + _SIDE / 2


def _outline(ellipse: Ellipse, deviations: float = 2.0) -> np.ndarray:
  """Points [n, 2] on the contour."""
  values, vectors = np.linalg.eigh(ellipse.covariance)
  angles = np.linspace(0, 2 * np.pi, 121)
  circle = np.stack([np.cos(angles), np.sin(angles)])  # [2, n]
  return ellipse.centre + deviations * (vectors @ (np.sqrt(np.maximum(values, 0))[:, None]
                                                   * circle)).T


def _draw_ellipse(canvas, ellipse, to_square, left, top):
  canvas.line(to_square(_outline(ellipse)) + [left, top], INK, 1.2)
  x, y = to_square(ellipse.centre) + [left, top]
  canvas.disc(x, y, 11, PAPER, edge=INK)
  canvas.text(x, y + 4.5, ellipse.label, size=12, anchor="ms")


def _legend_lines(panel: Panel) -> list[list[tuple[int, str, float]]]:
  """Entries (group, name, x) broken into lines that fit under the panel."""
  lines: list[list[tuple[int, str, float]]] = [[]]
  x = 0.0
  for group, name in panel.names.items():
    wide = 16 + text_width(name, 12) + 18
    if lines[-1] and x + wide > _SIDE:
      lines.append([])
      x = 0.0
    lines[-1].append((group, name, x))
    x += wide
  return lines


def _draw_legend(canvas, panel, left, top):
  for place, line in enumerate(_legend_lines(panel)):
    y = top + (place + 0.5) * _LEGEND_LINE
    for group, name, x in line:
      canvas.disc(left + x + 5, y, 5, palette.colour(group))
      canvas.text(left + x + 16, y + 4.5, name, size=12, anchor="ls")
