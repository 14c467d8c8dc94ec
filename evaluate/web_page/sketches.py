"""Sketches as SVG in the page: sharp at every size, in the page's own ink."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from evaluate.pictures.canvas import fitted_lines
from evaluate.web_page.markup import Markup, tag

_SIDE, _MARGIN = 96.0, 8.0


@dataclasses.dataclass(frozen=True)
class Cell:
  """One sketch.

  Attributes:
    strokes: [n, 3] = (dx, dy, pen lifted), any scale.
    alt: what it is, for those who can't see it.
    given: a drawing that was given, as against one that the model made.
  """

  strokes: np.ndarray
  alt: str
  given: bool = False


@dataclasses.dataclass(frozen=True)
class Group:
  """Sketches that belong together, from left to right, under a caption."""

  caption: str
  cells: Sequence[Cell]


def gallery(groups: Sequence[Group], columns: int, narrow_columns: int | None = None,
            least_width: int = 0) -> Markup:
  """Groups of sketches, side by side where there is room.

  Args:
    groups: in reading order.
    columns: sketches of a group that stand side by side.
    narrow_columns: the same on narrow screens; None for the same number.
    least_width: of a group, pixels; 0 for the whole width.
  """
  # Numbers only, never text of a user: a style attribute is no place for those.
  narrow = columns if narrow_columns is None else narrow_columns
  style = f"--columns: {columns:d}; --narrow: {narrow:d}; --least: {least_width:d}px"
  return tag("div", [tag("figure", tag("div", [_drawn(cell) for cell in group.cells],
                                       class_="cells"),
                         tag("figcaption", group.caption) if group.caption else None)
                     for group in groups],
             class_="gallery" if least_width else "gallery full", style=style)


def sketch_svg(strokes: np.ndarray, alt: str) -> Markup:
  """The sketch as large as fits into a square, its proportions kept."""
  lines = fitted_lines(strokes, (0.0, 0.0, _SIDE, _SIDE), _MARGIN)
  path = "".join(_path(points) for points in lines)
  return tag("svg", tag("path", d=path) if path else None, viewBox=f"0 0 {_SIDE:g} {_SIDE:g}",
             role="img", aria_label=alt)


def _drawn(cell: Cell) -> Markup:
  return tag("div", sketch_svg(cell.strokes, cell.alt),
             class_="cell given" if cell.given else "cell")


def _path(points: np.ndarray) -> str:
  """Absolute places to a tenth of a pixel, those that do not move left out."""
  places = np.rint(points * 10).astype(np.int64)
  moved = np.concatenate([[True], (np.diff(places, axis=0) != 0).any(axis=1)])
  places = places[moved] if moved.sum() > 1 else places[:2]
  text = " ".join(f"{x / 10:g},{y / 10:g}" for x, y in places.tolist())
  return f"M{text}"
