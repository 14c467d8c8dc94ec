"""How CUFS and CUFSF lie on the disk: names of data sets, folders and lists.

  DATA_DIR/CUHK/Training Photos/NAME.png    DATA_DIR/CUHK/Training Sketches/NAME.png
  DATA_DIR/CUHK/Testing Photos/NAME.jpg     DATA_DIR/CUHK/Testing Sketches/NAME.jpg

and the same in AR, XM2VTS and CUFSF. A list has one path a line; line k of the sketches belongs to
line k of the photos.
"""

import os
import pathlib

from data_tools.errors import UserError

SPLITS = {"train": "Training", "test": "Testing"}
KINDS = {"photo": "Photos", "sketch": "Sketches"}
# Data type -> its sets, in the order of the original. A set alone is ours: not everyone who has
# CUHK has the other two.
DATA_TYPES = {"CUFS": ("CUHK", "AR", "XM2VTS"), "CUFSF": ("CUFSF",),
              "BOTH": ("CUHK", "AR", "XM2VTS", "CUFSF"),
              "CUHK": ("CUHK",), "AR": ("AR",), "XM2VTS": ("XM2VTS",)}
# Pairs that the published results were computed from.
OFFICIAL_COUNTS = {"CUHK": {"train": 88, "test": 100}, "AR": {"train": 80, "test": 43},
                   "XM2VTS": {"train": 100, "test": 195}, "CUFSF": {"train": 250, "test": 944}}


def data_type(name: str) -> str:
  """The data type that is meant, in capital letters.

  Raises:
    UserError: there is none of this name.
  """
  if name.upper() not in DATA_TYPES:
    raise UserError(f"There is no data_type {name!r}; give one of {', '.join(DATA_TYPES)} "
                    "(capital or small letters).")
  return name.upper()


def folder(data_dir: str | os.PathLike, face_set: str, split: str, kind: str) -> pathlib.Path:
  """DATA_DIR/SET/Training Photos and the like.

  Args:
    data_dir: holds the sets' folders.
    face_set: such as "CUHK".
    split: "train" or "test".
    kind: "photo" or "sketch".

  Returns:
    The path, whether there is such a folder or not.
  """
  return pathlib.Path(data_dir) / face_set / f"{SPLITS[split]} {KINDS[kind]}"


def check_folder(data_dir: str | os.PathLike, face_set: str, split: str, kind: str
                 ) -> pathlib.Path:
  """`folder`, which has to be there.

  Raises:
    UserError: it isn't; a folder that may be meant is named.
  """
  wanted = folder(data_dir, face_set, split, kind)
  if os.path.isdir(wanted):
    return wanted
  if not os.path.isdir(data_dir):
    raise UserError(f"There is no folder {data_dir}; give the one that holds "
                    f"{face_set}/{wanted.name}.")
  raise UserError(f"The folder {wanted} is missing{_meant(pathlib.Path(data_dir), wanted)}.")


def _meant(data_dir: pathlib.Path, wanted: pathlib.Path) -> str:
  """What to do about a missing folder, as the end of a sentence."""
  if os.path.isdir(data_dir / wanted.name):
    return (f", but {data_dir} itself holds '{wanted.name}'; give the folder that holds "
            f"{wanted.parent.name}")
  for place, name in ((data_dir, wanted.parent.name), (wanted.parent, wanted.name)):
    if not os.path.isdir(place / name):
      alike = [other for other in _folders(place) if _letters(other) == _letters(name)]
      if alike:
        return f", but {place / alike[0]} is there; rename it to '{name}'"
  return (f"; put the {wanted.name.lower()} of {wanted.parent.name} there, or leave the set out "
          "with another data_type")


def _folders(place: pathlib.Path) -> list[str]:
  try:
    return sorted(entry.name for entry in os.scandir(place) if entry.is_dir())
  except OSError:  # only a hint is lost
    return []


def _letters(name: str) -> str:
  """The name without what people write differently: spaces, underscores, capitals, plurals."""
  return "".join(letter for letter in name.lower() if letter.isalnum()).replace("s", "")


def list_file(lists_dir: str | os.PathLike, collection: str, split: str, kind: str
              ) -> pathlib.Path:
  """LISTS_DIR/CUFS_train_photo_paths.txt and the like, named as the original's.

  Args:
    lists_dir: holds the lists.
    collection: "CUFS", "CUFSF" or a set's name.
    split: "train" or "test".
    kind: "photo" or "sketch".

  Returns:
    The path, whether there is such a file or not.
  """
  return pathlib.Path(lists_dir) / f"{collection}_{split}_{kind}_paths.txt"


def collections(name: str) -> tuple[str, ...]:
  """The data types that a data type's lists are named after: BOTH is CUFS and then CUFSF."""
  return ("CUFS", "CUFSF") if name == "BOTH" else (name,)
