"""A drawing as a JSON file in the form of Quick, Draw!: {"drawing": [[[x...], [y...]], ...]}."""

import pathlib
from typing import Any

import numpy as np

from data_tools.quickdraw import ndjson
from data_tools.quickdraw.drawing import BadRecord

_FARTHEST = 1e9  # units


def read(path: pathlib.Path) -> list[np.ndarray]:
  """Reads a drawing.

  Args:
    path: a JSON file: an object with "drawing", of which nothing else is looked at, or the list
      alone. A stroke is [[x...], [y...]], or [[x...], [y...], [t...]] with times, which are
      dropped; any scale, y points down.

  Returns:
    float64 [n, 2] = (x, y) of each stroke, n >= 1; at least one stroke.

  Raises:
    BadRecord: it is too large or of another form.
    OSError: it can't be read.
  """
  if path.stat().st_size > ndjson.LONGEST_LINE:
    raise BadRecord(f"it is larger than {ndjson.LONGEST_LINE // 2**20} MB, which no drawing is")
  content = ndjson.parsed(path.read_bytes())
  drawing = content.get("drawing") if isinstance(content, dict) else content
  if not isinstance(drawing, list) or not drawing:
    raise BadRecord(f"\"drawing\" is {ndjson.shown(drawing)} where a list of strokes is expected")
  strokes = ndjson.arrays(drawing, _columns(drawing), "[[x...], [y...]]")
  if any((np.abs(stroke[:, :2]) > _FARTHEST).any() for stroke in strokes):
    raise BadRecord("it holds coordinates that are too large")
  return [stroke[:, :2] for stroke in strokes]


def _columns(drawing: list[Any]) -> int:
  """3 if the first stroke has times."""
  return 3 if isinstance(drawing[0], list) and len(drawing[0]) == 3 else 2
