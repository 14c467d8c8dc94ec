"""Curves over a common axis, with round numbers on the axes and a legend."""

import dataclasses
import math
import os
from collections.abc import Sequence

import numpy as np

from evaluate.pictures import palette
from evaluate.pictures.canvas import GREY, INK, PALE, Canvas, text_width

_WIDTH, _HEIGHT = 560.0, 320.0  # of the plotted area
_EDGE, _TITLE, _TICK_ROOM, _LABEL_ROOM, _LEGEND_LINE = 22.0, 34.0, 20.0, 24.0, 22.0
_SMALL, _SWATCH = 12, 22.0
_TICKS = 6  # about, on each axis


@dataclasses.dataclass(frozen=True)
class Line:
  """One curve.

  Attributes:
    name: in the legend.
    x: float [n], ascending.
    y: float [n], finite.
  """

  name: str
  x: np.ndarray
  y: np.ndarray


def save_line_chart(path: str | os.PathLike, lines: Sequence[Line], title: str, x_label: str,
                    y_label: str, y_range: tuple[float, float] | None = None) -> None:
  """Writes a chart as PNG.

  Args:
    path: ends in .png.
    lines: at least one; a line of a single point is drawn as a dot.
    title: above it.
    x_label: below it.
    y_label: beside it.
    y_range: of the y axis; default: round numbers around the values.

  Raises:
    ValueError: there is no point to draw, or one that is not finite.
  """
  values = np.concatenate([np.zeros([0, 2])] + [np.stack([line.x, line.y], 1) for line in lines])
  if not len(values) or not np.isfinite(values).all():
    raise ValueError("expected lines of at least one point, all finite")
  (x_low, y_low), (x_high, y_high) = values.min(axis=0), values.max(axis=0)
  y_ticks = ticks(*(y_range or (y_low, y_high)))
  left = _EDGE + _LABEL_ROOM + max(text_width(_number(tick), _SMALL) for tick in y_ticks) + 8
  area = _Area(left, _EDGE + _TITLE, _span(x_low, x_high), y_range or (y_ticks[0], y_ticks[-1]))
  rows = _legend_rows(lines)
  legend = area.bottom + _TICK_ROOM + _LABEL_ROOM + 6
  canvas = Canvas(area.right + _EDGE + 8, legend + len(rows) * _LEGEND_LINE + _EDGE - 6)
  canvas.text(left, area.top - 14, title, size=16, anchor="ls")
  _draw_axes(canvas, area, ticks(x_low, x_high), y_ticks)
  canvas.text(left + _WIDTH / 2, area.bottom + _TICK_ROOM + 18, x_label, size=13, colour=GREY,
              anchor="ms")
  canvas.upward_text(_EDGE + 6, area.top + _HEIGHT / 2, y_label, size=13, colour=GREY)
  for index, line in enumerate(lines):
    points = area.place(line.x, line.y)
    canvas.line(points, palette.colour(index), 2.2)
    if len(points) == 1:
      canvas.disc(*points[0], 4, palette.colour(index))
  _draw_legend(canvas, rows, left, legend)
  canvas.save(path)


class _Area:
  """Where the curves are drawn: from values to places on the page."""

  def __init__(self, left, top, x_span, y_span):
    self.left, self.top, self.right, self.bottom = left, top, left + _WIDTH, top + _HEIGHT
    self.x_span, self.y_span = x_span, y_span

  def place(self, x, y) -> np.ndarray:
    """Values x and y, [n] or numbers -> places [n, 2] or [2]."""
    share = lambda values, span: (np.asarray(values, float) - span[0]) / (span[1] - span[0])
    return np.stack([self.left + share(x, self.x_span) * _WIDTH,
                     self.bottom - share(y, self.y_span) * _HEIGHT], axis=-1)


def ticks(low: float, high: float) -> list[float]:
  """About six round numbers (1, 2 or 5 times a power of ten apart) from below `low` to `high`."""
  low, high = _span(low, high)
  rough = (high - low) / _TICKS
  power = 10.0 ** math.floor(math.log10(rough))
  step = min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough))) * power
  first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
  return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def _span(low: float, high: float) -> tuple[float, float]:
  """The range, made wider if it is a single number."""
  if high > low:
    return float(low), float(high)
  margin = max(abs(low) * 0.1, 0.5)
  return float(low) - margin, float(high) + margin


def _number(value: float) -> str:
  return f"{value:.10g}"


def _draw_axes(canvas, area, x_ticks, y_ticks):
  inside = lambda tick, span: span[0] - 1e-9 <= tick <= span[1] + 1e-9
  for tick in y_ticks:
    if inside(tick, area.y_span):
      y = area.place(0, tick)[1]
      canvas.line([[area.left, y], [area.right, y]], PALE, 1)
      canvas.text(area.left - 8, y + 4.5, _number(tick), size=_SMALL, colour=GREY, anchor="rs")
  for tick in x_ticks:
    if inside(tick, area.x_span):
      x = area.place(tick, 0)[0]
      canvas.line([[x, area.bottom], [x, area.bottom + 4]], GREY, 1)
      canvas.text(x, area.bottom + 18, _number(tick), size=_SMALL, colour=GREY, anchor="ms")
  canvas.line([[area.left, area.bottom], [area.right, area.bottom]], GREY, 1)


def _legend_rows(lines: Sequence[Line]) -> list[list[tuple[int, str, float]]]:
  """Entries (index, name, x) broken into rows that fit under the chart."""
  rows: list[list[tuple[int, str, float]]] = [[]]
  x = 0.0
  for index, line in enumerate(lines):
    wide = _SWATCH + 8 + text_width(line.name, _SMALL) + 20
    if rows[-1] and x + wide > _WIDTH:
      rows.append([])
      x = 0.0
    rows[-1].append((index, line.name, x))
    x += wide
  return rows


def _draw_legend(canvas, rows, left, top):
  for number, row in enumerate(rows):
    y = top + (number + 0.5) * _LEGEND_LINE
    for index, name, x in row:
      canvas.line([[left + x, y], [left + x + _SWATCH, y]], palette.colour(index), 2.2)
      canvas.text(left + x + _SWATCH + 8, y + 4.5, name, size=_SMALL, colour=INK, anchor="ls")
