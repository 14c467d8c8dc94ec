"""XDoG: a sharpened photo, softly thresholded: lines along edges and black where it is dark.

Source: Winnemoeller, Kyprianidis & Olsen, "XDoG: an eXtended difference-of-Gaussians compendium
including advanced image stylization", Computers & Graphics 36(6), 2012.
"""

import dataclasses

import numpy as np
from scipy.ndimage import gaussian_filter

from data_tools.styles.parameters import Parameters, parameter
from data_tools.styles.tones import gray_tones, pixel_scale, soft_threshold, to_bytes

K = 1.6  # ratio of the two Gaussians, as of the Laplacian's best approximation (Marr & Hildreth)


@dataclasses.dataclass(frozen=True)
class XDoG(Parameters):
  """Parameters of `xdog`; `docs/sketch_styles.md` shows what they do."""

  sigma: float = parameter(
      1.2, "Width of the finer Gaussian: thickness of the lines. Pixels of a picture whose shorter "
      "side is 256.", above=0, at_most=32)
  p: float = parameter(
      16.0, "Strength of the sharpening; 0 only blurs and thresholds.", at_least=0, at_most=1000)
  eps: float = parameter(
      0.35, "Sharpened tones from here up become paper. A tone, white being 1.", at_least=-10,
      at_most=10)
  phi: float = parameter(
      6.0, "Steepness from paper to ink; small values give soft greys. 1 / tone.", above=0,
      at_most=10000)


def xdog(photo: np.ndarray, params: XDoG = XDoG()) -> np.ndarray:
  """Draws a photo: T(D), D = (1 + p) G(sigma) * I - p G(1.6 sigma) * I.

  T(u) = 1 for u >= eps, else 1 + tanh(phi (u - eps)). An even area keeps its tone in D: it is paper
  if it is at least as light as eps. The Gaussians end at four times their width; over the border
  the picture is mirrored.

  Args:
    photo: uint8 [H, W, 3] or [H, W], at least 16 pixels in each direction.
    params: widths are scaled by the shorter side / 256.

  Returns:
    uint8 [H, W], 255 = paper, 0 = ink.

  Raises:
    UserError: the photo has another shape or dtype, or is too small.

  Source: Winnemoeller et al. (2012): D in its form with p, and the soft threshold T.
  """
  tones = gray_tones(photo)
  sigma = params.sigma * pixel_scale(tones)
  fine, coarse = gaussian_filter(tones, sigma), gaussian_filter(tones, K * sigma)
  return to_bytes(soft_threshold(fine + params.p * (fine - coarse), params.eps, params.phi))
