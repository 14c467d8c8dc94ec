"""A sheet of pairs, to look at faces."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from data_tools import files


def save_contact_sheet(path: str | os.PathLike, pairs: Sequence[tuple[np.ndarray, np.ndarray]],
                       columns: int = 4) -> None:
  """Writes a PNG with each photo beside its sketch, in rows from left to right.

  Args:
    path: ends in .png.
    pairs: photo uint8 [h, w, 3] and sketch uint8 [h, w], all of one size; at least one.
    columns: pairs in a row.

  Raises:
    UserError: the file can't be written.
  """
  tiles = [np.concatenate([photo, np.repeat(sketch[..., None], 3, axis=2)], axis=1)
           for photo, sketch in pairs]  # [h, 2w, 3] each
  columns = min(columns, len(tiles))
  tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
  rows = [np.concatenate(tiles[start:start + columns], axis=1)
          for start in range(0, len(tiles), columns)]
  with files.atomic_path(path) as scratch:
    Image.fromarray(np.concatenate(rows)).save(scratch)
