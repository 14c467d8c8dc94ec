"""Augmentation that bends drawings: stroke by stroke, and as a whole.

Control points are moved at random and all other points follow by moving least squares with rigid
maps, which turn and shift but do not stretch. Locally the control points are the two ends of each
stroke; globally they are corners of the drawing's convex hull. With complex numbers for points,
weights w_i = 1 / |p_i - v|^2, weighted means p*, q* of the control points before and after, the
image of v is

    f(v) = q* + (v - p*) t / |t|,   t = sum_i w_i conj(p_i - p*) (q_i - q*)

Source: Yu et al., "Sketch-a-Net: a Deep Neural Network that Beats Humans", IJCV 122, 2017;
Schaefer, McPhail & Warren, "Image deformation using moving least squares", SIGGRAPH 2006,
section 2.3.
"""

import numpy as np

from data_tools.flat_drawings import FlatDrawings

DIRECTIONS = np.exp(2j * np.pi * np.arange(8) / 8)  # in which the hull's corners are looked for
_NEAR = 1e-18  # added to squared distances relative to the spread of points: no division by zero


def moving_least_squares(points: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
  """Moves points as control points were moved.

  Args:
    points: complex [R].
    before: complex [R, K], the control points of each point.
    after: complex [R, K], where they went.

  Returns:
    complex128 [R]; a control point itself goes where it went.
  """
  squared = np.square(np.abs(before - points[:, None]))  # [R, K]
  weights = 1 / (squared + _NEAR * (squared.max(initial=0) + 1e-300))
  weights /= weights.sum(axis=1, keepdims=True)
  centre_before = (weights * before).sum(axis=1)  # [R]
  centre_after = (weights * after).sum(axis=1)
  turn = (weights * np.conj(before - centre_before[:, None])
          * (after - centre_after[:, None])).sum(axis=1)
  length = np.abs(turn)
  turn = np.where(length > 0, turn / np.where(length > 0, length, 1), 1)
  return centre_after + (points - centre_before) * turn


def bend_strokes(flat: FlatDrawings, normals: np.ndarray, amount: float) -> FlatDrawings:
  """Moves the ends of each stroke; what is between follows.

  The ends move by normal(0, amount * distance between them) on each axis: long straight strokes
  most, closed ones not at all.

  Args:
    flat: drawings with S strokes.
    normals: complex [S, 2], standard normal real and imaginary parts, for start and end.
    amount: standard deviation, in units of the distance between the ends.
  """
  if not amount or not len(flat.points):
    return flat
  starts = np.flatnonzero(np.diff(flat.stroke, prepend=-1))
  ends = np.append(starts[1:], len(flat.points)) - 1
  before = flat.points[np.stack([starts, ends], axis=1)]  # [S, 2]
  after = before + amount * np.abs(before[:, 1:] - before[:, :1]) * normals
  return flat.moved(moving_least_squares(flat.points, before[flat.stroke], after[flat.stroke]))


def bend_drawings(flat: FlatDrawings, normals: np.ndarray, amount: float) -> FlatDrawings:
  """Moves the outermost points of each drawing; all others follow.

  The control points are the points farthest out in eight directions, which are corners of the
  convex hull; they move by normal(0, amount * size) on each axis.

  Args:
    flat: drawings with R points.
    normals: complex [R], standard normal real and imaginary parts, used where a point is a
      control point.
    amount: standard deviation, in units of the drawing's longer side.
  """
  if not amount or not len(flat.points):
    return flat
  reach = (flat.points[:, None] * np.conj(DIRECTIONS)).real  # [R, 8]
  rows = np.zeros([len(flat), len(DIRECTIONS)], np.int64)  # [B, 8]
  for index, (start, end) in enumerate(zip(flat.ends[:-1], flat.ends[1:])):
    if end > start:
      rows[index] = start + reach[start:end].argmax(axis=0)
  before = flat.points[rows]
  after = before + amount * flat.sizes()[:, None] * normals[rows]
  owner = flat.drawing_of_point
  return flat.moved(moving_least_squares(flat.points, before[owner], after[owner]))
