"""XDoG and FDoG in their plain forms: what the fast forms are proved and measured against.

Step by step as defined in Winnemoeller et al., Computers & Graphics 36(6), 2012, and Kang et al.,
NPAR 2007: full two-dimensional kernels, and one pixel after the other. For pictures of up to 256
pixels.
"""

import math

import numpy as np
from scipy.signal import convolve2d


def plain_tones(photo: np.ndarray) -> np.ndarray:
  """Luma 0..1 of a photo uint8 [H, W, 3] or [H, W]."""
  photo = photo / 255
  return photo if photo.ndim == 2 else photo @ [0.299, 0.587, 0.114]


def plain_xdog(photo: np.ndarray, sigma: float, p: float, eps: float, phi: float) -> np.ndarray:
  """XDoG of a photo, before it is rounded: float [H, W], 0..1."""
  tones = plain_tones(photo)
  sigma *= min(tones.shape) / 256
  sharpened = ((1 + p) * _blurred(tones, sigma) - p * _blurred(tones, 1.6 * sigma))
  return np.where(sharpened >= eps, 1, 1 + np.tanh(phi * (sharpened - eps)))


def _blurred(tones: np.ndarray, sigma: float) -> np.ndarray:
  reach = int(4 * sigma + 0.5)
  rows, columns = np.mgrid[-reach:reach + 1, -reach:reach + 1]
  kernel = np.exp(-(rows ** 2 + columns ** 2) / (2 * sigma ** 2))
  return convolve2d(np.pad(tones, reach, mode="symmetric"), kernel / kernel.sum(), "valid")


def plain_fdog(photo: np.ndarray, sigma_c: float, sigma_m: float, rho: float, phi: float,
               tau: float, iterations: int, flow_radius: float, flow_iterations: int) -> np.ndarray:
  """FDoG of a photo, before it is rounded: float [H, W], 0..1."""
  tones = plain_tones(photo)
  scale = min(tones.shape) / 256
  flow = plain_flow(tones, flow_radius * scale, flow_iterations)
  lines = np.ones(tones.shape)
  for _ in range(iterations):
    lines = _plain_lines(np.minimum(tones, lines), flow, sigma_c * scale, sigma_m * scale, rho, phi,
                         tau)
  return lines


def plain_flow(tones: np.ndarray, radius: float, iterations: int, eta: float = 1.0) -> np.ndarray:
  """The edge tangent flow [H, W, 2], (right, down), of tones [H, W]."""
  padded = np.pad(tones, 1, mode="symmetric")
  cross = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
  right, down = convolve2d(padded, cross, "valid"), convolve2d(padded, cross.T, "valid")
  magnitude = np.sqrt(right ** 2 + down ** 2)
  magnitude[magnitude < 1e-12] = 0
  flow = np.zeros([*tones.shape, 2])
  for place in np.ndindex(tones.shape):
    if magnitude[place]:
      flow[place] = np.array([down[place], -right[place]]) / magnitude[place]
  magnitude = magnitude / max(magnitude.max(), 1e-12)
  for _ in range(iterations):
    flow = plain_smooth_tangents(flow, magnitude, radius, eta)
  return flow


def plain_smooth_tangents(flow: np.ndarray, magnitude: np.ndarray, radius: float, eta: float
                          ) -> np.ndarray:
  """One iteration of the flow [H, W, 2], weight by weight."""
  height, width = magnitude.shape
  reach = math.ceil(radius)
  result = np.zeros(flow.shape)
  for y, x in np.ndindex(height, width):
    total = np.zeros(2)
    for v in range(max(0, y - reach), min(height, y + reach + 1)):
      for u in range(max(0, x - reach), min(width, x + reach + 1)):
        if math.hypot(v - y, u - x) < radius:
          strength = (1 + math.tanh(eta * (magnitude[v, u] - magnitude[y, x]))) / 2
          along = float(flow[y, x] @ flow[v, u])
          sign = 1 if along > 0 else -1
          total += sign * strength * abs(along) * flow[v, u]
    length = math.hypot(*total)
    result[y, x] = total / length if length else total
  return result


def _plain_lines(tones: np.ndarray, flow: np.ndarray, sigma_c: float, sigma_m: float, rho: float,
                 phi: float, tau: float) -> np.ndarray:
  across = np.zeros(tones.shape)
  for place in np.ndindex(tones.shape):
    across[place] = _plain_difference(tones, flow, place, sigma_c, rho)
  lines = np.ones(tones.shape)
  for place in np.ndindex(tones.shape):
    response = _plain_mean_along(across, flow, place, sigma_m)
    value = 1 + math.tanh(phi * response) if response < 0 else 1
    lines[place] = min(1, max(0, value / tau - 0.5))
  return lines


def _plain_difference(tones: np.ndarray, flow: np.ndarray, place: tuple[int, int], sigma_c: float,
                      rho: float) -> float:
  step = min(1, sigma_c)
  reach = max(1, math.ceil(3 * 1.6 * sigma_c / step))
  ts = [step * n for n in range(-reach, reach + 1)]
  centre = [math.exp(-t * t / (2 * sigma_c ** 2)) for t in ts]
  surround = [math.exp(-t * t / (2 * (1.6 * sigma_c) ** 2)) for t in ts]
  right, down = flow[place]
  return sum((c / sum(centre) - rho * s / sum(surround))
             * _bilinear(tones, place[0] + t * right, place[1] - t * down)
             for t, c, s in zip(ts, centre, surround))


def _plain_mean_along(values: np.ndarray, flow: np.ndarray, place: tuple[int, int], sigma_m: float
                      ) -> float:
  reach = max(1, math.ceil(3 * sigma_m))
  weights = [math.exp(-s * s / (2 * sigma_m ** 2)) for s in range(reach + 1)]
  total = weights[0] * values[place]
  for sign in (1, -1):
    y, x = place
    direction = sign * flow[place]
    for weight in weights[1:]:
      y, x = y + direction[1], x + direction[0]
      total += weight * _bilinear(values, y, x)
      near = flow[round(min(max(y, 0), values.shape[0] - 1)),
                  round(min(max(x, 0), values.shape[1] - 1))]
      direction = -near if near @ direction < 0 else near
  return total / (weights[0] + 2 * sum(weights[1:]))


def _bilinear(values: np.ndarray, y: float, x: float) -> float:
  y = min(max(y, 0), values.shape[0] - 1)
  x = min(max(x, 0), values.shape[1] - 1)
  top, left = math.floor(y), math.floor(x)
  bottom, right = min(top + 1, values.shape[0] - 1), min(left + 1, values.shape[1] - 1)
  above = (1 - (x - left)) * values[top, left] + (x - left) * values[top, right]
  below = (1 - (x - left)) * values[bottom, left] + (x - left) * values[bottom, right]
  return (1 - (y - top)) * above + (y - top) * below
