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
    colour: number in the palette; None: the line's own number.
    thin: for what other lines are compared with.
  """

  name: str
  x: np.ndarray
  y: np.ndarray
  colour: int | None = None
  thin: bool = False

  def pen(self, number: int) -> tuple[str, float]:
    """Colour and width of the line with this number."""
    return palette.colour(number if self.colour is None else self.colour), 1.1 if self.thin else 2.2


def save_line_chart(path: str | os.PathLike, lines: Sequence[Line], title: str, x_label: str,
                    y_label: str, y_range: tuple[float, float] | None = None,
                    x_ticks: Sequence[float] | None = None, log_x: bool = False) -> None:
  """Writes a chart as PNG.

  Args:
    path: ends in .png.
    lines: at least one; a line of a single point is drawn as a dot.
    title: above it.
    x_label: below it.
    y_label: beside it.
    y_range: of the y axis; default: round numbers around the values.
    x_ticks: numbers to mark on the x axis; default: round ones.
    log_x: a logarithmic x axis, for x above 0.

  Raises:
    ValueError: there is no point to draw, or one that is not finite, or not above 0 on a
      logarithmic axis.
  """
  values = np.concatenate([np.zeros([0, 2])] + [np.stack([line.x, line.y], 1) for line in lines])
  if not len(values) or not np.isfinite(values).all():
    raise ValueError("expected lines of at least one point, all finite")
  (x_low, y_low), (x_high, y_high) = values.min(axis=0), values.max(axis=0)
  x_span, round_ticks = _x_axis(x_low, x_high, log_x)
  y_ticks = ticks(*(y_range or (y_low, y_high)))
  left = _EDGE + _LABEL_ROOM + max(text_width(_number(tick), _SMALL) for tick in y_ticks) + 8
  area = _Area(left, _EDGE + _TITLE, x_span, y_range or (y_ticks[0], y_ticks[-1]), log_x)
  rows = _legend_rows(lines)
  legend = area.bottom + _TICK_ROOM + _LABEL_ROOM + 6
  canvas = Canvas(area.right + _EDGE + 8, legend + len(rows) * _LEGEND_LINE + _EDGE - 6)
  _draw_axes(canvas, area, round_ticks if x_ticks is None else x_ticks, y_ticks)
  _draw_labels(canvas, area, title, x_label, y_label)
  for index, line in enumerate(lines):
    points, (colour, width) = area.place(line.x, line.y), line.pen(index)
    canvas.line(points, colour, width)
    if len(points) == 1:
      canvas.disc(*points[0], 4, colour)
  _draw_legend(canvas, lines, rows, left, legend)
  canvas.save(path)


class _Area:
  """Where the curves are drawn: from values to places on the page."""

  def __init__(self, left, top, x_span, y_span, log_x):
    self.left, self.top, self.right, self.bottom = left, top, left + _WIDTH, top + _HEIGHT
    self.x_span, self.y_span, self._log_x = x_span, y_span, log_x

  def place(self, x, y) -> np.ndarray:
    """Values x and y, [n] or numbers -> places [n, 2] or [2]."""
    share = lambda values, span: (np.asarray(values, float) - span[0]) / (span[1] - span[0])
    along = share(np.log(x), np.log(self.x_span)) if self._log_x else share(x, self.x_span)
    return np.stack([self.left + along * _WIDTH,
                     self.bottom - share(y, self.y_span) * _HEIGHT], axis=-1)


def ticks(low: float, high: float) -> list[float]:
  """About six round numbers (1, 2 or 5 times a power of ten apart) from below `low` to `high`."""
  low, high = _span(low, high)
  rough = (high - low) / _TICKS
  power = 10.0 ** math.floor(math.log10(rough))
  step = min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough))) * power
  first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
  return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
  """Powers of ten in [low, high], both above 0; over less than three, 2 and 5 times them, too."""
  factors = (1, 2, 5) if high < 1000 * low else (1,)
  powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
  marks = [float(f"{factor}e{power}") for power in powers for factor in factors]
  return [mark for mark in marks if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]


def _x_axis(low: float, high: float, log_x: bool) -> tuple[tuple[float, float], list[float]]:
  """From where to where it goes, and round numbers on it."""
  if not log_x:
    return _span(low, high), ticks(low, high)
  if low <= 0:
    raise ValueError(f"expected x above 0 on a logarithmic axis, got {low}")
  return (low, high) if high > low else (low / 2, high * 2), log_ticks(low, high)


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
      y = area.place(area.x_span[0], tick)[1]
      canvas.line([[area.left, y], [area.right, y]], PALE, 1)
      canvas.text(area.left - 8, y + 4.5, _number(tick), size=_SMALL, colour=GREY, anchor="rs")
  for tick in x_ticks:
    if inside(tick, area.x_span):
      x = area.place(tick, area.y_span[0])[0]
      canvas.line([[x, area.bottom], [x, area.bottom + 4]], GREY, 1)
      canvas.text(x, area.bottom + 18, _number(tick), size=_SMALL, colour=GREY, anchor="ms")
  canvas.line([[area.left, area.bottom], [area.right, area.bottom]], GREY, 1)


def _draw_labels(canvas, area, title, x_label, y_label):
  canvas.text(area.left, area.top - 14, title, size=16, anchor="ls")
  canvas.text(area.left + _WIDTH / 2, area.bottom + _TICK_ROOM + 18, x_label, size=13, colour=GREY,
              anchor="ms")
  canvas.upward_text(_EDGE + 6, area.top + _HEIGHT / 2, y_label, size=13, colour=GREY)


def _legend_rows(lines: Sequence[Line]) -> list[list[tuple[int, float]]]:
  """Entries (number of the line, x) broken into rows that fit under the chart."""
  rows: list[list[tuple[int, float]]] = [[]]
  x = 0.0
  for index, line in enumerate(lines):
    wide = _SWATCH + 8 + text_width(line.name, _SMALL) + 20
    if rows[-1] and x + wide > _WIDTH:
      rows.append([])
      x = 0.0
    rows[-1].append((index, x))
    x += wide
  return rows


def _draw_legend(canvas, lines, rows, left, top):
  for number, row in enumerate(rows):
    y = top + (number + 0.5) * _LEGEND_LINE
    for index, x in row:
      canvas.line([[left + x, y], [left + x + _SWATCH, y]], *lines[index].pen(index))
      canvas.text(left + x + _SWATCH + 8, y + 4.5, lines[index].name, size=_SMALL, colour=INK,
                  anchor="ls")
