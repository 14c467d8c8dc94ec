"""What happens to single pictures, as the original does it with Pillow, equal to the byte.

Pictures are uint8, [H, W, 3] or [H, W]; S is the side of what the networks see. Everything random
is an argument.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

CROP = 1.1  # pictures are resized to int(this * S) before a crop of S
Offset = tuple[int, int]  # (top, left), pixels


def resized(image: np.ndarray, size: int) -> np.ndarray:
  """The whole picture as a square [size, size, ...]: Pillow's bilinear, which averages.

  The ratio of the sides is not kept: photo and sketch lie on each other if they show the same,
  whatever their sizes.
  """
  return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR))


def cropped(image: np.ndarray, offset: Offset, size: int) -> np.ndarray:
  """The square [size, size, ...] at an offset of a picture."""
  top, left = offset
  return image[top:top + size, left:left + size]


def mirrored(image: np.ndarray) -> np.ndarray:
  """Left and right exchanged: a copy, which Pillow reads faster than a view."""
  return image.take(np.arange(image.shape[1])[::-1], axis=1)


def bold(sketch: np.ndarray) -> np.ndarray:
  """Thicker lines: the darkest of the 3 x 3 pixels around each, as far as they are in the picture.

  Args:
    sketch: uint8 [H, W].
  """
  darkest = sketch.copy()
  np.minimum(darkest[1:], sketch[:-1], out=darkest[1:])
  np.minimum(darkest[:-1], sketch[1:], out=darkest[:-1])
  across = darkest.copy()
  np.minimum(across[:, 1:], darkest[:, :-1], out=across[:, 1:])
  np.minimum(across[:, :-1], darkest[:, 1:], out=across[:, :-1])
  return across


def rotated(image: np.ndarray, angle: float) -> np.ndarray:
  """Turned about the middle on a picture of the same size, nearest pixels, corners black.

  Args:
    image: uint8 [H, W, 3].
    angle: degrees, counter-clockwise.
  """
  return np.asarray(Image.fromarray(image).rotate(angle, Image.Resampling.NEAREST, fillcolor=0))


def larger_size(size: int, factor: float) -> int:
  """The side of a picture of which S x S are cropped: int(factor * S)."""
  return int(factor * size)


def draw_offset(random: np.random.Generator, size: int, larger: int) -> Offset:
  """A place for a crop of `size` on `larger`, every one as likely; the height is drawn first."""
  top, left = random.integers(larger - size + 1, size=2)
  return int(top), int(left)


def framed(images: Sequence[np.ndarray], size: int, offset: Offset | None) -> list[np.ndarray]:
  """Pictures that belong together as squares: one crop for all of them, or none.

  Args:
    images: uint8 [h, w] or [h, w, 3], of any sizes.
    size: S.
    offset: of the crop on int(1.1 S) pixels; None: all of the picture is resized to S.

  Returns:
    uint8 [S, S] or [S, S, 3] each.
  """
  if offset is None:
    return [resized(image, size) for image in images]
  larger = larger_size(size, CROP)
  return [cropped(resized(image, larger), offset, size) for image in images]


def scaled(pixels: np.ndarray) -> np.ndarray:
  """What the networks work on: v / 255 * 2 - 1, float32 in [-1, 1], paper +1.

  Batches hold pixels; the models do this themselves.
  """
  return np.asarray(pixels, np.float32) / np.float32(255) * np.float32(2) - np.float32(1)
