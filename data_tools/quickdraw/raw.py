"""Quick, Draw!'s raw .ndjson files: coordinates in pixels of the person's screen, with times.

Format: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset, "The raw moderated dataset".
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from data_tools.quickdraw import ndjson
from data_tools.quickdraw.drawing import BadRecord, BadRecords, Drawing

_FARTHEST = 1e6  # pixels; no screen is wider


def read(path: str | os.PathLike, bad: BadRecords | None = None) -> Iterator[Drawing]:
  """Yields the drawings of a raw file in order, not simplified: see `simplify`.

  Args:
    path: the file: as a simplified one, but strokes are [[x...], [y...], [t...]].
    bad: told of every broken line; None refuses the first.

  Yields:
    Drawings with strokes float64 [n, 3] = (x, y in pixels, t in milliseconds since the first
    point).

  Raises:
    UserError: the file can't be read, or a line is broken and is not skipped.
  """
  return ndjson.read(path, _strokes, bad or BadRecords())


def _strokes(drawing: list[Any]) -> list[np.ndarray]:
  strokes = ndjson.arrays(drawing, 3, "[[x...], [y...], [t...]]")
  for index, stroke in enumerate(strokes):
    if (np.abs(stroke[:, :2]) > _FARTHEST).any():
      raise BadRecord(f"stroke {index} holds coordinates beyond {_FARTHEST:.0f} pixels, which no "
                      "screen has")
  return strokes
