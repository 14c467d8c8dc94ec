"""Pictures of sketches that change step by step: a strip between two, a grid among four."""

import os
from collections.abc import Sequence

import numpy as np

from evaluate.pictures.canvas import GREY, INK, Canvas

CELL = 104.0
_EDGE, _GAP, _LABEL = 20.0, 14.0, 20.0


def save_strip(path: str | os.PathLike, given: Sequence[np.ndarray], labels: Sequence[str],
               sketches: Sequence[np.ndarray]) -> None:
  """Two given drawings with the sketches on the way between them.

  Args:
    path: ends in .png.
    given: two drawings [n, 3].
    labels: their names.
    sketches: [n, 3] each, from the first to the second.
  """
  width = 2 * _EDGE + (len(sketches) + 2) * CELL + 2 * _GAP
  canvas = Canvas(width, 2 * _EDGE + _LABEL + CELL)
  top = _EDGE
  for place, strokes3 in enumerate(sketches):
    left = _EDGE + CELL + _GAP + place * CELL
    canvas.sketch(strokes3, (left, top, left + CELL, top + CELL), margin=9)
  for left, strokes3, label in zip((_EDGE, width - _EDGE - CELL), given, labels):
    _draw_given(canvas, strokes3, label, left, top)
  canvas.text(width / 2, top + CELL + _LABEL - 3, "sketches of the codes between", size=12,
              colour=GREY, anchor="ms")
  canvas.save(path)


def save_grid(path: str | os.PathLike, given: Sequence[np.ndarray], labels: Sequence[str],
              sketches: Sequence[Sequence[np.ndarray]]) -> None:
  """Four given drawings outside the corners of a grid of the sketches among them.

  Args:
    path: ends in .png.
    given: four drawings: upper left, upper right, lower left, lower right.
    labels: their names.
    sketches: rows of sketches.
  """
  rows, columns = len(sketches), len(sketches[0])
  width = 2 * _EDGE + (columns + 2) * CELL + 2 * _GAP
  canvas = Canvas(width, 2 * _EDGE + rows * CELL + _LABEL)
  for row, line in enumerate(sketches):
    for column, strokes3 in enumerate(line):
      left, top = _EDGE + CELL + _GAP + column * CELL, _EDGE + row * CELL
      canvas.sketch(strokes3, (left, top, left + CELL, top + CELL), margin=9)
  bottom = _EDGE + (rows - 1) * CELL
  places = [(_EDGE, _EDGE), (width - _EDGE - CELL, _EDGE),
            (_EDGE, bottom), (width - _EDGE - CELL, bottom)]
  for (left, top), strokes3, label in zip(places, given, labels):
    _draw_given(canvas, strokes3, label, left, top)
  canvas.save(path)


def _draw_given(canvas: Canvas, strokes3: np.ndarray, label: str, left: float, top: float) -> None:
  box = (left, top, left + CELL, top + CELL)
  canvas.tint(box)
  canvas.frame(box)
  canvas.sketch(strokes3, box, INK, margin=9)
  canvas.text(left + CELL / 2, top + CELL + _LABEL - 3, label, size=12, colour=GREY, anchor="ms")
