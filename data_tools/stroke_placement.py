"""Augmentation that turns, mirrors and places whole drawings, as strokes: nothing is cut off."""

from collections.abc import Sequence

import numpy as np

from data_tools.flat_drawings import FlatDrawings


def turn_and_mirror(flat: FlatDrawings, angles: np.ndarray, mirrored: np.ndarray) -> FlatDrawings:
  """Turns drawings about their origin, after mirroring some left to right.

  Args:
    flat: B drawings.
    angles: float [B], degrees, clockwise on the screen.
    mirrored: bool [B].
  """
  owner = flat.drawing_of_point
  points = np.where(np.asarray(mirrored)[owner], -np.conj(flat.points), flat.points)
  return flat.moved(points * np.exp(1j * np.deg2rad(np.asarray(angles)))[owner])


def place(drawings: Sequence[np.ndarray], flat: FlatDrawings, ratios: np.ndarray,
          positions: np.ndarray) -> list[np.ndarray]:
  """Makes drawings smaller than the canvas that they will be fitted to, somewhere on it.

  Two movements with the pen lifted, to the corners of a square around the drawing, come before
  the drawing: the rasteriser fits the whole path, drawn or not, to the canvas.

  Args:
    drawings: B arrays [n, 3] = (dx, dy, pen lifted).
    flat: the same drawings.
    ratios: float [B] in (0, 1], the drawing's longer side in units of the square's.
    positions: float [B, 2] in [0, 1], where in the free space: 0 is left or above.

  Returns:
    B arrays, float64 [n + 2, 3]; an empty drawing stays empty.
  """
  low, high = flat.bounds()
  size = flat.sizes()
  free = size / ratios - size
  middle_low = (low + high) / 2 - (1 + 1j) * size / 2  # of the smallest square around it
  corner = middle_low - free * (positions[:, 0] + 1j * positions[:, 1])
  opposite = corner + (1 + 1j) * size / ratios
  return [_after_moves(drawing, a, b) for drawing, a, b in zip(drawings, corner, opposite)]


def _after_moves(drawing: np.ndarray, corner: complex, opposite: complex) -> np.ndarray:
  if not len(drawing):
    return drawing
  across = opposite - corner
  moves = [[corner.real, corner.imag, 1], [across.real, across.imag, 1]]
  placed = np.concatenate([moves, drawing])
  placed[2, :2] -= opposite.real, opposite.imag
  return placed
