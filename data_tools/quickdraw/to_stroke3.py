"""Strokes of absolute points to the rows that sketch-rnn and this zoo train on.

Source: Ha and Eck, "A Neural Representation of Sketch Drawings", ICLR 2018: stroke-3.
"""

from collections.abc import Sequence

import numpy as np

_LIMITS = np.iinfo(np.int16)


def to_stroke3(strokes: Sequence[np.ndarray]) -> np.ndarray:
  """Offsets from point to point, and whether the pen is lifted after a point.

  Args:
    strokes: at least one, each integers [n, 2] = (x, y), n >= 1.

  Returns:
    int16 [points, 3] = (dx, dy, pen lifted after this point). The first row is the first point's
    offset from (0, 0), the corner that simplified drawings are aligned to; the last point of each
    stroke has 1.

  Raises:
    ValueError: no strokes, an empty one, or an offset that does not fit int16.
  """
  if not len(strokes) or not all(len(stroke) for stroke in strokes):
    raise ValueError("expected at least one stroke, and points in each")
  points = np.concatenate([np.asarray(stroke)[:, :2] for stroke in strokes]).astype(np.int64)
  rows = np.zeros([len(points), 3], np.int64)
  rows[:, :2] = np.diff(points, axis=0, prepend=np.zeros([1, 2], np.int64))
  rows[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
  if rows.min() < _LIMITS.min or rows.max() > _LIMITS.max:
    raise ValueError("an offset does not fit int16")
  return rows.astype(np.int16)
