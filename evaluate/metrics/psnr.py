"""PSNR, the peak signal-to-noise ratio, of pictures of 8 bits a value.

Source: the common definition, as in Wang, Bovik, Sheikh & Simoncelli, IEEE TIP 13(4), 2004, with
L = 255. All in float64.
"""

import math

import numpy as np

_PEAK = 255.0


def psnr(reference: np.ndarray, generated: np.ndarray) -> float | None:
  """10 log10(L^2 / MSE), the MSE over all values of the picture, channels and all.

  Args:
    reference: [H, W] or [H, W, C], any number type, 0..255.
    generated: the same shape.

  Returns:
    Decibel, at least 0; None for equal pictures, which have no finite one.

  Raises:
    ValueError: the shapes differ or are not those of pictures.
  """
  first, second = (np.asarray(picture, np.float64) for picture in (reference, generated))
  if first.shape != second.shape or first.ndim not in (2, 3) or not first.size:
    raise ValueError(f"expected two pictures of one shape [H, W] or [H, W, C], got {first.shape} "
                     f"and {second.shape}")
  error = float(np.mean((first - second) ** 2))
  return 10.0 * math.log10(_PEAK**2 / error) if error else None
