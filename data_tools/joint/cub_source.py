"""Caltech-UCSD Birds-200-2011: birds with boxes, official train and test splits, no valid.

  DIR/images.txt               NUMBER CLASS_FOLDER/FILE
  DIR/bounding_boxes.txt       NUMBER x y width height, pixels
  DIR/train_test_split.txt     NUMBER 1 (train) or 0 (test)
  DIR/image_class_labels.txt   NUMBER CLASS
  DIR/images/CLASS_FOLDER/FILE

DIR may also be the folder that holds CUB_200_2011.

Source: Wah, Branson, Welinder, Perona and Belongie, "The Caltech-UCSD Birds-200-2011 Dataset",
2011.
"""

import os
import pathlib

from data_tools.errors import UserError
from data_tools.joint import photo_tables
from data_tools.joint.crops import Framing
from data_tools.joint.photo_source import PhotoSource, SourcePhoto, needed

KIND = "cub"
_FOLDER = "CUB_200_2011"


def find(data_dir: str | os.PathLike, margin: float = 0.1) -> PhotoSource:
  """The photos of CUB.

  Args:
    data_dir: DIR.
    margin: round the box at each side, as a share of its longer side.

  Returns:
    The source; a photo is called CLASS_FILE, the class with three digits.

  Raises:
    UserError: a list or a photo is missing, or a line can't be read.
  """
  data_dir = pathlib.Path(data_dir)
  if (data_dir / _FOLDER).is_dir():
    data_dir = data_dir / _FOLDER
  lists = [needed(data_dir, name) for name in (
      "images.txt", "bounding_boxes.txt", "train_test_split.txt", "image_class_labels.txt")]
  images = photo_tables.read(lists[0], 1, numbers=False)
  tables = [photo_tables.read(path, words) for path, words in zip(lists[1:], (4, 1, 1))]
  for path, table in zip(lists[1:], tables):
    photo_tables.refuse_gaps(images, lists[0], table, path)
    photo_tables.refuse_gaps(table, path, images, lists[0])
  photos = [_photo(data_dir, file, *(table[number] for table in tables))
            for number, (file,) in images.items()]
  return PhotoSource(KIND, tuple(photos), Framing(margin=margin))


def _photo(data_dir: pathlib.Path, file: str, box: tuple, train: tuple, label: tuple
           ) -> SourcePhoto:
  path = data_dir / "images" / file
  if {"..", "/"} & {*pathlib.PurePosixPath(file).parts} or not path.is_file():
    raise UserError(f"{data_dir / 'images.txt'} names {file}, but there is no such photo below "
                    f"{data_dir / 'images'}; give the data set whole, as it comes.")
  if train[0] not in (0, 1):
    raise UserError(f"{data_dir / 'train_test_split.txt'} says {train[0]:g} for {file}, but 1 "
                    "(train) or 0 (test) was expected; give the list as it comes.")
  x, y, width, height = box
  return SourcePhoto(f"{int(label[0]):03d}_{path.stem}", "train" if train[0] else "test", path,
                     (x, y, x + width, y + height))
