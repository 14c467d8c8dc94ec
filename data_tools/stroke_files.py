"""Drawing files: sketch-rnn's .npz, one per category, with object arrays train, valid and test.

Format: Ha & Eck, "A Neural Representation of Sketch Drawings" (2017), and the Quick, Draw! files
made for it. Reading never runs what a file's pickles name (data_tools.array_unpickler).
"""

import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data_tools import category_names, files
from data_tools.array_unpickler import RefusedPickle, unpickle_object_array
from data_tools.errors import UserError
from data_tools.npz_members import NpzFile, open_npz

SPLITS = ("train", "valid", "test")
_PREFIX = "sketchrnn_"  # of files as sketch-rnn's notebooks name them
_IMAGES = "_png.npz"


def read_drawings(path: str | os.PathLike) -> dict[str, list[np.ndarray]]:
  """Reads the drawings of one category.

  Args:
    path: a sketch-rnn .npz file.

  Returns:
    "train", "valid" and "test" -> list of drawings in file order, each [n, 3] = (dx, dy, pen
    lifted after this point), in the number type of the file (int16 in Quick, Draw! files), whatever
    the drawings' scale. A drawing may have no points; valid and test may have no drawings.

  Raises:
    UserError: the file is missing, damaged, of another format, larger unpacked than can be, asks
      to load anything but arrays of numbers, holds NaN or infinity, or has no training drawings.
  """
  with open_npz(path) as npz:
    missing = [split for split in SPLITS if split not in npz.members]
    if missing:
      raise UserError(f"{npz.path} has no {' and no '.join(missing)} (its keys are: "
                      f"{', '.join(npz.members) or 'none'}); a drawing file has train, valid and "
                      "test, so give one in sketch-rnn's format.")
    splits = {split: _read_split(npz, split) for split in SPLITS}
  if not splits["train"]:
    raise UserError(f"{path} has no drawings in train; give a file with at least one.")
  return splits


def count_drawings(path: str | os.PathLike) -> dict[str, int]:
  """The number of drawings of each split that the file's headers declare, without reading them."""
  with open_npz(path) as npz:
    return {split: npz.members[split].shape[0] for split in SPLITS
            if split in npz.members and npz.members[split].shape}


def read_arrays(path: str | os.PathLike) -> dict[str, np.ndarray]:
  """Reads the plain arrays of an .npz file: numbers and text, such as train_style or label_names.

  Args:
    path: an .npz file. Its object arrays are left out.

  Returns:
    Key -> array.

  Raises:
    UserError: the file is missing or damaged.
  """
  with open_npz(path) as npz:
    return {name: npz.read_plain(name) for name, member in npz.members.items()
            if not member.dtype.hasobject}


def write_drawings(path: str | os.PathLike, splits: Mapping[str, Sequence[np.ndarray]],
                   extra: Mapping[str, Any] | None = None) -> None:
  """Writes a drawing file that sketch-rnn's own loaders read, whole or not at all.

  Args:
    path: where to; ends in .npz.
    splits: "train", "valid", "test" -> drawings, each [n, 3].
    extra: further arrays of numbers or text by key.

  Raises:
    ValueError: a split is missing, or an extra array is an object array.
    UserError: the folder can't be written to, or the disk is full.
  """
  if sorted(splits) != sorted(SPLITS) or pathlib.Path(path).suffix != ".npz":
    raise ValueError(f"expected the splits {SPLITS} and a path in .npz; "
                     f"got {sorted(splits)} and {path}")
  arrays = {split: _object_array(splits[split]) for split in SPLITS}
  plain = {key: np.asarray(value) for key, value in (extra or {}).items()}
  for key, value in plain.items():
    if value.dtype.hasobject:
      raise ValueError(f"{key} is an object array; expected numbers or text")
  with files.atomic_path(path) as scratch:
    np.savez_compressed(scratch, **arrays, **plain)


