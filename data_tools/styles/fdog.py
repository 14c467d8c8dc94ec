"""FDoG: a difference of Gaussians across the edges, gathered along them: long, clean lines.

Source: Kang, Lee & Chui, "Coherent line drawing", NPAR 2007.
"""

import dataclasses

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from data_tools.styles.parameters import Parameters, parameter
from data_tools.styles.tangent_flow import edge_tangent_flow
from data_tools.styles.tones import gray_tones, pixel_scale, soft_threshold, to_bytes

SURROUND = 1.6  # sigma_s / sigma_c
_REACH = 3  # the Gaussians end at so many times their width


@dataclasses.dataclass(frozen=True)
class FDoG(Parameters):
  """Parameters of `fdog`; `docs/sketch_styles.md` shows what they do."""

  sigma_c: float = parameter(
      1.0, "Width of the Gaussian across the edges: thickness of the lines. Pixels of a picture "
      "whose shorter side is 256.", above=0, at_most=16)
  sigma_m: float = parameter(
      3.0, "Width of the Gaussian along the edges: how coherent the lines are. Pixels as of "
      "sigma_c.", above=0, at_most=32)
  rho: float = parameter(
      0.99, "Weight of the surround; nearer to 1, more faint lines, and more noise.", at_least=0,
      at_most=1)
  phi: float = parameter(
      120.0, "How fast a response grows to a line; larger, more and darker lines. 1 / tone.",
      above=0, at_most=10000)
  tau: float = parameter(
      0.5, "The response, 1 + tanh(phi H), at which a line is half ink.", at_least=0.01,
      at_most=0.66)
  iterations: int = parameter(
      2, "How often the filter is applied, from the second time on with the lines laid over the "
      "photo.", at_least=1, at_most=20)
  flow_radius: float = parameter(
      5.0, "Radius within which the tangents are smoothed. Pixels as of sigma_c.", above=0,
      at_most=32)
  flow_iterations: int = parameter(
      3, "How often the tangents are smoothed.", at_least=0, at_most=20)


def fdog(photo: np.ndarray, params: FDoG = FDoG()) -> np.ndarray:
  """Draws the lines of a photo along its edge tangent flow.

  H is the difference of Gaussians across the flow, averaged along it. The line is v = 1 + tanh(phi
  H) where H < 0, else v = 1. The paper makes ink of v < tau; here tones between tau / 2 and 3 tau /
  2 become a ramp of greys, half ink at tau, so that lines have smooth borders. Each further
  iteration filters the darker of photo and lines; the flow stays the photo's. An even area is
  paper. A photo with more than 256 pixels is first blurred by about what shrinking would blur, and
  neighbours are as far apart as the pixels of its 256-pixel form, so that its time grows only with
  the number of its pixels.

  Args:
    photo: uint8 [H, W, 3] or [H, W], at least 16 pixels in each direction.
    params: widths and radius are scaled by the shorter side / 256.

  Returns:
    uint8 [H, W], 255 = paper, 0 = ink.

  Raises:
    UserError: the photo has another shape or dtype, or is too small.

  Source: Kang et al. (2007), line construction and iterative filtering.
  """
  tones = gray_tones(photo)
  scale = pixel_scale(tones)
  step = max(1.0, scale)
  tones = gaussian_filter(tones, 0.5 * np.sqrt(step ** 2 - 1))
  flow = edge_tangent_flow(tones, params.flow_radius * scale, params.flow_iterations,
                           step=int(step))
  lines = np.ones_like(tones)
  for _ in range(params.iterations):
    across = difference_across(np.minimum(tones, lines), flow, params.sigma_c * scale, params.rho,
                               step)
    response = gather_along(across, flow, params.sigma_m * scale, step)
    lines = np.clip(soft_threshold(response, 0, params.phi) / params.tau - 0.5, 0, 1)
  return to_bytes(lines)


