"""Sheets of pictures in columns: what was given, what a model made of it, what it should be."""

import dataclasses
import math
import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from evaluate.pictures.canvas import GREY, Canvas, text_width

_LARGEST = 256  # pixels of a shown picture's longer side; larger ones are shrunk
_WIDEST = 1400.0  # of a page whose rows stand beside each other
_EDGE, _GAP, _GROUP_GAP = 24.0, 8.0, 32.0
_TITLE, _HEADING, _LABEL = 36.0, 24.0, 18.0
_TITLE_SIZE, _HEADING_SIZE, _LABEL_SIZE = 15.0, 14.0, 12.0


@dataclasses.dataclass(frozen=True)
class Row:
  """Pictures that belong together.

  Attributes:
    label: above them.
    pictures: uint8 [H, W], [H, W, 1] or [H, W, 3], one for each heading; None leaves a gap.
  """

  label: str
  pictures: Sequence[np.ndarray | None]


def save_face_sheet(path: str | os.PathLike, title: str, headings: Sequence[str],
                    rows: Sequence[Row]) -> None:
  """Writes the sheet as PNG; see `draw_face_sheet`.

  Raises:
    UserError: the file can't be written.
  """
  draw_face_sheet(title, headings, rows).save(path)


def draw_face_sheet(title: str, headings: Sequence[str], rows: Sequence[Row]) -> Canvas:
  """Draws a sheet; pictures of up to 256 pixels are shown pixel for pixel.

  Args:
    title: what is seen.
    headings: of the columns.
    rows: from the left to the right and then down, as many beside each other as fit; at least one.

  Returns:
    The page: `pixels()` of it, or `save(path)`.
  """
  rows = [Row(row.label, [_shown(picture) for picture in row.pictures]) for row in rows]
  height = max((picture.shape[0] for row in rows for picture in row.pictures
                if picture is not None), default=_LARGEST)
  width = _column_width(headings, rows)
  group = len(headings) * (width + _GAP) - _GAP
  beside = int(max(1, min(len(rows), (_WIDEST - 2 * _EDGE + _GROUP_GAP) // (group + _GROUP_GAP))))
  lines = math.ceil(len(rows) / beside)
  canvas = Canvas(
      2 * _EDGE + max(beside * (group + _GROUP_GAP) - _GROUP_GAP, text_width(title, _TITLE_SIZE)),
      _EDGE + _TITLE + _HEADING + lines * (_LABEL + height + _GAP) + _EDGE - _GAP)
  canvas.text(_EDGE, _EDGE, title, size=_TITLE_SIZE, colour=GREY)
  for place, row in enumerate(rows):
    left = _EDGE + place % beside * (group + _GROUP_GAP)
    if place < beside:
      _draw_headings(canvas, headings, width, left)
    top = _EDGE + _TITLE + _HEADING + place // beside * (_LABEL + height + _GAP)
    _draw_row(canvas, row, width, left, top)
  return canvas


def _shown(picture: np.ndarray | None) -> np.ndarray | None:
  """The picture as uint8 [H, W, 3], shrunk if it is large."""
  if picture is None:
    return None
  height, width = picture.shape[:2]
  image = Image.fromarray(picture[..., 0] if picture.shape[2:] == (1,) else picture).convert("RGB")
  scale = _LARGEST / max(height, width)
  if scale < 1:
    image = image.resize((max(1, round(width * scale)), max(1, round(height * scale))),
                         Image.Resampling.LANCZOS)
  return np.asarray(image)


def _column_width(headings: Sequence[str], rows: Sequence[Row]) -> float:
  """One for all columns: of the widest picture or heading."""
  widths = [picture.shape[1] for row in rows for picture in row.pictures if picture is not None]
  return float(math.ceil(max([*widths, *(text_width(heading, _HEADING_SIZE) + _GAP
                                         for heading in headings)])))


def _draw_headings(canvas: Canvas, headings: Sequence[str], width: float, left: float) -> None:
  for heading in headings:
    canvas.text(left, _EDGE + _TITLE + _HEADING - 8, heading, size=_HEADING_SIZE, anchor="ls")
    left += width + _GAP


def _draw_row(canvas: Canvas, row: Row, width: float, left: float, top: float) -> None:
  label = _fitting(row.label, len(row.pictures) * (width + _GAP) - _GAP)
  canvas.text(left, top + 1, label, size=_LABEL_SIZE, colour=GREY)
  for picture in row.pictures:
    if picture is not None:
      canvas.picture(picture, left, top + _LABEL)
    left += width + _GAP


def _fitting(words: str, width: float) -> str:
  """The words, or their beginning and end where they are too wide."""
  kept = len(words)
  shown = words
  while kept > 2 and text_width(shown, _LABEL_SIZE) > width:
    kept -= 1
    shown = f"{words[:(kept + 1) // 2]}...{words[len(words) - kept // 2:]}"
  return shown
