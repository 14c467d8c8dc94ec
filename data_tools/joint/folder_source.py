"""Any folder of photos; a share of them, told by their names, is held out to validate and test."""

import hashlib
import os

from data_tools import image_files
from data_tools.joint.crops import Framing
from data_tools.joint.photo_source import PhotoSource, SourcePhoto

KIND = "folder"


def find(data_dir: str | os.PathLike, crop: int | None = None, holdout: float = 0.1) -> PhotoSource:
  """The photos of a folder, those of folders in it left aside.

  Args:
    data_dir: the folder, or a text file with one path a line.
    crop: side of the centred square, pixels; None: of each photo's shorter side.
    holdout: share of the photos for each of valid and test.

  Returns:
    The source; a photo is called as its file.

  Raises:
    UserError: no photos, or two whose names differ only in their endings.
  """
  photos = [SourcePhoto(path.stem, split_of(path.stem, holdout), path)
            for path in image_files.list_images(data_dir)]
  return PhotoSource(KIND, tuple(photos), Framing(side=crop))


def split_of(name: str, holdout: float) -> str:
  """The split of a name, whatever the other names are.

  Args:
    name: without ending.
    holdout: share of all names for each of valid and test.

  Returns:
    "valid", "test" or "train".
  """
  digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
  place = int.from_bytes(digest[:8], "big") / 2 ** 64
  return "valid" if place < holdout else "test" if place < 2 * holdout else "train"