def difference_across(tones: np.ndarray, flow: np.ndarray, sigma_c: float, rho: float,
                      step: float = 1.0) -> np.ndarray:
  """The difference of Gaussians on a line across the flow, through each pixel.

  F(x) = sum over t of I(x + t n) (G(sigma_c, t) - rho G(1.6 sigma_c, t)), n at right angles to the
  flow, both Gaussians of sum 1. Samples are bilinear, up to 3 times the wider Gaussian;
  beyond the border the nearest pixel counts.

  Args:
    tones: float [H, W].
    flow: float [H, W, 2], (right, down); where it is 0, all samples are the pixel itself.
    sigma_c: pixels.
    rho: weight of the wider Gaussian.
    step: between samples, pixels; sigma_c if that is less.

  Returns:
    float32 [H, W]; below 0 on what is darker than what lies beside it.

  Source: Kang et al. (2007), the filter across the flow.
  """
  step = min(step, sigma_c)
  places = _places(SURROUND * sigma_c / step) * step
  weights = _gaussian(places, sigma_c) - rho * _gaussian(places, SURROUND * sigma_c)
  rows, columns = _grid(tones.shape)
  tones = np.asarray(tones, np.float32)
  total = np.zeros(tones.shape, np.float32)
  for place, weight in zip(places, weights):
    total += weight * _look_up(tones, rows + place * flow[..., 0], columns - place * flow[..., 1])
  return total


def gather_along(values: np.ndarray, flow: np.ndarray, sigma_m: float, step: float = 1.0
                 ) -> np.ndarray:
  """The Gaussian mean along the streamline through each pixel.

  The streamline is followed both ways, up to 3 sigma_m, each step in the direction of the nearest
  pixel, turned round where it points back. Values are bilinear; beyond the border the nearest pixel
  counts.

  Args:
    values: float [H, W].
    flow: float [H, W, 2], (right, down), of length 1; where it is 0, the streamline ends.
    sigma_m: pixels.
    step: pixels.

  Returns:
    float32 [H, W].

  Source: Kang et al. (2007), the accumulation along the flow.
  """
  weights = _gaussian(_places(sigma_m / step) * step, sigma_m)
  middle = len(weights) // 2
  values = np.asarray(values, np.float32)
  # Of the length of a step, and [2, H, W], which is quick to look up.
  flow = np.ascontiguousarray(step * np.moveaxis(flow, 2, 0), np.float32)
  total = weights[middle] * values
  for sign in (1, -1):
    rows, columns = _grid(values.shape)
    right, down = sign * flow
    for weight in weights[middle + 1:]:
      rows, columns = rows + down, columns + right
      total += weight * _look_up(values, rows, columns)
      right, down = _onward(flow, rows, columns, right, down)
  return total


def _onward(flow: np.ndarray, rows: np.ndarray, columns: np.ndarray, right: np.ndarray,
            down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """The flow [2, H, W] at the nearest pixels, turned so that it goes on as (right, down) does."""
  _, height, width = flow.shape
  nearest = (np.rint(np.clip(rows, 0, height - 1)).astype(np.intp) * width
             + np.rint(np.clip(columns, 0, width - 1)).astype(np.intp))
  new_right, new_down = flow[0].take(nearest), flow[1].take(nearest)
  turn = np.where(new_right * right + new_down * down < 0, np.float32(-1), np.float32(1))
  return new_right * turn, new_down * turn


def _look_up(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
  return map_coordinates(values, [rows, columns], order=1, mode="nearest")


def _grid(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
  """Row and column of each pixel: float32 [H, W] each."""
  return tuple(np.indices(shape, np.float32))


def _places(sigma: float) -> np.ndarray:
  """Whole numbers from -n to n, n the reach of a Gaussian, at least 1."""
  reach = max(1, int(np.ceil(_REACH * sigma)))
  return np.arange(-reach, reach + 1)


def _gaussian(places: np.ndarray, sigma: float) -> np.ndarray:
  """Weights of sum 1: float32 [n]."""
  weights = np.exp(-0.5 * (places / sigma) ** 2)
  return (weights / weights.sum()).astype(np.float32)
