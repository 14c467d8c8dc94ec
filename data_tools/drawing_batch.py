"""Drawings on their way into a batch, wherever they were read from."""

from typing import NamedTuple

import numpy as np

from data_tools import strokes
from data_tools.sketch_dataset import SketchSplit


class DrawingBatch(NamedTuple):
  """B drawings.

  Attributes:
    strokes: float32 [B, T, 3] = (dx, dy, pen lifted), in units of the scale factor; zeros behind
      the ends.
    lengths: int32 [B], points of each.
    images: uint8 [B, W, W], 0 ink, 255 paper.
    labels: int32 [B].
  """

  strokes: np.ndarray
  lengths: np.ndarray
  images: np.ndarray
  labels: np.ndarray

  def drawings(self) -> list[np.ndarray]:
    """The strokes of each, [n, 3], without what is behind its end."""
    return [rows[:length] for rows, length in zip(self.strokes, self.lengths)]


def gather(split: SketchSplit, indices: np.ndarray, max_seq_len: int) -> DrawingBatch:
  """The drawings at `indices` of those in memory, padded to T = max_seq_len rows."""
  return DrawingBatch(strokes.pad([split.strokes[index] for index in indices], max_seq_len),
                      split.lengths[indices], split.images[indices], split.labels[indices])
