"""Edge tangent flow: for each pixel the direction in which the edge near it runs.

Source: Kang, Lee & Chui, "Coherent line drawing", NPAR 2007.
"""

import numpy as np
from scipy.ndimage import sobel

_TINY = 1e-12


def edge_tangent_flow(tones: np.ndarray, radius: float = 5.0, iterations: int = 3,
                      eta: float = 1.0, step: int = 1) -> np.ndarray:
  """Smooths the edges' tangents so that strong edges turn weak ones near them into their way.

  The first tangents are the Sobel gradient, turned by 90 degrees. Each iteration is
  `smooth_tangents` with magnitudes between 0 and 1, those of the picture itself in all iterations.

  Args:
    tones: float [H, W], 0..1.
    radius: of the neighbourhood, pixels.
    iterations: how often; 0 gives the first tangents.
    eta: how much a stronger edge counts more.
    step: every so many rows and columns of the neighbourhood count; 1 in the paper.

  Returns:
    float32 [H, W, 2]: (right, down) of length 1, or 0 where the picture is even. The light side is
    on the right hand of who looks along the tangent in the picture.

  Source: Kang et al. (2007), edge tangent flow.
  """
  right, down = sobel(tones, 1), sobel(tones, 0)
  magnitude = np.hypot(right, down)
  magnitude[magnitude < _TINY] = 0
  tangents = _unit(np.stack([down, -right], -1) * (magnitude > 0)[..., None])
  magnitude = magnitude / max(magnitude.max(), _TINY)
  for _ in range(iterations):
    tangents = smooth_tangents(tangents, magnitude, radius, eta, step)
  return tangents


def smooth_tangents(tangents: np.ndarray, magnitude: np.ndarray, radius: float,
                    eta: float = 1.0, step: int = 1) -> np.ndarray:
  """One iteration: t'(x) = sum over y of phi(x, y) w_s w_m(x, y) w_d(x, y) t(y), of length 1.

  w_s = 1 for |x - y| < radius, w_m = (1 + tanh(eta (g(y) - g(x)))) / 2, w_d = |t(x) . t(y)|, and
  phi is the sign of t(x) . t(y). As phi w_d = t(x) . t(y), the sum is the matrix of the sums of
  w_m t(y) t(y)^T, times t(x); and w_m = E(y) / (E(x) + E(y)) with E = exp(2 eta g).

  Args:
    tangents: [H, W, 2], of length 1 or 0. Beyond the border there are none.
    magnitude: [H, W], g, 0..1.
    radius: pixels.
    eta: see above.
    step: see `edge_tangent_flow`.

  Returns:
    float32 [H, W, 2], of length 1 or 0.

  Source: Kang et al. (2007), the filter of the edge tangent flow and its weights.
  """
  height, width = magnitude.shape
  pad = int(np.ceil(radius))
  strength = np.exp(2 * eta * np.asarray(magnitude, np.float32))
  padded_strength = np.pad(strength, pad, constant_values=1)
  x, y = np.moveaxis(np.asarray(tangents, np.float32), 2, 0)
  products = [np.pad(product, pad) for product in (x * x, x * y, y * y)]
  sums = np.zeros([3, height, width], np.float32)
  for row, column in _disc(radius, step):
    window = (slice(pad + row, pad + row + height), slice(pad + column, pad + column + width))
    other = padded_strength[window]
    weight = other / (strength + other)
    for total, product in zip(sums, products):
      total += weight * product[window]
  xx, xy, yy = sums
  return _unit(np.stack([xx * x + xy * y, xy * x + yy * y], -1))


def _disc(radius: float, step: int) -> np.ndarray:
  """Offsets (down, right) nearer than `radius`, multiples of `step`: int [n, 2]."""
  count = int(radius) // step
  reach = np.arange(-count, count + 1) * step
  offsets = np.stack(np.meshgrid(reach, reach, indexing="ij"), -1).reshape(-1, 2)
  return offsets[(offsets ** 2).sum(1) < radius ** 2]


def _unit(vectors: np.ndarray) -> np.ndarray:
  """Vectors [..., 2] of length 1; those of length 0 stay."""
  length = np.hypot(vectors[..., 0], vectors[..., 1])[..., None]
  return (vectors / np.where(length > 0, length, 1)).astype(np.float32)
