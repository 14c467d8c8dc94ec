"""A sheet of small pictures, to look at drawings."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from data_tools import files
from data_tools.raster import rasterize

_WIDTH = 96  # pixels of one picture
_GAP = 4


def save_contact_sheet(path: str | os.PathLike, drawings: Sequence[np.ndarray],
                       columns: int = 10) -> None:
  """Writes a PNG with the drawings in rows, from left to right.

  Args:
    path: ends in .png.
    drawings: int or float [n, 3] each: dx, dy, pen lifted.
    columns: pictures in a row.

  Raises:
    UserError: no renderer is installed, or the file can't be written.
  """
  pictures = rasterize(drawings, width=_WIDTH, margin=_GAP)  # [N, W, W]
  rows = -(-len(pictures) // columns)
  blank = np.full((rows * columns - len(pictures), _WIDTH, _WIDTH), 255, np.uint8)
  grid = np.concatenate([pictures, blank]).reshape(rows, columns, _WIDTH, _WIDTH)
  sheet = grid.transpose(0, 2, 1, 3).reshape(rows * _WIDTH, columns * _WIDTH)
  with files.atomic_path(path) as scratch:
    Image.fromarray(sheet).save(scratch)
