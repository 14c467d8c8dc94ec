"""FSIM in its plain form: what the fast form is proved and measured against.

Step by step as defined in Zhang et al., IEEE TIP 20(8), 2011, and Kovesi, Videre 1(3), 1999:
nothing is kept from one image to the next, every filter is applied by a complex transform, and
convolutions are general ones.
"""

import math

import numpy as np
from scipy.signal import convolve2d

_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_SCHARR = np.array([[3.0, 0.0, -3.0], [10.0, 0.0, -10.0], [3.0, 0.0, -3.0]]) / 16


def plain_fsim(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
  """FSIM and FSIMc of two images [H, W] or [H, W, 3], 0..255."""
  (y1, i1, q1), (y2, i2, q2) = _planes(first), _planes(second)
  phase1, phase2 = plain_phase_congruency(y1), plain_phase_congruency(y2)
  slope1, slope2 = _gradient(y1), _gradient(y2)
  phase = (2 * phase1 * phase2 + 0.85) / (phase1**2 + phase2**2 + 0.85)
  slope = (2 * slope1 * slope2 + 160) / (slope1**2 + slope2**2 + 160)
  weight = np.maximum(phase1, phase2)
  i = (2 * i1 * i2 + 200) / (i1**2 + i2**2 + 200)
  q = (2 * q1 * q2 + 200) / (q1**2 + q2**2 + 200)
  chroma = ((i * q).astype(complex) ** 0.03).real
  return (float(np.sum(slope * phase * weight) / np.sum(weight)),
          float(np.sum(slope * phase * chroma * weight) / np.sum(weight)))


def plain_phase_congruency(image: np.ndarray) -> np.ndarray:
  """Phase congruency of an image [H, W]."""
  rows, columns = image.shape
  radius, theta, low_pass = _grid(rows, columns)
  spectrum = np.fft.fft2(image)
  all_energy, all_amplitude = np.zeros(image.shape), np.zeros(image.shape)
  for orientation in range(4):
    angle = orientation * math.pi / 4
    distance = np.abs(np.arctan2(np.sin(theta - angle), np.cos(theta - angle)))
    spread = np.exp(-distance**2 / (2 * (math.pi / 4 / 1.2) ** 2))
    filters, responses = [], []
    for scale in range(4):
      radial = np.exp(-np.log(radius * 6 * 2**scale) ** 2 / (2 * math.log(0.55) ** 2)) * low_pass
      radial[0, 0] = 0
      filters.append(radial * spread)
      responses.append(np.fft.ifft2(spectrum * filters[-1]))
    energy = _energy(responses) - _threshold(filters, responses[0])
    all_energy += np.maximum(energy, 0)
    all_amplitude += sum(np.abs(response) for response in responses)
  return all_energy / all_amplitude


def _planes(image):
  image = np.asarray(image, np.float64)
  factor = max(1, math.floor(min(image.shape[:2]) / 256 + 0.5))
  if image.ndim == 2:
    luma = _shrink(image, factor)
    return luma, np.ones_like(luma), np.ones_like(luma)
  return [_shrink(plane, factor) for plane in np.moveaxis(image @ _YIQ.T, 2, 0)]


def _shrink(plane, factor):
  full = convolve2d(plane, np.ones([factor, factor]) / factor**2)
  start = factor // 2
  same = full[start:start + plane.shape[0], start:start + plane.shape[1]]
  return same[::factor, ::factor]


def _gradient(plane):
  across, down = (convolve2d(plane, kernel, "same") for kernel in (_SCHARR, _SCHARR.T))
  return np.sqrt(across**2 + down**2)


def _grid(rows, columns):
  axis = lambda n: (np.arange(-n / 2, n / 2) / n if n % 2 == 0
                    else np.arange(-(n - 1) / 2, (n - 1) / 2 + 1) / (n - 1))
  x, y = np.meshgrid(axis(columns), axis(rows))
  radius = np.fft.ifftshift(np.sqrt(x**2 + y**2))
  low_pass = 1 / (1 + (radius / 0.45) ** 30)
  radius[0, 0] = 1
  return radius, np.fft.ifftshift(np.arctan2(-y, x)), low_pass


def _energy(responses):
  even, odd = sum(one.real for one in responses), sum(one.imag for one in responses)
  length = np.sqrt(even**2 + odd**2) + 1e-4
  even, odd = even / length, odd / length
  return sum(one.real * even + one.imag * odd - np.abs(one.real * odd - one.imag * even)
             for one in responses)


def _threshold(filters, finest):
  spatial = [np.fft.ifft2(one).real * math.sqrt(one.size) for one in filters]
  power = -np.median(np.abs(finest) ** 2) / math.log(0.5) / np.sum(filters[0] ** 2)
  squares = sum(np.sum(one**2) for one in spatial)
  products = sum(np.sum(spatial[s] * spatial[t]) for s in range(4) for t in range(s + 1, 4))
  tau = math.sqrt((2 * power * squares + 4 * power * products) / 2)
  return (tau * math.sqrt(math.pi / 2) + 2 * math.sqrt((2 - math.pi / 2) * tau**2)) / 1.7
