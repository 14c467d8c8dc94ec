"""Phase congruency: how well the frequencies of an image agree on a feature, at each pixel.

Source: Kovesi, "Image features from phase congruency", Videre 1(3), 1999, with the settings of
Zhang et al., IEEE TIP 20(8), 2011. Four scales by four orientations of log-Gabor filters, as
products in the frequency domain. All in float64.

The filters are one-sided, so a response is complex: its real part is the even and its imaginary
part the odd filter's. Both are real images. They come from the parts of the filter that are
symmetric and antisymmetric in frequency, over half the spectrum, by transforms to real values: the
same numbers, without complex arithmetic afterwards.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import scipy.fft

SCALES, ORIENTATIONS = 4, 4
_SMALLEST_WAVELENGTH, _WAVELENGTH_FACTOR = 6.0, 2.0  # pixels
_SIGMA_ON_F = 0.55
_ANGULAR_SIGMA = math.pi / ORIENTATIONS / 1.2
_NOISE_DEVIATIONS = 2.0
_EPSILON = 1e-4
_LOW_PASS_CUTOFF, _LOW_PASS_ORDER = 0.45, 15
_THRESHOLD_DIVISOR = 1.7  # found by experiment, says the paper's program
SMALLEST_SIDE = 2  # the frequency grid of a single row or column is 0 / 0
_SIZES_KEPT = 8


class _Filters(NamedTuple):
  """What depends on the size of the image only; h = W // 2 + 1.

  Attributes:
    even: float64 [R, S, H, h], the symmetric part of each filter.
    odd: float64 [R, S, H, h], the antisymmetric part.
    noise: float64 [R], what the median of the finest scale's squared amplitude is multiplied
      with to give the noise threshold's square.
  """

  even: np.ndarray
  odd: np.ndarray
  noise: np.ndarray


def phase_congruency(image: np.ndarray) -> np.ndarray:
  """Phase congruency, summed over orientations: energy above the noise / sum of amplitudes.

  Args:
    image: float64 [H, W], 0..255, at least two pixels along each side.

  Returns:
    float64 [H, W], about 0..1; NaN everywhere if all pixels are equal (0 / 0 in the definition).

  Raises:
    ValueError: the image has not two axes, or a side of one pixel.
  """
  image = np.asarray(image, np.float64)
  if image.ndim != 2 or min(image.shape) < SMALLEST_SIDE:
    raise ValueError(f"expected an image [H, W] of at least {SMALLEST_SIDE} x {SMALLEST_SIDE}, got "
                     f"shape {image.shape}")
  if image.min() == image.max():
    return np.full(image.shape, np.nan)
  filters = _filters(*image.shape)
  spectrum = scipy.fft.rfft2(image)  # [H, h]
  energy, amplitude = np.zeros(image.shape), np.zeros(image.shape)
  for orientation in range(ORIENTATIONS):
    even = scipy.fft.irfft2(spectrum * filters.even[orientation], s=image.shape,
                            overwrite_x=True)  # [S, H, W]
    odd = scipy.fft.irfft2(-1j * spectrum * filters.odd[orientation], s=image.shape,
                           overwrite_x=True)
    own_energy, own_amplitude = _energy(even, odd, filters.noise[orientation])
    energy += own_energy
    amplitude += own_amplitude
  return energy / amplitude


def _energy(even: np.ndarray, odd: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
  """Energy above the noise and summed amplitude of one orientation.

  The sum over scales of (even * mean even + odd * mean odd) is (sum even^2 + sum odd^2) / X, as
  the means are those sums divided by X.

  Args:
    even: float64 [S, H, W], real parts of the responses.
    odd: float64 [S, H, W], imaginary parts.
    noise: see `_Filters`.

  Returns:
    float64 [H, W] each.
  """
  squared = even * even
  squared += odd * odd
  median = np.median(squared[0])  # before the root is taken in its place
  sum_even, sum_odd = even.sum(axis=0), odd.sum(axis=0)
  total = sum_even * sum_even + sum_odd * sum_odd
  length = np.sqrt(total) + _EPSILON
  energy = total / length
  even *= sum_odd / length
  odd *= sum_even / length
  even -= odd
  energy -= np.abs(even, out=even).sum(axis=0)
  energy -= math.sqrt(median * noise)
  amplitude = np.sqrt(squared, out=squared).sum(axis=0)
  return np.maximum(energy, 0.0, out=energy), amplitude


@functools.lru_cache(maxsize=_SIZES_KEPT)
def _filters(rows: int, columns: int) -> _Filters:
  radius, angle = _polar_grid(rows, columns)
  radial = _radial_parts(radius)  # [S, H, W]
  even, odd, noise = [], [], []
  half = columns // 2 + 1
  for orientation in range(ORIENTATIONS):
    full = radial * _angular_part(angle, orientation)  # [S, H, W]
    mirrored = np.roll(full[:, ::-1, ::-1], 1, axis=(1, 2))  # at the negated frequencies
    even.append((full + mirrored)[..., :half] / 2)
    odd.append((full - mirrored)[..., :half] / 2)
    noise.append(_noise_factor(full))
  return _Filters(np.stack(even), np.stack(odd), np.array(noise))


def _polar_grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
  """Radius and angle of each frequency, float64 [H, W], frequency zero at [0, 0]."""
  y, x = np.meshgrid(_frequencies(rows), _frequencies(columns), indexing="ij")
  return np.hypot(x, y), np.arctan2(-y, x)


def _frequencies(count: int) -> np.ndarray:
  """Cycles per pixel; an odd count is divided by count - 1, as the original does."""
  whole = np.arange(count) - count // 2
  return scipy.fft.ifftshift(whole / (count if count % 2 == 0 else count - 1))


def _radial_parts(radius: np.ndarray) -> np.ndarray:
  """Log-Gabor functions of the radius, cut off towards the corners: float64 [S, H, W]."""
  low_pass = 1 / (1 + (radius / _LOW_PASS_CUTOFF) ** (2 * _LOW_PASS_ORDER))
  radius = radius.copy()
  radius[0, 0] = 1.0  # any value that has a logarithm
  wavelengths = _SMALLEST_WAVELENGTH * _WAVELENGTH_FACTOR ** np.arange(SCALES)
  distance = np.log(radius * wavelengths[:, None, None])
  parts = np.exp(-distance**2 / (2 * math.log(_SIGMA_ON_F) ** 2)) * low_pass
  parts[:, 0, 0] = 0.0
  return parts


def _angular_part(angle: np.ndarray, orientation: int) -> np.ndarray:
  """Gaussian of the angle to the orientation, float64 [H, W]; falls off all the way round."""
  difference = angle - orientation * math.pi / ORIENTATIONS
  distance = np.arctan2(np.sin(difference), np.cos(difference))
  return np.exp(-distance**2 / (2 * _ANGULAR_SIGMA**2))


def _noise_factor(filters: np.ndarray) -> float:
  """Threshold^2 / median of the finest scale's squared amplitude, for filters [S, H, W].

  The noise is taken to be Rayleigh distributed with tau^2 = half the energy that white noise of
  the finest scale's power leaves in all filters together (Kovesi 1999, section on noise).
  """
  size = filters.shape[-2] * filters.shape[-1]
  spatial = scipy.fft.ifft2(filters).real * math.sqrt(size)
  squares = np.sum(spatial**2)
  # Over all pairs of scales s < t, f_s * f_t: half of (square of the sum - sum of the squares).
  products = (np.sum(spatial.sum(axis=0) ** 2) - squares) / 2
  power = 1 / math.log(2) / np.sum(filters[0] ** 2)  # times the median
  tau_squared = power * (2 * squares + 4 * products) / 2
  deviations = math.sqrt(math.pi / 2) + _NOISE_DEVIATIONS * math.sqrt(2 - math.pi / 2)
  return float(tau_squared * (deviations / _THRESHOLD_DIVISOR) ** 2)
