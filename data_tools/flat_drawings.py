"""Several drawings as one array of absolute points, so that NumPy can change them all at once."""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class FlatDrawings:
  """B drawings with R points in S strokes. A stroke is what the pen draws without being lifted.

  Attributes:
    points: complex128 [R], x + iy, y down, from the origin of the drawing.
    stroke: int64 [R], the number of each point's stroke, counted through all drawings.
    drawing: int64 [S], the drawing of each stroke.
    ends: int64 [B + 1]; drawing i has the points ends[i] up to ends[i + 1].
  """

  points: np.ndarray
  stroke: np.ndarray
  drawing: np.ndarray
  ends: np.ndarray

  def __len__(self) -> int:
    return len(self.ends) - 1

  @property
  def drawing_of_point(self) -> np.ndarray:
    """int64 [R]."""
    return np.repeat(np.arange(len(self)), np.diff(self.ends))

  @property
  def is_line(self) -> np.ndarray:
    """Whether the pen draws on its way to a point: bool [R]."""
    return np.diff(self.stroke, prepend=-1) == 0

  def stroke_counts(self) -> np.ndarray:
    """Strokes of each drawing: int64 [B]."""
    return np.bincount(self.drawing, minlength=len(self))

  def stroke_positions(self) -> np.ndarray:
    """The position of each stroke in its drawing, from 0: int64 [S]."""
    counts = self.stroke_counts()
    return np.arange(len(self.drawing)) - np.repeat(np.cumsum(counts) - counts, counts)

  def stroke_lengths(self) -> np.ndarray:
    """The length of each stroke's line: float64 [S]."""
    steps = np.abs(np.diff(self.points, prepend=0)) * self.is_line
    return np.bincount(self.stroke, weights=steps, minlength=len(self.drawing))

  def sizes(self) -> np.ndarray:
    """The longer side of each drawing's bounding box, which holds the origin: float64 [B]."""
    low, high = self.bounds()
    extent = high - low
    return np.maximum(extent.real, extent.imag)

  def bounds(self) -> tuple[np.ndarray, np.ndarray]:
    """Upper left and lower right of each drawing's box, which holds the origin: complex128 [B]."""
    low, high = np.zeros([2, len(self)], np.complex128)
    drawn = np.flatnonzero(np.diff(self.ends))  # reduceat can't do empty drawings
    if len(drawn):
      starts = self.ends[drawn]
      for part, unit in ((self.points.real, 1), (self.points.imag, 1j)):
        low[drawn] += unit * np.minimum(np.minimum.reduceat(part, starts), 0)
        high[drawn] += unit * np.maximum(np.maximum.reduceat(part, starts), 0)
    return low, high

  def moved(self, points: np.ndarray) -> "FlatDrawings":
    """The same strokes through other points, complex128 [R]."""
    return dataclasses.replace(self, points=points)


def flatten(drawings: Sequence[np.ndarray]) -> FlatDrawings:
  """Puts drawings one behind the other.

  Args:
    drawings: B arrays [n, 3] = (dx, dy, pen lifted after this point).
  """
  lengths = np.array([len(drawing) for drawing in drawings], np.int64)
  ends = np.concatenate([[0], np.cumsum(lengths)])
  rows = np.concatenate([np.zeros([0, 3]), *drawings]).astype(np.float64, copy=False)  # [R, 3]
  offsets = rows[:, 0] + 1j * rows[:, 1]
  points = np.concatenate([np.zeros(0, np.complex128)] + [
      np.cumsum(offsets[first:last]) for first, last in zip(ends[:-1], ends[1:])])
  begins = np.concatenate([[True], rows[:-1, 2] == 1])[:len(rows)]  # the first point of a stroke
  begins[ends[:-1][lengths > 0]] = True
  drawing_of_point = np.repeat(np.arange(len(lengths)), lengths)
  return FlatDrawings(points, np.cumsum(begins) - 1, drawing_of_point[begins], ends)


def to_stroke3(flat: FlatDrawings, visible: np.ndarray | None = None) -> list[np.ndarray]:
  """Back to one array per drawing.

  Args:
    flat: B drawings.
    visible: bool [S]; strokes that are not become movements with the pen lifted, so that the
      others stay where they are on a canvas that the drawing is fitted to. None: all are.

  Returns:
    B arrays, float64 [n, 3].
  """
  drawn = flat.is_line if visible is None else flat.is_line & visible[flat.stroke]
  offsets = np.diff(flat.points, prepend=0)
  first = flat.ends[:-1][np.diff(flat.ends) > 0]
  offsets[first] = flat.points[first]
  # A point is lifted after if the pen does not draw on its way to the next one.
  lifted = ~np.concatenate([drawn[1:], [False]])[:len(drawn)]
  rows = np.stack([offsets.real, offsets.imag, lifted], axis=1)  # [R, 3]
  return [rows[start:end] for start, end in zip(flat.ends[:-1], flat.ends[1:])]
