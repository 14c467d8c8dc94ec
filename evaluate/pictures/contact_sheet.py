"""Sheets of sketches: each row shows what was given, then what the model drew from it."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from evaluate.pictures.canvas import GREY, INK, PALE, Canvas, text_width

CELL = 96.0
_GAP, _EDGE = 6.0, 24.0
_TITLE, _HEADING, _LABEL = 34.0, 42.0, 17.0
_TITLE_SIZE, _HEADING_SIZE = 15.0, 18.0


@dataclasses.dataclass(frozen=True)
class Row:
  """One given drawing and the sketches that belong to it.

  Attributes:
    label: below the row's first picture, or above it.
    given: [n, 3], shown on grey; None if nothing was given.
    sketches: [n, 3] each.
    colour: of the sketches.
  """

  label: str
  given: np.ndarray | None
  sketches: Sequence[np.ndarray]
  colour: str = INK


@dataclasses.dataclass(frozen=True)
class Section:
  """Rows under one heading."""

  heading: str
  rows: Sequence[Row]


def save_contact_sheet(path: str | os.PathLike, title: str, sections: Sequence[Section],
                       side_by_side: int = 2) -> None:
  """Writes a sheet as PNG.

  Args:
    path: ends in .png.
    title: what is seen, and the settings it was made with.
    sections: from top to bottom.
    side_by_side: rows that stand beside each other, if they are short.
  """
  widest = max((_cells(row) for section in sections for row in section.rows), default=1)
  row_width = widest * CELL + (widest - 1) * _GAP
  row_height = _LABEL + CELL + _GAP
  texts = [text_width(title, _TITLE_SIZE)] + [text_width(section.heading, _HEADING_SIZE)
                                              for section in sections]
  width = 2 * _EDGE + max(side_by_side * row_width + (side_by_side - 1) * 3 * _GAP, *texts)
  lines = [-(-len(section.rows) // side_by_side) for section in sections]
  height = _EDGE + _TITLE + sum(_HEADING + count * row_height for count in lines) + _EDGE / 2
  canvas = Canvas(width, height)
  canvas.text(_EDGE, _EDGE, title, size=_TITLE_SIZE, colour=GREY)
  top = _EDGE + _TITLE
  for section, count in zip(sections, lines):
    canvas.text(_EDGE, top + _HEADING - 12, section.heading, size=_HEADING_SIZE, anchor="ls")
    top += _HEADING
    for place, row in enumerate(section.rows):
      left = _EDGE + (place % side_by_side) * (row_width + 3 * _GAP)
      _draw_row(canvas, row, left, top + place // side_by_side * row_height)
    top += count * row_height
  canvas.save(path)


def _cells(row: Row) -> int:
  return len(row.sketches) + (row.given is not None)


def _draw_row(canvas: Canvas, row: Row, left: float, top: float) -> None:
  canvas.text(left, top, row.label, size=11, colour=GREY)
  top += _LABEL
  pictures = list(row.sketches) if row.given is None else [row.given, *row.sketches]
  for place, strokes3 in enumerate(pictures):
    x = left + place * (CELL + _GAP)
    box = (x, top, x + CELL, top + CELL)
    is_given = place == 0 and row.given is not None
    if is_given:
      canvas.tint(box)
    canvas.frame(box, PALE)
    canvas.sketch(strokes3, box, INK if is_given else row.colour)
