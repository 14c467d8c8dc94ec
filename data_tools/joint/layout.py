"""The folders of joint pictures: FOLDER/SPLIT/STYLE/NAME.png, or FOLDER/SPLIT/NAME.png.

The second form is for folders made by others, with sketches of one style that has no name. A name
stands in every style of its split, and in one split only.
"""

import os
import pathlib

from data_tools import image_files
from data_tools.errors import UserError

SPLITS = ("train", "valid", "test")
UNNAMED = "sketch"  # the style of a split without folders of styles
DEFAULT_SIZE = 64  # S of the paper's networks, pixels
_MULTIPLE = 16


def picture_path(folder: str | os.PathLike, split: str, style: str, name: str) -> pathlib.Path:
  """Where the joint picture of a photo in a style goes."""
  return pathlib.Path(folder) / split / style / f"{name}.png"


def pictures(folder: str | os.PathLike, split: str) -> dict[str, list[pathlib.Path]]:
  """The files of a split.

  Args:
    folder: of joint pictures.
    split: one of SPLITS.

  Returns:
    Style -> paths sorted by name, at least one; styles sorted. {UNNAMED: ...} if the pictures lie
    in the split's own folder.

  Raises:
    UserError: there is no such folder or split, or it holds no pictures.
  """
  place = split_folder(folder, split)
  styles = style_folders(place)
  if not styles:
    return {UNNAMED: image_files.list_images(place)}
  return {style.name: image_files.list_images(style) for style in styles}


def split_folder(folder: str | os.PathLike, split: str) -> pathlib.Path:
  """The folder of a split.

  Raises:
    UserError: it is not there.
  """
  folder = pathlib.Path(folder)
  if split not in SPLITS:
    raise UserError(f"There is no split {split!r} of joint pictures; the splits are "
                    f"{', '.join(SPLITS)}.")
  if not folder.is_dir():
    raise UserError(f"There is no folder {folder}; give one of joint pictures, such as "
                    "data_tools/make_joint.py makes.")
  if not (folder / split).is_dir():
    there = [name for name in SPLITS if (folder / name).is_dir()]
    raise UserError(f"{folder} has no split {split} ({_said(there)}); give a folder of joint "
                    f"pictures with {split}/STYLE/NAME.png in it.")
  return folder / split


def style_folders(place: pathlib.Path) -> list[pathlib.Path]:
  """The folders in a split's folder, sorted by name, hidden ones passed over."""
  try:
    return sorted(entry for entry in place.iterdir()
                  if entry.is_dir() and not entry.name.startswith("."))
  except OSError as error:
    raise UserError(f"The folder {place} can't be read ({error.strerror}); give a folder that you "
                    "may read.") from error


def refuse_unfit_size(size: int) -> None:
  """Raises UserError unless S is a multiple of 16, at least 16."""
  if size < _MULTIPLE or size % _MULTIPLE:
    raise UserError(f"Joint pictures of size {size} were asked for, but the networks halve the "
                    f"height four times; give a multiple of {_MULTIPLE}.")


def _said(splits: list[str]) -> str:
  return f"it has {', '.join(splits)}" if splits else "it has none at all"
