"""Small line charts as SVG in the page."""

import dataclasses
import math
from collections.abc import Sequence

from evaluate.web_page.markup import Markup, tag

_WIDTH, _HEIGHT = 440.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 14.0, 40.0


@dataclasses.dataclass(frozen=True)
class Line:
  """One line of a chart.

  Attributes:
    name: in the legend.
    values: one for each position; None where there is none.
  """

  name: str
  values: Sequence[float | None]


def line_chart(title: str, positions: Sequence[float], lines: Sequence[Line], x_name: str,
               alt: str, whole: bool = False) -> Markup:
  """A chart of lines over positions, with axes and a legend.

  Args:
    title: above it, with the unit.
    positions: ascending whole numbers, at least one.
    lines: at most four; lines without any value are left out.
    x_name: below the axis.
    alt: what it shows, for those who can't see it.
    whole: the values are whole numbers.
  """
  lines = [line for line in lines if any(_is_number(value) for value in line.values)]
  values = [value for line in lines for value in line.values if _is_number(value)] or [0.0]
  y_ticks = ticks(min(values), max(values), whole=whole)
  x_ticks = ticks(positions[0], positions[-1], most=6, whole=True)
  x_ticks = [tick for tick in x_ticks if positions[0] <= tick <= positions[-1]]
  low, high = min(y_ticks[0], min(values)), max(y_ticks[-1], max(values))
  wide = max(positions[-1] - positions[0], 1e-12)
  x = lambda place: _LEFT + (place - positions[0]) / wide * (_WIDTH - _LEFT - _RIGHT)
  y = lambda value: _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
  drawn = [_y_axis(y_ticks, y), _x_axis(x_ticks, x, x_name),
           [_line(line, place, positions, x, y) for place, line in enumerate(lines)]]
  picture = tag("svg", drawn, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img", aria_label=alt,
                class_="chart")
  legend = tag("ul", [tag("li", tag("span", class_=f"key line-{place}", aria_hidden="true"),
                          line.name) for place, line in enumerate(lines)], class_="legend")
  return tag("figure", tag("figcaption", title), picture, legend if len(lines) > 1 else None,
             class_="plot")


def ticks(low: float, high: float, most: int = 5, whole: bool = False) -> list[float]:
  """Round numbers from `low` or below to `high` or above, about `most` steps apart.

  Args:
    low: of the values.
    high: of the values.
    most: steps.
    whole: whole numbers only.
  """
  if high <= low:
    low, high = low - 0.5, high + 0.5
  raw = max((high - low) / most, 1.0 if whole else 0.0)
  power = 10.0 ** math.floor(math.log10(raw))
  factors = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
  step = next(power * factor for factor in factors if power * factor >= raw * (1 - 1e-9))
  first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
  return [round(place * step, 12) for place in range(first, last + 1)]


def _is_number(value: float | None) -> bool:
  return value is not None and math.isfinite(value)


def _y_axis(marks, y):
  return [[tag("line", x1=f"{_LEFT:g}", x2=f"{_WIDTH - _RIGHT:g}", y1=f"{y(mark):.1f}",
               y2=f"{y(mark):.1f}", class_="grid"),
           tag("text", f"{mark:g}", x=f"{_LEFT - 8:g}", y=f"{y(mark) + 4:.1f}",
               text_anchor="end")] for mark in marks]


def _x_axis(marks, x, name):
  bottom = _HEIGHT - _BOTTOM
  return [[tag("text", f"{mark:g}", x=f"{x(mark):.1f}", y=f"{bottom + 17:g}",
               text_anchor="middle") for mark in marks],
          tag("text", name, x=f"{(_LEFT + _WIDTH - _RIGHT) / 2:g}", y=f"{_HEIGHT - 6:g}",
              text_anchor="middle")]


def _line(line, place, positions, x, y):
  """Runs of neighbouring values as lines; a value that stands alone as a dot."""
  runs, run = [], []
  for position, value in [*zip(positions, line.values), (0, None)]:
    if _is_number(value):
      run.append((x(position), y(value)))
    elif run:
      runs.append(run)
      run = []
  return [tag("polyline", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in run),
              class_=f"line line-{place}") if len(run) > 1 else
          tag("circle", cx=f"{run[0][0]:.1f}", cy=f"{run[0][1]:.1f}", r=3,
              class_=f"dot line-{place}") for run in runs]
