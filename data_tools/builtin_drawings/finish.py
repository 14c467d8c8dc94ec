"""From raw strokes to a stroke-3 drawing, step by step as QuickDraw's own simplification.

Source: the QuickDraw dataset's description of its simplified drawings: align to 0, scale to a
maximum of 255, resample at 1 px, Ramer-Douglas-Peucker with tolerance 2.0.
"""

from collections.abc import Sequence

import numpy as np

from data_tools.builtin_drawings.simplify import simplify

BOX = 255.0


def finish(drawings: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
  """Makes stroke-3 drawings; many at once, for speed only.

  Args:
    drawings: of each drawing its strokes, float64 [n, 2] with n >= 2, any units.

  Returns:
    For each drawing int16 [n, 3]: dx, dy (the first row from the origin; the drawing fills a
    box from 0 to 255 along its longer side), pen lifted after this point.
  """
  strokes = [stroke for drawing in drawings for stroke in _fit_to_box(drawing)]
  points, counts = resample_all(strokes)
  last = np.cumsum(counts) - 1
  keep = simplify(points, last - counts + 1, last)
  # A stroke keeps both ends even if they round to one place: a dot is two equal points.
  lifted = np.zeros(len(points), np.int16)
  lifted[last] = 1
  drawing_last = last[np.cumsum([len(drawing) for drawing in drawings]) - 1]
  ends = np.cumsum(keep)[drawing_last]
  rows = np.concatenate([np.rint(points[keep]).astype(np.int16), lifted[keep, None]], axis=1)
  return [_to_offsets(rows[a:b]) for a, b in zip([0, *ends[:-1]], ends)]


def resample_all(strokes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
  """Points 1 unit apart along each stroke, and its last point.

  Args:
    strokes: float64 [n, 2] each, n >= 2.

  Returns:
    float64 [m, 2], all strokes one after another; int [s], points of each stroke (at least 2).
  """
  points = np.concatenate(strokes)
  sizes = np.array([len(stroke) for stroke in strokes])
  steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
  first = np.cumsum(sizes) - sizes
  steps[first] = 4.0  # a gap between strokes on the common axis of length
  travelled = np.cumsum(steps)
  begin, end = travelled[first], travelled[first + sizes - 1]
  counts = np.maximum(np.ceil(end - begin), 1).astype(int) + 1
  order = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
  at = np.minimum(np.repeat(begin, counts) + order, np.repeat(end, counts))
  return np.stack([np.interp(at, travelled, points[:, axis]) for axis in (0, 1)], axis=1), counts


def _fit_to_box(drawing: Sequence[np.ndarray]) -> list[np.ndarray]:
  points = np.concatenate(drawing)
  corner = points.min(axis=0)
  scale = BOX / max((points.max(axis=0) - corner).max(), 1e-9)
  return [(stroke - corner) * scale for stroke in drawing]


def _to_offsets(rows: np.ndarray) -> np.ndarray:
  offsets = rows.copy()
  offsets[1:, :2] -= rows[:-1, :2]
  return offsets
