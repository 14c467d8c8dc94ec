"""Fewer points for the same line.

Source: Ramer, "An iterative procedure for the polygonal approximation of plane curves" (1972);
Douglas and Peucker, "Algorithms for the reduction of the number of points required to represent a
digitized line or its caricature" (1973).
"""

import math

import numpy as np


def keep(points: np.ndarray, epsilon: float) -> np.ndarray:
  """Which points Ramer-Douglas-Peucker keeps.

  Between two kept points, the point farthest from the straight line through them is kept too if it
  is farther than epsilon (the first of several); where the two coincide, the distance is that from
  the point. Distances are those of the papers, from the line and not from its part between the
  points: where a line runs back on itself, its tip may go. Done with a list of work, not by
  recursion: a line may have any number of points.

  Args:
    points: [n, 2], finite, n >= 1.
    epsilon: >= 0, in units of the points.

  Returns:
    bool [n]; the first and the last are kept.

  Raises:
    ValueError: no points, or a negative epsilon.
  """
  if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not epsilon >= 0:
    raise ValueError(f"expected points [n, 2], n >= 1, and epsilon >= 0; "
                     f"got {list(points.shape)} and {epsilon}")
  x, y = np.array(points, np.float64).T.copy()  # each in one piece, for speed
  kept = np.zeros(len(points), bool)
  kept[[0, -1]] = True
  work = [(0, len(points) - 1)]
  while work:
    first, last = work.pop()
    if last - first < 2:
      continue
    middle, distance = _farthest(x[first:last + 1], y[first:last + 1])
    if distance > epsilon:
      kept[first + middle] = True
      work += [(first, first + middle), (first + middle, last)]
  return kept


def _farthest(x: np.ndarray, y: np.ndarray) -> tuple[int, float]:
  """Of points [n] the inner one farthest from the line through the outer two, and how far."""
  along, up = float(x[-1] - x[0]), float(y[-1] - y[0])
  length = math.hypot(along, up)
  if length == 0:
    distances, length = np.hypot(x[1:-1] - x[0], y[1:-1] - y[0]), 1.0
  else:
    distances = np.abs((y[1:-1] - y[0]) * along - (x[1:-1] - x[0]) * up)  # times the length
  middle = int(distances.argmax())
  return middle + 1, float(distances[middle]) / length
