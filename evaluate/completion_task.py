"""What of joint images is known, and what is to be generated: a half, or what a mask leaves."""

import dataclasses
import os

import numpy as np

from data_tools.errors import UserError
from data_tools.image_files import read_image
from data_tools.joint import halves
from models.contextual_gan.completion import DIRECTIONS, check_mask, half_mask

SKETCH_TO_PHOTO, PHOTO_TO_SKETCH = DIRECTIONS
_WHITE, _UNKNOWN = 255, 128  # grey values: of known pixels of a mask; of unknown ones where shown


@dataclasses.dataclass(frozen=True)
class Task:
  """Which pixels are known.

  Attributes:
    direction: one of DIRECTIONS; None: a mask of another kind.
    mask: float32 [S, 2 S, 1], 1 where pixels are known, else 0.
  """

  direction: str | None
  mask: np.ndarray

  @property
  def words(self) -> str:
    """Such as "sketch to photo"."""
    return self.direction.replace("_", " ") if self.direction else "by a mask"

  @property
  def makes_photos(self) -> bool:
    """Whether the generated part is a photo."""
    return self.direction == SKETCH_TO_PHOTO

  def given(self, joint: np.ndarray) -> np.ndarray:
    """The known half of joint images; of another mask all of them, gray where nothing is known.

    Args:
      joint: uint8 [..., S, 2 S, 3].

    Returns:
      uint8 [..., S, S] of a sketch, [..., S, S, 3] of a photo, or [..., S, 2 S, 3].
    """
    if self.direction:
      return halves.halves(joint)[self.direction == PHOTO_TO_SKETCH]
    return np.where(self.mask == 1, joint, np.uint8(_UNKNOWN))

  def made(self, joint: np.ndarray) -> np.ndarray:
    """The other half, which is to be generated; of another mask all; shapes as of `given`."""
    if self.direction:
      return halves.halves(joint)[self.direction == SKETCH_TO_PHOTO]
    return joint

  def completed(self, joint: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """What is known of `joint`, and what was generated elsewhere: uint8 [..., S, 2 S, 3]."""
    return np.where(self.mask == 1, joint, generated)


def find(direction: str | None, mask: str | os.PathLike | None, size: int) -> Task:
  """The task of a command line.

  Args:
    direction: one of DIRECTIONS, or None.
    mask: a picture of 2 S x S pixels, white where pixels are known and black elsewhere, or None.
    size: S.

  Raises:
    UserError: both or none are given, or the picture is no such mask.
  """
  if (direction is None) == (mask is None):
    given = "Neither --direction nor" if mask is None else "Both --direction and"
    raise UserError(f"{given} --mask were given; say what is known by one of them.")
  if direction is not None:
    return Task(direction, half_mask(size, direction).numpy())
  return Task(None, _read_mask(mask, size))


def _read_mask(path: str | os.PathLike, size: int) -> np.ndarray:
  gray = read_image(path, "L")[..., None]
  if not np.isin(gray, (0, _WHITE)).all():
    raise UserError(f"The mask {path} has gray pixels; make them white where pixels are known, and "
                    "black elsewhere.")
  if not gray.any():
    raise UserError(f"The mask {path} is empty, all of it black, so no pixel is known that a "
                    "search could go by; make known pixels white.")
  mask = (gray == _WHITE).astype(np.float32)
  check_mask(mask, size)
  return mask
