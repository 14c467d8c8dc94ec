"""Ramer-Douglas-Peucker simplification of many strokes at once.

Source: Ramer (1972), Douglas and Peucker (1973); QuickDraw uses it with tolerance 2.0.
"""

import numpy as np


def simplify(points: np.ndarray, first: np.ndarray, last: np.ndarray,
             tolerance: float = 2.0) -> np.ndarray:
  """Marks the points that Ramer-Douglas-Peucker keeps, of all strokes level by level.

  A piece between two kept points is split at its farthest point from the straight line through
  them, if that is farther than the tolerance, until no piece is.

  Args:
    points: float64 [n, 2], the strokes one after another.
    first: int [s], index of each stroke's first point.
    last: int [s], index of each stroke's last point; not below `first`.
    tolerance: in the units of the points.

  Returns:
    bool [n], True for the points to keep; the ends of every stroke among them.
  """
  keep = np.zeros(len(points), bool)
  keep[first] = keep[last] = True
  while True:
    inner = last - first > 1
    first, last = first[inner], last[inner]
    if not first.size:
      return keep
    far, distance = _farthest(points, first, last)
    split = distance > tolerance
    first, last, far = first[split], last[split], far[split]
    keep[far] = True
    first, last = np.concatenate([first, far]), np.concatenate([far, last])


def _farthest(points: np.ndarray, first: np.ndarray, last: np.ndarray
              ) -> tuple[np.ndarray, np.ndarray]:
  """Of each piece: index [s] and distance [s] of the inner point farthest from its chord."""
  counts = last - first - 1  # [s], inner points of each piece, at least one
  starts = np.cumsum(counts) - counts
  piece = np.repeat(np.arange(len(first)), counts)  # [m]
  index = np.arange(len(piece)) - starts[piece] + first[piece] + 1  # [m]
  chord = points[last] - points[first]  # [s, 2]
  length = np.hypot(chord[:, 0], chord[:, 1])
  offset = points[index] - points[first][piece]  # [m, 2]
  across = np.abs(chord[piece, 0] * offset[:, 1] - chord[piece, 1] * offset[:, 0])
  # Where both ends coincide there is no line: the distance is that from the point.
  closed = length < 1e-9
  distance = across / np.where(closed, 1.0, length)[piece]
  if closed.any():
    distance = np.where(closed[piece], np.hypot(offset[:, 0], offset[:, 1]), distance)
  best = np.maximum.reduceat(distance, starts)  # [s]
  candidates = np.flatnonzero(distance == best[piece])
  _, chosen = np.unique(piece[candidates], return_index=True)
  return index[candidates[chosen]], best
