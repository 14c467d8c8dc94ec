"""Squares cut out of photos, and how they get to their size.

Everything lies on edges of pixels: a box (left, top, right, bottom) of a photo of W x H pixels that
holds all of it is (0, 0, W, H).
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from data_tools.errors import UserError

Box = tuple[float, float, float, float]  # left, top, right, bottom, pixels


class Framing(NamedTuple):
  """How a source's photos are cut.

  Attributes:
    side: of a centred square, pixels; None: of the photo's shorter side. Not used for boxes.
    margin: added round a box at each side, as a share of its longer side.
  """

  side: int | None = None
  margin: float = 0.0


def square(photo: np.ndarray, box: Box | None, framing: Framing) -> np.ndarray:
  """Cuts the square of a photo.

  Args:
    photo: uint8 [H, W, ...].
    box: of the object; None: the square is centred in the photo.
    framing: see there.

  Returns:
    uint8 [side, side, ...].

  Raises:
    UserError: the box lies outside the photo, or the photo is smaller than the centred square.
  """
  if box is None:
    return centred(photo, framing.side)
  return around(photo, box, framing.margin)


def centred(photo: np.ndarray, side: int | None = None) -> np.ndarray:
  """The square in the middle; where the rest is odd, the pixel more is at the right and bottom."""
  height, width = photo.shape[:2]
  side = side or min(height, width)
  if side > min(height, width):
    raise UserError(f"a square of {side} pixels was to be cut out of {width} x {height} pixels; "
                    "lower --crop.")
  top, left = (height - side) // 2, (width - side) // 2
  return photo[top:top + side, left:left + side]


def around(photo: np.ndarray, box: Box, margin: float) -> np.ndarray:
  """The square round a box, its side the longer side of the box and the margins.

  It is moved into the photo as far as it fits; the rest repeats the photo's outermost pixels.

  Raises:
    UserError: less than half of the box is in the photo.
  """
  height, width = photo.shape[:2]
  left, top, right, bottom = _clipped(box, width, height)
  side = max(1, round(max(right - left, bottom - top) * (1 + 2 * margin)))
  x = _start((left + right) / 2, side, width)
  y = _start((top + bottom) / 2, side, height)
  inside = photo[max(y, 0):y + side, max(x, 0):x + side]
  below, beyond = side - inside.shape[0], side - inside.shape[1]
  padding = [(max(-y, 0), below - max(-y, 0)), (max(-x, 0), beyond - max(-x, 0))]
  return np.pad(inside, padding + [(0, 0)] * (photo.ndim - 2), mode="edge")


def _start(centre: float, side: int, length: int) -> int:
  """First pixel of a stretch round `centre`: in the photo if it fits, else with the photo in it."""
  first = int(np.floor(centre - side / 2 + 0.5))
  return min(max(first, min(0, length - side)), max(0, length - side))


def _clipped(box: Box, width: int, height: int) -> Box:
  left, top, right, bottom = box
  inner = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
  whole = max(right - left, 0) * max(bottom - top, 0)
  if not whole or 2 * max(inner[2] - inner[0], 0) * max(inner[3] - inner[1], 0) < whole:
    numbers = ", ".join(f"{number:g}" for number in box)
    raise UserError(f"its box ({numbers} = left, top, right, bottom) lies outside its "
                    f"{width} x {height} pixels; mend the list of boxes.")
  return inner


def resized(picture: np.ndarray, size: int) -> np.ndarray:
  """A square at another size, by Pillow's LANCZOS, which averages where it shrinks.

  Args:
    picture: uint8 [side, side] or [side, side, 3].

  Returns:
    uint8 [size, size] or [size, size, 3].
  """
  picture = np.ascontiguousarray(picture)
  return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS))


def halved(picture: np.ndarray) -> np.ndarray:
  """The rounded mean of every 2 x 2 pixels.

  Args:
    picture: uint8 [2 S, 2 S] or [2 S, 2 S, 3].

  Returns:
    uint8 [S, S] or [S, S, 3].
  """
  size = picture.shape[0] // 2
  blocks = picture.reshape(size, 2, size, 2, *picture.shape[2:])
  return ((blocks.sum(axis=(1, 3), dtype=np.uint16) + 2) // 4).astype(np.uint8)
