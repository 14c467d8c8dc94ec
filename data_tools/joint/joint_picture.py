"""From a photo file to its joint pictures, one in each style.

The square is resized to twice the size, drawn there, and photo and sketch are both halved: the
programs that draw need more than 64 pixels to find lines.
"""

import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from data_tools import files, image_files
from data_tools.errors import UserError
from data_tools.joint import crops, halves, layout, sketch_styles
from data_tools.joint.crops import Framing
from data_tools.joint.photo_source import SourcePhoto


class Task(NamedTuple):
  """Joint pictures of one photo that are to be made.

  Attributes:
    photo: which.
    framing: how it is cut.
    styles: those to draw.
    size: S, pixels.
    folder: of the joint pictures.
    skip_small: leave a photo out that is smaller than S.
  """

  photo: SourcePhoto
  framing: Framing
  styles: tuple[str, ...]
  size: int
  folder: pathlib.Path
  skip_small: bool


def write(task: Task) -> bool:
  """Makes the files of a task.

  Returns:
    Whether they were made: False for a photo that is too small.

  Raises:
    UserError: the photo or its sketch can't be read, is too small, or does not fit its box; a file
      can't be written.
  """
  image = image_files.read_image(task.photo.path, "RGB")
  if min(image.shape[:2]) < task.size:
    if task.skip_small:
      return False
    raise UserError(f"photos too small: {task.photo.path} has {image.shape[1]} x {image.shape[0]} "
                    f"pixels, for joint pictures of size {task.size}; lower --size, or leave such "
                    "photos out with --skip_small.")
  large = _square(image, task)
  small = crops.halved(large)
  for style in task.styles:
    joint = halves.joined(crops.halved(_sketch(task, large, image.shape[:2], style)), small)
    path = layout.picture_path(task.folder, task.photo.split, style, task.photo.name)
    with files.atomic_path(path) as scratch:
      Image.fromarray(joint).save(scratch, compress_level=3)
  return True


def _square(image: np.ndarray, task: Task) -> np.ndarray:
  """The part that is shown: uint8 [2 S, 2 S, ...]."""
  try:
    cut = crops.square(image, task.photo.box, task.framing)
  except UserError as error:
    raise UserError(f"The photo {task.photo.path} can't be cut: {error}") from error
  return crops.resized(cut, 2 * task.size)


def _sketch(task: Task, large: np.ndarray, shape: tuple[int, ...], style: str) -> np.ndarray:
  """The sketch of the same part: uint8 [2 S, 2 S]."""
  if style != sketch_styles.PENCIL:
    return sketch_styles.draw(large, style)
  own = image_files.read_image(task.photo.sketch, "L")
  if own.shape != shape:
    raise UserError(f"The sketch {task.photo.sketch} has not the size of its photo "
                    f"{task.photo.path}; make the folder again.")
  return _square(own, task)
