"""Between pictures of bytes and tones from 0 to 1: photos in, sketches out."""

import numpy as np

from data_tools.errors import UserError

SMALLEST_SIDE = 16  # pixels
REFERENCE_SIDE = 256  # shorter side of the picture whose pixels the parameters count in
_LUMA = (299.0, 587.0, 114.0)  # per thousand, ITU-R BT.601


def gray_tones(photo: np.ndarray) -> np.ndarray:
  """The luma of a photo, 0.299 R + 0.587 G + 0.114 B.

  A gray photo and the same one in three equal channels give exactly the same.

  Args:
    photo: uint8 [H, W, 3], RGB, or [H, W], gray; at least 16 pixels in each direction.

  Returns:
    float64 [H, W], 0 = black, 1 = white.

  Raises:
    UserError: another shape or dtype, or too small.
  """
  photo = np.asarray(photo)
  if photo.dtype != np.uint8 or photo.ndim not in (2, 3) or photo.shape[2:] not in ((), (3,)):
    raise UserError(f"A photo of {photo.dtype} {list(photo.shape)} was given, but sketches are "
                    "made from uint8 [height, width, 3] or [height, width]; convert it first.")
  height, width = photo.shape[:2]
  if min(height, width) < SMALLEST_SIDE:
    raise UserError(f"A photo of {width} x {height} pixels was given, but sketches are made from "
                    f"at least {SMALLEST_SIDE} x {SMALLEST_SIDE}; give a larger one.")
  if photo.ndim == 2:
    return photo * sum(_LUMA) / (255 * sum(_LUMA))
  planes = np.moveaxis(photo, 2, 0)  # sums of whole numbers are exact, one rounding at the end
  return sum(share * plane for share, plane in zip(_LUMA, planes)) / (255 * sum(_LUMA))


def pixel_scale(tones: np.ndarray) -> float:
  """Pixels of this picture [H, W] for one of a picture whose shorter side is 256."""
  return min(tones.shape) / REFERENCE_SIDE


def soft_threshold(values: np.ndarray, eps: float, phi: float) -> np.ndarray:
  """White from `eps` up, below it darker and darker: 1 + tanh(phi (u - eps)).

  Args:
    values: float, u; of any shape, a tone of 1 being white.
    eps: a tone.
    phi: steepness, 1 / tone.

  Returns:
    float of the same shape, in 0..1.

  Source: Winnemoeller, Kyprianidis & Olsen, Computers & Graphics 36(6), 2012, the
  soft threshold T.
  """
  return 1 + np.tanh(phi * np.minimum(values - eps, 0))


def to_bytes(tones: np.ndarray) -> np.ndarray:
  """A sketch as bytes: tones 0..1 -> uint8, 0 = ink, 255 = paper; values beyond are clipped."""
  return np.rint(255 * np.clip(tones, 0, 1)).astype(np.uint8)
