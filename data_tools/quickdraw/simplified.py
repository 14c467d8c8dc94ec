"""Quick, Draw!'s simplified .ndjson files: whole coordinates from 0 to 255, no times.

Format: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset, "Simplified Drawing files".
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from data_tools.quickdraw import ndjson
from data_tools.quickdraw.drawing import BadRecord, BadRecords, Drawing


def read(path: str | os.PathLike, bad: BadRecords | None = None) -> Iterator[Drawing]:
  """Yields the drawings of a simplified file in order.

  Args:
    path: the file: {"word", "countrycode", "timestamp", "recognized", "key_id", "drawing":
      [[[x...], [y...]], ...]} a line.
    bad: told of every broken line; None refuses the first.

  Yields:
    Drawings with strokes int64 [n, 2] = (x, y), 0 to 255.

  Raises:
    UserError: the file can't be read, or a line is broken and is not skipped.
  """
  return ndjson.read(path, _strokes, bad or BadRecords())


def _strokes(drawing: list[Any]) -> list[np.ndarray]:
  strokes = ndjson.arrays(drawing, 2, "[[x...], [y...]]")
  for index, stroke in enumerate(strokes):
    if ((stroke < 0) | (stroke > 255) | (stroke != np.rint(stroke))).any():
      raise BadRecord(f"stroke {index} holds coordinates other than whole numbers from 0 to 255, "
                      "so it is not simplified (raw files are read by another reader)")
  return [stroke.astype(np.int64) for stroke in strokes]
