"""Shrinking an image by the whole factor that FSIM and SSIM programs choose by its size."""

import math
from typing import Literal

import numpy as np


def automatic_factor(height: int, width: int) -> int:
  """max(1, smaller side / 256 rounded), halves rounded up (384 gives 2, 640 gives 3)."""
  return max(1, math.floor(min(height, width) / 256 + 0.5))


def downsample(plane: np.ndarray, factor: int,
               border: Literal["zero", "mirror"] = "zero") -> np.ndarray:
  """Averages of factor x factor pixels, every factor-th along each axis, from the first on.

  The windows lie as in MATLAB's `conv2(..., "same")`: for an even factor, output i averages from
  input factor * i - factor / 2 + 1 on, so that for 2 it is inputs 2i and 2i + 1.

  Args:
    plane: float64 [H, W].
    factor: at least 1.
    border: what lies outside: zeros (FSIM), or the image mirrored at its edge (SSIM).

  Returns:
    float64 [ceil(H / factor), ceil(W / factor)].
  """
  if factor == 1:
    return plane
  height, width = (math.ceil(side / factor) for side in plane.shape)
  before, after = factor - 1 - factor // 2, factor
  padded = np.pad(plane, (before, after), mode="constant" if border == "zero" else "symmetric")
  total = np.zeros([height, width])
  for row in range(factor):
    for column in range(factor):
      total += padded[row:row + height * factor:factor, column:column + width * factor:factor]
  return total / factor**2
