"""One photo and its sketch, as the first stage's self-supervision wants to see them.

The style of a photo must not depend on how it lies, so the photo is given a second time, distorted.
The content of a sketch must not depend on how it is drawn, so the sketch is given four times: as
it is, bold, with parts erased, and bold with other parts erased.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from data_tools.sketch_sets import picture_steps, random_erasing
from data_tools.sketch_sets.picture_steps import Offset
from data_tools.sketch_sets.random_erasing import Rectangle

_DISTORTED = 1.3  # the distorted photo is cropped from int(this * S) pixels
_ANGLE = 30.0  # degrees, to either side


@dataclasses.dataclass(frozen=True)
class Draw:
  """Everything that is random about the views of one photo.

  Attributes:
    mirrored: whether photo and sketch are, before all else.
    distorted_offset: of the distorted photo's crop on int(1.3 S) pixels.
    angle: by which it is then turned, degrees counter-clockwise.
    distorted_mirrored: whether it is then mirrored, by itself.
    offset: of the others' common crop on int(1.1 S) pixels; None: not cropped.
    erased: what is erased of the sketch.
    erased_bold: what is erased of the bold sketch.
  """

  mirrored: bool
  distorted_offset: Offset
  angle: float
  distorted_mirrored: bool
  offset: Offset | None
  erased: tuple[Rectangle, ...]
  erased_bold: tuple[Rectangle, ...]


class Views(NamedTuple):
  """What comes of a photo and its sketch; uint8, 0..255, paper 255.

  Attributes:
    distorted: [S, S, 3], the photo turned, its corners black.
    photo: [S, S, 3].
    sketch: [S, S], like the next three where the photo is.
    bold: lines two pixels wider, at the size that the sketch came in.
    erased: the sketch without up to two rectangles.
    erased_bold: likewise the bold sketch; other rectangles.
  """

  distorted: np.ndarray
  photo: np.ndarray
  sketch: np.ndarray
  bold: np.ndarray
  erased: np.ndarray
  erased_bold: np.ndarray


def draw(random: np.random.Generator, size: int, crop: bool = True) -> Draw:
  """Draws for one photo.

  Args:
    random: where the numbers come from.
    size: S.
    crop: whether photo and sketches are cropped; the distorted photo always is.
  """
  larger = picture_steps.larger_size
  return Draw(
      mirrored=bool(random.integers(2)),
      distorted_offset=picture_steps.draw_offset(random, size, larger(size, _DISTORTED)),
      angle=float(random.uniform(-_ANGLE, _ANGLE)),
      distorted_mirrored=bool(random.integers(2)),
      offset=(picture_steps.draw_offset(random, size, larger(size, picture_steps.CROP))
              if crop else None),
      erased=random_erasing.draw_rectangles(random, size),
      erased_bold=random_erasing.draw_rectangles(random, size))


def views(photo: np.ndarray, sketch: np.ndarray, size: int, drawn: Draw) -> Views:
  """The views of a photo and its sketch.

  Args:
    photo: uint8 [h, w, 3].
    sketch: uint8 [h', w'].
    size: S.
    drawn: see `draw`.
  """
  images = photo, sketch, picture_steps.bold(sketch)
  if drawn.mirrored:
    images = tuple(picture_steps.mirrored(image) for image in images)
  seen, plain, thick = picture_steps.framed(images, size, drawn.offset)
  return Views(_distorted(images[0], size, drawn), seen, plain, thick,
               random_erasing.erased(plain, drawn.erased),
               random_erasing.erased(thick, drawn.erased_bold))


def _distorted(photo: np.ndarray, size: int, drawn: Draw) -> np.ndarray:
  larger = picture_steps.resized(photo, picture_steps.larger_size(size, _DISTORTED))
  window = picture_steps.cropped(larger, drawn.distorted_offset, size)
  turned = picture_steps.rotated(window, drawn.angle)
  return picture_steps.mirrored(turned) if drawn.distorted_mirrored else turned
