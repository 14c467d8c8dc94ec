"""Photocopy: what is darker than its neighbourhood becomes ink, as toner does at edges."""

import dataclasses

import numpy as np
from scipy.ndimage import gaussian_filter

from data_tools.errors import UserError
from data_tools.styles.parameters import Parameters, parameter
from data_tools.styles.tones import gray_tones, pixel_scale, to_bytes


@dataclasses.dataclass(frozen=True)
class Photocopy(Parameters):
  """Parameters of `photocopy`; `docs/sketch_styles.md` shows what they do.

  Raises:
    UserError: see `Parameters`, or `black` is not below `white`.
  """

  sigma: float = parameter(
      6.0, "Width of the Gaussian that takes the mean of the neighbourhood. Pixels of a picture "
      "whose shorter side is 256.", above=0, at_most=128)
  smooth: float = parameter(
      0.8, "Width of the Gaussian that calms the picture first. Pixels as of sigma.", at_least=0,
      at_most=32)
  white: float = parameter(
      0.98, "From this share of the neighbourhood's tone up there is paper.", above=0, at_most=10)
  black: float = parameter(
      0.6, "Up to this share there is full ink, between the two a ramp.", at_least=0, at_most=10)
  offset: float = parameter(
      0.1, "Added to both tones, so that noise in dark areas is not magnified. A tone, white being "
      "1.", above=0, at_most=10)

  def __post_init__(self):
    super().__post_init__()
    if self.black >= self.white:
      raise UserError(f"black is {self.black} and white {self.white}, but black must be below "
                      "white.")


def photocopy(photo: np.ndarray, params: Photocopy = Photocopy()) -> np.ndarray:
  """Draws a photo by its tones' shares q of the mean around them.

  q = (G(smooth) * I + offset) / (G(sigma) * I + offset), and the sketch is
  (q - black) / (white - black), clipped to 0..1. An even area, however dark, has q = 1, so it is
  paper unless white is above 1. The Gaussians end at four times their width; over the border the
  picture is mirrored.

  Args:
    photo: uint8 [H, W, 3] or [H, W], at least 16 pixels in each direction.
    params: widths are scaled by the shorter side / 256.

  Returns:
    uint8 [H, W], 255 = paper, 0 = ink.

  Raises:
    UserError: the photo has another shape or dtype, or is too small.

  Source: the effect of that name in image editors; the formula is ours.
  """
  tones = gray_tones(photo)
  scale = pixel_scale(tones)
  calm = gaussian_filter(tones, params.smooth * scale)
  mean = gaussian_filter(tones, params.sigma * scale)
  share = (calm + params.offset) / (mean + params.offset)
  return to_bytes((share - params.black) / (params.white - params.black))
