"""Face pairs in memory: decoded and resized once, whatever number of epochs follows."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from data_tools.faces import geometry as geometry_module
from data_tools.faces.geometry import Geometry
from data_tools.faces.pairs import FacePair

_MODES = {"photo": "RGB", "sketch": "L"}


@dataclasses.dataclass(frozen=True)
class FaceSplit:
  """N pairs; at the original's size 200 kB each.

  Attributes:
    names: N names, of results (`FacePair.name`).
    photos: uint8 [N, h, w, 3], 0..255.
    sketches: uint8 [N, h, w, 1], 0..255.
  """

  names: tuple[str, ...]
  photos: np.ndarray
  sketches: np.ndarray

  def __len__(self) -> int:
    return len(self.names)

  def __post_init__(self):
    count, height, width = self.photos.shape[:3]
    if (self.photos.shape[3:] != (3,) or self.sketches.shape != (count, height, width, 1)
        or len(self.names) != count):
      raise ValueError(f"{len(self.names)} names, photos {self.photos.shape} and sketches "
                       f"{self.sketches.shape} don't belong together")


def read_face(path, kind: str, geometry: Geometry = Geometry()) -> np.ndarray:
  """Decodes a picture and resizes it.

  Args:
    path: of an image file; its height has to be 1.25 of its width (at the original's sizes), a
      rest of less than a pixel cut off.
    kind: "photo" or "sketch".
    geometry: the sizes.

  Returns:
    uint8 [h, w, 3] of a photo, [h, w, 1] of a sketch; 0..255.

  Raises:
    UserError: the file can't be read as an image (see `image_files.read_image`), or its ratio is
      wrong.
  """
  image = image_files.read_image(path, _MODES[kind])
  refuse_wrong_ratio(path, image.shape[:2], geometry)
  face = geometry_module.resize(image, geometry.face)
  return face.reshape(*geometry.face, -1)


def refuse_wrong_ratio(path, size: geometry_module.Size, geometry: Geometry) -> None:
  """Raises UserError if `resize` doesn't make a picture of this (height, width) the face's size."""
  if geometry_module.fitted_size(size, geometry.face) != tuple(geometry.face):
    (height, width), (face_height, face_width) = size, geometry.face
    raise UserError(f"The picture {path} is {width} x {height} pixels (width x height), which is "
                    f"not the ratio of {face_width} x {face_height}; {_way_out(size, geometry)}.")


def _way_out(size: geometry_module.Size, geometry: Geometry) -> str:
  height, width = geometry.face
  unit = math.gcd(height, width)
  times = min(size[0] * unit // height, size[1] * unit // width)
  if times == 0:
    return f"give one of {width} x {height}"
  return f"cut it to {times * width // unit} x {times * height // unit}"


def load(pairs: Sequence[FacePair], geometry: Geometry = Geometry(), desc: str = "Reading faces"
         ) -> FaceSplit:
  """Reads pairs, with a progress bar on stderr.

  Args:
    pairs: N of them, at least one.
    geometry: the sizes.
    desc: what the bar says.

  Returns:
    The pictures, in the order of `pairs`.

  Raises:
    UserError: there are no pairs, or see `read_face`.
  """
  if not pairs:
    raise UserError("There are no face pairs to read; give a data set whose split has some.")
  count = len(pairs)
  photos = np.empty([count, *geometry.face, 3], np.uint8)
  sketches = np.empty([count, *geometry.face, 1], np.uint8)
  for row, pair in enumerate(cli.progress(pairs, total=count, desc=desc, unit="pair")):
    photos[row] = read_face(pair.photo, "photo", geometry)
    sketches[row] = read_face(pair.sketch, "sketch", geometry)
  return FaceSplit(tuple(pair.name for pair in pairs), photos, sketches)
