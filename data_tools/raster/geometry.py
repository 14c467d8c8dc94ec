"""From pen movements to the positions that cairo really draws, for many drawings at once.

The original (RPCL-pix2seq's seq2png) writes an SVG path of relative commands. cairo keeps
coordinates in 1/256 pixel and rounds every offset on its own, so the positions it draws drift by
some hundredths of a pixel from the true ones. To equal it bit for bit, the rounding happens here.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from data_tools.errors import UserError

_GRID = 256.0  # cairo's fixed-point steps per pixel
_LEAST_EXTENT = 10e-6  # drawing units; the original's floor under the scale
_EXACT = 2.0**53  # float64 sums of integers are exact below this


@dataclasses.dataclass(frozen=True)
class Paths:
  """The pen's path of N drawings: one record for each start and each of the R rows.

  Attributes:
    positions: float64 [N + R, 2], pixels from the upper left corner, multiples of 1/256.
    is_line: bool [N + R], True where the pen draws on its way to the position.
    ends: int64 [N + 1]; drawing i has the records ends[i] up to ends[i + 1].
  """

  positions: np.ndarray
  is_line: np.ndarray
  ends: np.ndarray


def fit_to_canvas(drawings: Sequence[np.ndarray], width: int, margin: float) -> Paths:
  """Scales drawings to a square canvas, the longer side filling it and the other centred.

  With e the extents of the path and its origin, the scale is k = (width - 2 margin) / max(e, 1e-5),
  the borders are b = (max(e) - e) / 2, and the path starts at (b - min) k + margin. Start and
  offsets are rounded to 1/256 pixel, then summed.

  Args:
    drawings: N arrays [n, 3] = (dx, dy, lifted); the next row is a jump where lifted is exactly 1.
    width: of the canvas, pixels.
    margin: free pixels at each edge; 2 margin < width.

  Returns:
    The paths, in the order of the drawings.

  Raises:
    UserError: a coordinate is NaN, infinite or too large to be summed.
  """
  lengths = np.array([len(drawing) for drawing in drawings], dtype=np.int64)
  ends = np.concatenate([[0], np.cumsum(lengths)])
  rows = np.concatenate([np.zeros([0, 3]), *drawings]).astype(np.float64, copy=False)  # [R, 3]
  offsets = rows[:, :2]
  with np.errstate(invalid="ignore", over="ignore"):
    low, high = _bounds(_absolute(offsets, ends), ends)
  if not np.isfinite(high - low).all():
    length = lengths[np.argmin(np.isfinite(high - low).all(axis=1))]
    raise UserError(f"A drawing of {length} points has coordinates that are NaN, infinite or too "
                    "large to add up; remove it or repair it.")
  extent = high - low  # [N, 2]
  longest = extent.max(axis=1, keepdims=True)  # [N, 1]
  border = (longest - extent) / 2  # of the true extents: the floor below doesn't centre anything
  scale = (width - 2 * margin) / np.maximum(longest, _LEAST_EXTENT)  # [N, 1]
  start = (0 - low + border) * scale + margin  # [N, 2]
  return _on_grid(start, offsets * np.repeat(scale, lengths, axis=0), rows[:, 2] == 1, ends)


def _absolute(offsets: np.ndarray, ends: np.ndarray) -> np.ndarray:
  """Path positions [R, 2], each drawing from its own origin."""
  exact = np.array_equal(offsets, np.rint(offsets)) and np.abs(offsets).sum() < _EXACT
  if exact:  # one sum over all drawings, minus what came before each
    total = np.concatenate([np.zeros([1, 2]), np.cumsum(offsets, axis=0)])
    return total[1:] - np.repeat(total[ends[:-1]], np.diff(ends), axis=0)
  # Sums that round: in the original's order, so drawing by drawing.
  return np.concatenate([np.zeros([0, 2])] + [
      np.cumsum(offsets[first:last], axis=0) for first, last in zip(ends[:-1], ends[1:])])


def _bounds(path: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Smallest and largest position [N, 2] of each drawing; the origin counts as one."""
  low, high = np.zeros([2, len(ends) - 1, 2])
  drawn = np.flatnonzero(np.diff(ends))  # reduceat can't do empty drawings
  if len(drawn):
    low[drawn] = np.minimum(np.minimum.reduceat(path, ends[drawn]), 0.0)
    high[drawn] = np.maximum(np.maximum.reduceat(path, ends[drawn]), 0.0)
  return low, high


def _on_grid(start: np.ndarray, steps: np.ndarray, lifted: np.ndarray, ends: np.ndarray) -> Paths:
  """Rounds starts [N, 2] and steps [R, 2] to the grid and sums them per drawing."""
  drawings, rows = len(start), len(steps)
  starts = ends[:-1] + np.arange(drawings)  # records of the starts
  is_row = np.ones(drawings + rows, dtype=bool)
  is_row[starts] = False
  units = np.empty([drawings + rows, 2])
  units[starts] = np.rint(start * _GRID)  # to nearest, ties to even, as cairo
  units[is_row] = np.rint(steps * _GRID)
  total = np.cumsum(units, axis=0)  # integers: exact
  before = total[starts] - units[starts]
  total -= np.repeat(before, np.diff(ends) + 1, axis=0)
  is_line = np.zeros(drawings + rows, dtype=bool)
  follows_ink = np.concatenate([[False], ~lifted[:-1]]) if rows else lifted
  follows_ink[ends[:-1][np.diff(ends) > 0]] = False  # the first row of a drawing is a jump
  is_line[is_row] = follows_ink
  return Paths(total / _GRID, is_line, ends + np.arange(drawings + 1))
