"""FSIM and FSIMc: similarity of two images by phase congruency, gradient and colour.

Written from the paper: Zhang, Zhang, Mou & Zhang, "FSIM: a feature similarity index for image
quality assessment", IEEE TIP 20(8), 2011. All in float64. The original program
reports FSIMc, which is FSIM for gray images.
"""

import math
from typing import NamedTuple

import numpy as np

from evaluate.metrics.downsampling import automatic_factor, downsample
from evaluate.metrics.phase_congruency import phase_congruency

_T_PHASE, _T_GRADIENT, _T_COLOUR = 0.85, 160.0, 200.0
_CHROMA_POWER = 0.03
_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


class Fsim(NamedTuple):
  """Similarity of two images; 1 for equal ones.

  Attributes:
    fsim: by structure alone.
    fsimc: with colour; the same as `fsim` for gray images.
  """

  fsim: float
  fsimc: float


class Features(NamedTuple):
  """What FSIM compares, of one image of h x w pixels after downsampling.

  Attributes:
    phase: float64 [h, w], phase congruency; NaN if the image is flat.
    gradient: float64 [h, w], gradient magnitude.
    chroma: float64 [2, h, w], the I and Q planes; None for a gray image.
  """

  phase: np.ndarray
  gradient: np.ndarray
  chroma: np.ndarray | None


def fsim(reference: np.ndarray, generated: np.ndarray) -> Fsim:
  """FSIM and FSIMc of two images, symmetric in them (equations 6 to 10 of the paper).

  Args:
    reference: [H, W] or [H, W, 3] (RGB), any number type, 0..255; sides of at least 2 pixels.
    generated: the same shape.

  Returns:
    Both values; NaN where the definition is 0 / 0: if one of the images is flat (all pixels
    equal), or if neither has any structure above the noise that is estimated from it (seen in
    random images of a few pixels).

  Raises:
    ValueError: the shapes differ or are not those of images.
  """
  if np.shape(reference) != np.shape(generated):
    raise ValueError(f"expected two images of one shape, got {np.shape(reference)} and "
                     f"{np.shape(generated)}")
  return compare(features(reference), features(generated))


def features(image: np.ndarray) -> Features:
  """What FSIM needs of one image; keep it when the image is compared with several others.

  Args:
    image: [H, W] or [H, W, 3] (RGB), any number type, 0..255.

  Raises:
    ValueError: it has another shape.
  """
  image = np.asarray(image, np.float64)
  if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
    raise ValueError(f"expected an image [H, W] or [H, W, 3], got shape {image.shape}")
  factor = automatic_factor(*image.shape[:2])
  if image.ndim == 2:
    luma, chroma = downsample(image, factor), None
  else:
    # A plane is a weighted sum of channels; three products are faster than one small matrix's.
    planes = [sum(weight * image[..., channel] for channel, weight in enumerate(weights))
              for weights in _YIQ]
    luma, *others = (downsample(plane, factor) for plane in planes)
    chroma = np.stack(others)
  return Features(phase_congruency(luma), gradient_magnitude(luma), chroma)


def gradient_magnitude(plane: np.ndarray) -> np.ndarray:
  """Length of the Scharr gradient, zeros taken to lie outside: float64 [H, W] to the same."""
  padded = np.pad(plane, 1)
  across = padded[:, 2:] - padded[:, :-2]  # [H + 2, W]
  down = padded[2:] - padded[:-2]  # [H, W + 2]
  horizontal = 3 * (across[:-2] + across[2:]) + 10 * across[1:-1]
  vertical = 3 * (down[:, :-2] + down[:, 2:]) + 10 * down[:, 1:-1]
  return np.sqrt(horizontal * horizontal + vertical * vertical) / 16


def compare(reference: Features, generated: Features) -> Fsim:
  """`fsim` from the features of two images of one size, both gray or both in colour."""
  weight = np.maximum(reference.phase, generated.phase)
  similarity = (_similarity(reference.phase, generated.phase, _T_PHASE)
                * _similarity(reference.gradient, generated.gradient, _T_GRADIENT))
  similarity *= weight
  total = weight.sum()
  if not total > 0:  # NaN, or no structure anywhere in either
    return Fsim(math.nan, math.nan)
  plain = float(similarity.sum() / total)
  if reference.chroma is None:
    return Fsim(plain, plain)
  in_phase, quadrature = _similarity(reference.chroma, generated.chroma, _T_COLOUR)
  similarity *= _real_power(in_phase * quadrature)
  return Fsim(plain, float(similarity.sum() / total))


def _similarity(first: np.ndarray, second: np.ndarray, constant: float) -> np.ndarray:
  return (2 * first * second + constant) / (first * first + second * second + constant)


def _real_power(values: np.ndarray) -> np.ndarray:
  """Re(values^0.03); a negative value has a complex power, of angle 0.03 pi."""
  powers = np.abs(values) ** _CHROMA_POWER
  return np.where(values < 0, powers * math.cos(_CHROMA_POWER * math.pi), powers)