def list_categories(folder: str | os.PathLike) -> list[str]:
  """The categories that a folder has drawing files of, in alphabetical order.

  Args:
    folder: holds CATEGORY.npz or sketchrnn_CATEGORY.npz files; *_png.npz (images) don't count.

  Raises:
    UserError: the folder is missing or has no such file.
  """
  folder = pathlib.Path(folder)
  if not folder.is_dir():
    raise UserError(f"There is no folder {folder}; give the one that holds the CATEGORY.npz files.")
  stems = {path.name.removesuffix(".npz").removeprefix(_PREFIX) for path in folder.glob("*.npz")
           if not path.name.endswith(_IMAGES) and not path.name.startswith(".")}
  if not stems:
    raise UserError(f"The folder {folder} holds no CATEGORY.npz file; get some with "
                    "data_tools/download_quickdraw.py or give another folder.")
  return sorted(stems)


def find_drawings(folder: str | os.PathLike, category: str) -> pathlib.Path:
  """The drawing file of a category: CATEGORY.npz, else sketchrnn_CATEGORY.npz.

  Raises:
    UserError: the folder or the file is missing; the nearest category there is suggested.
  """
  category_names.check_known(category, list_categories(folder), f"in {folder}")
  plain = pathlib.Path(folder) / f"{category}.npz"
  return plain if plain.is_file() else plain.with_name(f"{_PREFIX}{category}.npz")


def _read_split(npz: NpzFile, split: str) -> list[np.ndarray]:
  where = f"{npz.path}, {split}"
  if not npz.members[split].dtype.hasobject:
    drawings = npz.read_plain(split)  # what np.savez makes of drawings that are all equally long
    if drawings.ndim != 3 and drawings.size:
      raise UserError(f"{where}: expected a list of drawings [n, 3], found one array of shape "
                      f"{list(drawings.shape)}; save the drawings as an object array.")
    return _checked(list(drawings), where)
  try:
    shape, items = unpickle_object_array(npz.read_pickle(split))
  except RefusedPickle as error:
    raise UserError(f"{where}: {error}; get the file again from a source you trust.") from error
  if shape != npz.members[split].shape:
    raise UserError(f"{where}: the header declares {list(npz.members[split].shape)} drawings, its "
                    f"content {list(shape)}; get the file again.")
  if len(shape) == 3 and all(type(item) in (int, float) for item in items):
    items = list(np.array(items).reshape(shape))  # equally long drawings, taken apart to numbers
  elif len(shape) != 1:
    raise UserError(f"{where}: expected a list of drawings, found an object array of shape "
                    f"{list(shape)}; save the drawings as a one-dimensional object array.")
  return _checked(items, where)


def _checked(items: list[Any], where: str) -> list[np.ndarray]:
  """Returns the items as arrays of their own memory, or raises a UserError that names one."""
  drawings = []
  for index, item in enumerate(items):
    fault = _fault(item)
    if fault:
      raise UserError(f"{where}: drawing {index} {fault}.")
    drawings.append(np.array(item, dtype=item.dtype.newbyteorder("="), order="C"))
  return drawings


def _fault(item: Any) -> str | None:
  """What is wrong with a would-be drawing, as the rest of a sentence, or None."""
  if not isinstance(item, np.ndarray):
    return f"is a {type(item).__name__}; expected an array of numbers of shape [n, 3]"
  if item.dtype.kind not in "iuf":
    return f"holds {item.dtype}; expected integers or floats of shape [n, 3]"
  if item.ndim != 2 or item.shape[1] != 3:
    hint = " (5 columns look like stroke-5: store dx, dy, pen lifted)" * (item.shape[1:] == (5,))
    return f"has shape {list(item.shape)}; expected [n, 3]{hint}"
  if item.dtype.kind == "f" and not np.isfinite(item).all():
    return "holds NaN or infinity; remove the drawing or repair it"
  return None


def _object_array(drawings: Sequence[np.ndarray]) -> np.ndarray:
  # Filled one by one: np.array would make a 3-D array of drawings that are all equally long.
  array = np.empty(len(drawings), dtype=object)
  for index, drawing in enumerate(drawings):
    array[index] = np.asarray(drawing)
  return array
