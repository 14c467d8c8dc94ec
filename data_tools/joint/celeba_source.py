"""CelebA: aligned faces of 178 x 218 pixels, with the official splits.

  DIR/img_align_celeba/NNNNNN.jpg (or DIR/Img/img_align_celeba)
  DIR/list_eval_partition.txt (or DIR/Eval/...): NAME 0, 1 or 2: train, valid, test

Source: Liu, Luo, Wang and Tang, "Deep Learning Face Attributes in the Wild", ICCV 2015.
"""

import os
import pathlib

from data_tools import image_files
from data_tools.errors import UserError
from data_tools.joint import layout, photo_tables
from data_tools.joint.crops import Framing
from data_tools.joint.photo_source import PhotoSource, SourcePhoto, needed

KIND = "celeba"
DEFAULT_CROP = 108  # pixels: the face without most of what is round it
_WIDTH = 178


def find(data_dir: str | os.PathLike, crop: int = DEFAULT_CROP) -> PhotoSource:
  """The photos of CelebA.

  Args:
    data_dir: DIR.
    crop: side of the centred square, pixels.

  Returns:
    The source; a photo is called as its file.

  Raises:
    UserError: photos or list are missing or do not belong together, a line can't be read, or the
      crop is larger than the pictures.
  """
  if not 1 <= crop <= _WIDTH:
    raise UserError(f"--crop={crop} was given, but CelebA's aligned pictures are {_WIDTH} pixels "
                    f"wide; give 1 to {_WIDTH}.")
  data_dir = pathlib.Path(data_dir)
  folder = needed(data_dir, "img_align_celeba", "Img/img_align_celeba")
  partition = needed(data_dir, "list_eval_partition.txt", "Eval/list_eval_partition.txt")
  splits = photo_tables.read(partition, 1)
  wrong = [name for name, (split,) in splits.items() if split not in (0, 1, 2)]
  if wrong:
    raise UserError(f"{partition} puts {wrong[0]} into split {splits[wrong[0]][0]:g}, but 0, 1 or "
                    "2 was expected; give the list as it comes.")
  paths = {path.name: path for path in image_files.list_images(folder)}
  photo_tables.refuse_gaps(paths, folder, splits, partition)
  photo_tables.refuse_gaps(splits, partition, paths, folder, "photo")
  return PhotoSource(KIND, tuple(
      SourcePhoto(path.stem, layout.SPLITS[int(splits[name][0])], path)
      for name, path in paths.items()), Framing(side=crop))
