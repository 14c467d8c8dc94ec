"""Strokes as arrays: stroke-3, stroke-5, clipping, scale.

A drawing in stroke-3 is [n, 3] = (dx, dy, pen lifted after this point). In stroke-5 it is
(dx, dy, p1, p2, p3), one-hot over p1 pen down, p2 pen lifted, p3 end of the drawing.

Source: Ha and Eck, "A Neural Representation of Sketch Drawings", ICLR 2018, and the data loader of
RPCL-pix2seq (CMACH508), which clips at 1000 and scales by the training split.
"""

from collections.abc import Sequence

import numpy as np

LIMIT = 1000  # larger offsets are stray points of a broken recording
START_TOKEN = np.array([0, 0, 1, 0, 0], np.float32)
END_TOKEN = np.array([0, 0, 0, 0, 1], np.float32)


def max_length(drawings: Sequence[np.ndarray]) -> int:
  """The number of points of the longest drawing; 0 if there is none."""
  return max((len(drawing) for drawing in drawings), default=0)


def clip(drawing: np.ndarray, limit: float = LIMIT) -> np.ndarray:
  """Clips every value to [-limit, limit] and converts to float32.

  Args:
    drawing: [n, 3], any number type. The pen column is clipped too, which changes nothing.

  Returns:
    float32 [n, 3].
  """
  return np.clip(drawing, -limit, limit).astype(np.float32)


def scale_factor(drawings: Sequence[np.ndarray]) -> np.float32:
  """The standard deviation of all dx and dy, in float32; 1 if all of them are equal.

  Args:
    drawings: the clipped drawings of the TRAINING split, each float32 [n, 3].
  """
  offsets = np.concatenate([drawing[:, :2] for drawing in drawings]).ravel()
  deviation = np.std(offsets)
  return deviation if deviation > 0 else np.float32(1)


def normalize(drawing: np.ndarray, factor: float) -> np.ndarray:
  """Divides dx and dy, not the pen column, by the scale factor: float32 [n, 3]."""
  result = np.array(drawing, np.float32)
  result[:, :2] /= np.float32(factor)
  return result


def to_stroke5(drawing: np.ndarray, max_len: int) -> np.ndarray:
  """Stroke-3 to stroke-5, padded with end rows (0, 0, 0, 0, 1).

  Args:
    drawing: [n, 3], n <= max_len.
    max_len: rows of the result. If n == max_len, there is no end row.

  Returns:
    float32 [max_len, 5].

  Raises:
    ValueError: the drawing is longer than max_len.
  """
  if len(drawing) > max_len:
    raise ValueError(f"a drawing of {len(drawing)} points does not fit in {max_len} rows")
  result = np.tile(END_TOKEN, (max_len, 1))
  _fill(result[:len(drawing)], drawing)
  return result


def to_stroke3(strokes5: np.ndarray) -> np.ndarray:
  """Stroke-5 to stroke-3, up to the first end row, or all rows if there is none.

  Args:
    strokes5: [n, 5] without start token.

  Returns:
    [m, 3] of the same dtype, m <= n.
  """
  ends = np.flatnonzero(strokes5[:, 4] > 0)
  length = ends[0] if len(ends) else len(strokes5)
  return strokes5[:length, [0, 1, 3]]


def pad_batch(drawings: Sequence[np.ndarray], max_len: int) -> np.ndarray:
  """Drawings as a batch for the decoder: start token, stroke-5 rows, end rows.

  Args:
    drawings: B arrays [n, 3], n <= max_len.
    max_len: T.

  Returns:
    float32 [B, T+1, 5]. Row 0 is (0, 0, 1, 0, 0).
  """
  result = np.empty((len(drawings), max_len + 1, 5), np.float32)
  result[:, 0] = START_TOKEN
  for row, drawing in zip(result, drawings):
    row[1:] = to_stroke5(drawing, max_len)
  return result


def padded_to_batch(strokes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
  """`pad_batch` for drawings that are already one padded array.

  Args:
    strokes: [B, T, 3]; rows at and after a drawing's length are ignored.
    lengths: int [B].

  Returns:
    float32 [B, T+1, 5].
  """
  inside = np.arange(strokes.shape[1]) < lengths[:, None]  # [B, T]
  result = np.empty((strokes.shape[0], strokes.shape[1] + 1, 5), np.float32)
  result[:, 0] = START_TOKEN
  _fill(result[:, 1:], strokes)
  result[:, 1:][~inside] = END_TOKEN
  return result


def _fill(rows5: np.ndarray, rows3: np.ndarray) -> None:
  """Writes stroke-3 rows [..., 3] over stroke-5 rows [..., 5], none of them an end."""
  rows5[..., :2] = rows3[..., :2]
  rows5[..., 2] = 1 - rows3[..., 2]
  rows5[..., 3] = rows3[..., 2]
  rows5[..., 4] = 0


def pad(drawings: Sequence[np.ndarray], max_len: int) -> np.ndarray:
  """Drawings one under the other, zeros behind their ends: float32 [B, max_len, 3]."""
  result = np.zeros((len(drawings), max_len, 3), np.float32)
  for row, drawing in zip(result, drawings):
    row[:len(drawing)] = drawing
  return result
