"""Google's simplification of raw Quick, Draw! drawings.

Source: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset, "Simplified Drawing files":
align to the upper left corner; scale uniformly so that the largest value is 255; resample all
strokes with 1 pixel spacing; Ramer-Douglas-Peucker with epsilon 2.0.
"""

from collections.abc import Sequence

import numpy as np

from data_tools.quickdraw import rdp
from data_tools.quickdraw.drawing import BadRecord

LARGEST = 255.0
EPSILON = 2.0  # pixels of the square of 256
_LEAST_EXTENT = 1e-9  # of a drawing, in its own units; below it, its points are taken for equal
_LONGEST = 200_000  # pixels of ink in a drawing; people draw some thousands


def simplify(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
  """Simplifies one raw drawing; the times are dropped.

  The source does not say how coordinates are rounded: to the nearest whole number, at the end.

  Args:
    strokes: at least one, each [n, 2 or more] = (x, y, ...), n >= 1, finite, any scale.

  Returns:
    int64 [m, 2] for each stroke, 0 to 255. The smallest x and y are 0 and the largest value is 255
    up to epsilon, as the outermost points may be among those left out; all are 0 if the points
    are equal.

  Raises:
    BadRecord: the scaled lines are so long that the drawing is none.
  """
  aligned = _fitted([np.asarray(stroke[:, :2], np.float64) for stroke in strokes])
  length = sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in aligned)
  if length > _LONGEST:
    raise BadRecord(f"its lines are {length:.0f} pixels long after scaling, more than {_LONGEST}, "
                    "which no drawing has")
  dense = [resample(stroke) for stroke in aligned]
  return [np.rint(stroke[rdp.keep(stroke, EPSILON)]).astype(np.int64) for stroke in dense]


def _fitted(strokes: list[np.ndarray]) -> list[np.ndarray]:
  """Moved to the upper left corner and scaled as a whole to the largest value."""
  points = np.concatenate(strokes)
  low = points.min(axis=0)
  extent = (points - low).max()
  scale = LARGEST / extent if extent > _LEAST_EXTENT else 1.0
  return [np.minimum((stroke - low) * scale, LARGEST) for stroke in strokes]


def resample(stroke: np.ndarray, spacing: float = 1.0) -> np.ndarray:
  """Points along a stroke at equal distances, measured along it.

  Args:
    stroke: float64 [n, 2], n >= 1.
    spacing: distance, in units of the stroke.

  Returns:
    float64 [m, 2]: the first point, then one every `spacing`, then the last point wherever it
    lies; one point if the stroke has no length.
  """
  steps = np.hypot(*np.diff(stroke, axis=0).T)
  along = np.concatenate([[0.0], np.cumsum(steps)])
  if along[-1] == 0:
    return stroke[:1]
  # Without repeated points, so that the inverse of `along` is a function.
  distinct = np.concatenate([[True], steps > 0])
  at = np.arange(0.0, along[-1], spacing)
  inside = np.column_stack([np.interp(at, along[distinct], stroke[distinct, axis])
                            for axis in (0, 1)])
  return np.concatenate([inside, stroke[-1:]])
