"""From a face picture to the network's square and back, as SC-Lmser's original does it.

Picture of any 4:5 size -> 250 x 200 -> white 286 x 286 canvas -> 256 x 256 crop -> [-1, 1]; and
from the network's output back to 250 x 200 pixels. Sizes and offsets are (height, width)
throughout; pictures carry a channel axis, [..., H, W, C].
"""

import dataclasses

import numpy as np
from PIL import Image

from data_tools.errors import UserError

WHITE = 255
Size = tuple[int, int]  # (height, width), pixels


@dataclasses.dataclass(frozen=True)
class Geometry:
  """The three sizes; the defaults are the original's.

  Attributes:
    face: of a picture after `resize`.
    canvas: of the white canvas, with the face in its middle.
    crop: of what the network sees.
  """

  face: Size = (250, 200)
  canvas: Size = (286, 286)
  crop: Size = (256, 256)

  def __post_init__(self):
    for face, crop, canvas in zip(self.face, self.crop, self.canvas):
      if not 1 <= face <= crop <= canvas:
        raise UserError(f"The sizes (height, width) face {self.face}, crop {self.crop} and canvas "
                        f"{self.canvas} don't nest; the face must fit into the crop and the crop "
                        "into the canvas.")

  @property
  def margin(self) -> Size:
    """Where the face begins on the canvas: (18, 43) by default."""
    return _middle(self.canvas, self.face)

  @property
  def centre(self) -> Size:
    """The offset of the evaluation's crop: (15, 15) by default."""
    return _middle(self.canvas, self.crop)

  @property
  def offsets(self) -> Size:
    """How many offsets training draws from, counted from 0: (30, 30) by default.

    The last possible offset is never drawn: the original subtracts one twice.
    """
    return tuple(max(canvas - crop, 1) for canvas, crop in zip(self.canvas, self.crop))

  def draw_offset(self, random: np.random.Generator) -> Size:
    """An offset for a training batch; the height is drawn first."""
    height, width = self.offsets
    return int(random.integers(height)), int(random.integers(width))


def _middle(outer: Size, inner: Size) -> Size:
  return (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2


def fitted_size(size: Size, face: Size = Geometry.face) -> Size:
  """The size of a picture after `resize`.

  With w, h the picture's and W, H the face's width and height: (H', W') = (max(1, floor(h W / w)),
  W); if H' > H, then (H, max(1, floor(W H / H'))).

  Args:
    size: of the picture.
    face: wanted.

  Returns:
    `face` if the ratio is near enough, else something smaller in one direction.
  """
  height, width = size
  if (height, width) == tuple(face):
    return face
  fitted = max(1, height * face[1] // width)
  if fitted > face[0]:
    return face[0], max(1, face[1] * face[0] // fitted)
  return fitted, face[1]


def resize(image: np.ndarray, face: Size = Geometry.face) -> np.ndarray:
  """Scales to the face's size, ratio kept, as Pillow's bilinear does (averages when it shrinks).

  Args:
    image: uint8 [H, W] or [H, W, 3].
    face: wanted.

  Returns:
    uint8, `fitted_size` of it; `image` itself if that is its size.
  """
  fitted = fitted_size(image.shape[:2], face)
  if fitted == image.shape[:2]:
    return image
  # One direction after the other: which one Pillow begins with depends on its version (9 began with
  # the width), and pixels are rounded in between.
  widened = Image.fromarray(image).resize((fitted[1], image.shape[0]), Image.Resampling.BILINEAR)
  return np.asarray(widened.resize(fitted[::-1], Image.Resampling.BILINEAR))


def pad(images: np.ndarray, geometry: Geometry = Geometry()) -> np.ndarray:
  """Puts faces in the middle of a white canvas.

  Args:
    images: uint8 [..., h, w, C] of the face's size.
    geometry: the sizes.

  Returns:
    uint8 [..., canvas height, canvas width, C].

  Raises:
    ValueError: the pictures are not of the face's size.
  """
  if images.shape[-3:-1] != tuple(geometry.face):
    raise ValueError(f"pictures are {images.shape[-3:-1]}, not {geometry.face}")
  (top, left), (height, width) = geometry.margin, geometry.face
  shape = (*images.shape[:-3], *geometry.canvas, images.shape[-1])
  canvas = np.full(shape, WHITE, images.dtype)
  canvas[..., top:top + height, left:left + width, :] = images
  return canvas


def crop(canvases: np.ndarray, offset: Size, geometry: Geometry = Geometry()) -> np.ndarray:
  """What the network sees of canvases [..., H, W, C]: [..., crop height, crop width, C]."""
  (top, left), (height, width) = offset, geometry.crop
  return canvases[..., top:top + height, left:left + width, :]


def window(images: np.ndarray, offset: Size, geometry: Geometry = Geometry()) -> np.ndarray:
  """`pad` and `crop` in one.

  Args:
    images: uint8 [..., h, w, C] of the face's size.
    offset: of the crop on the canvas, in pixels; `geometry.centre` for evaluation.
    geometry: the sizes.

  Returns:
    uint8 [..., crop height, crop width, C], paper 255.
  """
  return crop(pad(images, geometry), offset, geometry)


def normalise(pixels: np.ndarray) -> np.ndarray:
  """Pixels 0..255 -> v / 127.5 - 1, float32 in [-1, 1], each operation rounded to float32.

  What the networks work on. Batches hold pixels; the models do this themselves.
  """
  return np.asarray(pixels, np.float32) / np.float32(127.5) - np.float32(1)


def uncrop(outputs: np.ndarray, geometry: Geometry = Geometry()) -> np.ndarray:
  """The face in a network's output for an input cropped at `geometry.centre`, as pixels.

  Clipped to [-1, 1], (v + 1) * 127.5, rounded half to even; in float32, as the original.

  Args:
    outputs: float32 [..., crop height, crop width, C], unbounded.
    geometry: the sizes.

  Returns:
    uint8 [..., face height, face width, C]: by default of rows 3..252 and columns 28..227.

  Raises:
    UserError: an output is NaN.
  """
  if np.isnan(outputs).any():
    raise UserError("The model makes NaN instead of pictures: its training had failed; use an "
                    "earlier checkpoint.")
  (top, left), (height, width) = _middle_of_crop(geometry), geometry.face
  faces = np.asarray(outputs, np.float32)[..., top:top + height, left:left + width, :]
  scaled = (np.clip(faces, -1, 1) + np.float32(1)) * np.float32(127.5)
  return np.rint(scaled).astype(np.uint8)


def _middle_of_crop(geometry: Geometry) -> Size:
  (top, left), (row, column) = geometry.margin, geometry.centre
  return top - row, left - column
