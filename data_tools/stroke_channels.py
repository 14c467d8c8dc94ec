"""Stroke-order channels: which strokes each channel of a Sketch-a-Net picture shows.

The strokes of a drawing, in the order they were drawn, are cut into three parts. Six channels show
the first, the second and the third part, the first and second, the second and third, and all.

Source: Yu et al., "Sketch-a-Net that Beats Humans", BMVC 2015 (stroke order by channels).
"""

import numpy as np

from data_tools.flat_drawings import FlatDrawings

PARTS = 3
ORDERED = ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2))  # the parts that each channel shows
PLAIN = ((0, 1, 2),)
CHANNELS = {len(ORDERED): ORDERED, len(PLAIN): PLAIN}  # number of channels -> what they show


def parts_of_strokes(flat: FlatDrawings) -> np.ndarray:
  """The part of each stroke: stroke i of n is in part floor(3 i / n).

  A drawing of one stroke has only a first part, one of two strokes has a first and a second.

  Args:
    flat: drawings with S strokes.

  Returns:
    int64 [S], 0, 1 or 2.
  """
  return PARTS * flat.stroke_positions() // flat.stroke_counts()[flat.drawing]


def visible_strokes(flat: FlatDrawings, channels: int) -> np.ndarray:
  """Which strokes each channel shows.

  Args:
    flat: drawings with S strokes.
    channels: C, 1 or 6.

  Returns:
    bool [C, S].
  """
  parts = parts_of_strokes(flat)
  return np.stack([np.isin(parts, shown) for shown in CHANNELS[channels]])
