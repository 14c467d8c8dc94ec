"""Random changes of the training strokes, for a whole padded batch at once.

The random numbers are arguments, so that the same numbers give what the original program gave.
Source: RPCL-pix2seq (CMACH508), whose stroke code comes from sketch-rnn (Ha and Eck, 2018).
"""

import numpy as np

MIN_RUN = 2  # a point may go only when more than this many follow its run's first point


def random_scale(strokes: np.ndarray, uniforms: np.ndarray, factor: float) -> np.ndarray:
  """Stretches dx and dy by 1 + u and 1 + v, u and v in [-factor, factor], one pair a drawing.

  Args:
    strokes: float32 [B, T, 3].
    uniforms: float64 [B, 2] in [0, 1), for x then y.
    factor: random_scale_factor.

  Returns:
    float32 [B, T, 3].
  """
  stretch = ((uniforms - 0.5) * 2 * factor + 1.0).astype(strokes.dtype)  # [B, 2]
  result = strokes.copy()
  result[..., :2] *= stretch[:, None, :]
  return result


def drop_points(strokes: np.ndarray, lengths: np.ndarray, uniforms: np.ndarray,
                prob: float) -> tuple[np.ndarray, np.ndarray]:
  """Drops points inside pen-down runs; a dropped offset is added to the last kept point.

  A point may go if neither it nor the point before it lifts the pen and at least three such
  points, itself included, stand together. The drawing's end stays where it was, the
  point that took the offset moves on.

  Args:
    strokes: [B, T, 3], zeros behind the ends.
    lengths: int [B].
    uniforms: float64 [B, T] in [0, 1): point t goes if it may and uniforms[:, t] < prob.
    prob: augment_stroke_prob.

  Returns:
    Strokes of the same shape and dtype, zeros behind the ends, and the new lengths, int [B].
  """
  steps = np.arange(strokes.shape[1])
  inside = steps < lengths[:, None]  # [B, T]
  dropped = inside & _droppable(strokes[..., 2]) & (uniforms < prob)
  kept = inside & ~dropped
  target = np.cumsum(kept, axis=1) - 1  # [B, T]: the row of the result that point t goes to
  rows, columns = np.nonzero(inside)
  places = rows * strokes.shape[1] + target[rows, columns]
  result = np.zeros_like(strokes)
  flat = result.reshape(-1, 3)  # [B*T, 3]
  # add.at adds point after point, as the original does, so that even the rounding is the same.
  for axis in (0, 1):
    np.add.at(flat[:, axis], places, strokes[rows, columns, axis])
  kept_rows, kept_columns = np.nonzero(kept)
  result[kept_rows, target[kept], 2] = strokes[kept_rows, kept_columns, 2]
  return result, kept.sum(axis=1).astype(lengths.dtype)


def _droppable(lifted: np.ndarray) -> np.ndarray:
  """Which points may go: bool [B, T] from the pen column [B, T].

  Whether a point was dropped does not matter to the others: it and the point that takes its
  offset are both pen-down, so the pen before the next point is the same.
  """
  down = lifted != 1
  before = np.concatenate([np.zeros_like(down[:, :1]), down[:, :-1]], axis=1)
  in_run = down & before
  steps = np.arange(lifted.shape[1])
  last_reset = np.maximum.accumulate(np.where(in_run, -1, steps), axis=1)
  return steps - last_reset > MIN_RUN
