"""Drawings of any format, some hundreds at a time: where the files are, and what they hold."""

import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from data_tools import category_names, stroke_files
from data_tools.errors import UserError
from data_tools.own_drawings import folders
from data_tools.quickdraw import binary, raw, simplified
from data_tools.quickdraw.drawing import BadRecords
from data_tools.shards import placement
from data_tools.stroke_files import SPLITS

FORMATS = ("npz", "simplified", "raw", "binary", *folders.READERS)
_ENDINGS = {"simplified": ".ndjson", "raw": ".ndjson", "binary": ".bin"}
_READERS = {"simplified": simplified.read, "raw": raw.read, "binary": binary.read}
_CHUNK = 256  # drawings
_LIMITS = np.iinfo(np.int16)


class Source(NamedTuple):
  """One file of drawings, or one folder of a category's files of one drawing each.

  Attributes:
    format: one of FORMATS.
    path: of the file or folder.
    category: by its name.
  """

  format: str
  path: str
  category: str


class Found(NamedTuple):
  """One drawing as a file has it.

  Attributes:
    key_id: the file's, or `placement.key_of` where it has none.
    category: its name.
    split: one of SPLITS, or None where the file has no splits.
    strokes: one array int16 [n, 3] (stroke-3) of npz files, else those of `quickdraw.Drawing`,
      simplified but for the format "raw".
  """

  key_id: int
  category: str
  split: str | None
  strokes: Sequence[np.ndarray]


class Chunk(NamedTuple):
  """Some drawings of one file, and how many were left out on the way to them, by reason."""

  format: str
  drawings: list[Found]
  left_out: dict[str, int]


def find(folder: str | os.PathLike, form: str, categories: Sequence[str] = ()) -> list[Source]:
  """The files of a folder.

  Args:
    folder: holds CATEGORY.npz, CATEGORY.ndjson or CATEGORY.bin files, or folders named CATEGORY of
      .svg or .json files.
    form: one of FORMATS.
    categories: which; empty: all.

  Raises:
    UserError: the folder, or a file, is missing.
  """
  if form == "npz":
    names = categories or stroke_files.list_categories(folder)
    return [Source(form, str(stroke_files.find_drawings(folder, name)), name) for name in names]
  if form in folders.READERS:
    found = folders.find(folder, form)
    for name in categories:
      category_names.check_known(name, list(found), f"in {folder}")
    return [Source(form, str(found[name]), name) for name in categories or found]
  folder, ending = pathlib.Path(folder), _ENDINGS[form]
  if not folder.is_dir():
    raise UserError(f"There is no folder {folder}; give the one that holds the CATEGORY{ending} "
                    "files.")
  paths = {path.stem.removeprefix(f"full_{form}_"): path for path in sorted(folder.iterdir())
           if path.suffix == ending and not path.name.startswith(".")}
  if not paths:
    raise UserError(f"The folder {folder} holds no CATEGORY{ending} file; give another folder, or "
                    "another --format.")
  for name in categories:
    category_names.check_known(name, list(paths), f"in {folder}")
  return [Source(form, str(paths[name]), name) for name in categories or paths]


def describe(source: Source) -> dict[str, str | int]:
  """A file for the manifest: its name and length, nothing of this machine.

  A folder of drawings is told by its category, and the number and length of its files.
  """
  path = pathlib.Path(source.path)
  if source.format in folders.READERS:
    sizes = [one.stat().st_size for one in folders.drawings(path, source.format)]
    return {"name": source.category, "bytes": sum(sizes), "files": len(sizes)}
  return {"name": path.name, "bytes": path.stat().st_size}


def chunks(source: Source, skip_broken: bool, recognized_only: bool,
           bad: BadRecords | None = None) -> Iterator[Chunk]:
  """Reads a file.

  Args:
    source: which.
    skip_broken: leave broken records out and count them. npz files are whole or refused.
    recognized_only: leave out drawings that the game did not recognise; only Quick, Draw!'s own
      files say.
    bad: told of broken records; None: one of its own.

  Yields:
    At least one chunk; reasons to leave out are "broken" and "unrecognized".

  Raises:
    UserError: the file can't be read, or is broken.
  """
  bad, left_out = bad or BadRecords(skip_broken), {"broken": 0, "unrecognized": 0}
  waiting: list[Found] = []
  for found in _found(source, bad, recognized_only, left_out):
    waiting.append(found)
    if len(waiting) == _CHUNK:
      yield Chunk(source.format, waiting, {})
      waiting = []
  left_out["broken"] = bad.count
  yield Chunk(source.format, waiting, {name: count for name, count in left_out.items() if count})


def refused(found: Found, error: Exception) -> UserError:
  """What to tell of a drawing that was read but can't be used."""
  return UserError(f"The drawing {found.key_id} of {found.category!r} can't be used: {error}; skip "
                   "broken records (--skip_broken).")


def _found(source: Source, bad: BadRecords, recognized_only: bool, left_out: dict[str, int]
           ) -> Iterator[Found]:
  if source.format == "npz":
    yield from _from_npz(source)
    return
  if source.format in folders.READERS:
    for name, strokes in folders.read(source.path, source.format, bad):
      yield Found(placement.key_of_file(source.category, name), source.category, None, strokes)
    return
  for drawing in _READERS[source.format](source.path, bad):
    if recognized_only and not drawing.recognized:
      left_out["unrecognized"] += 1
    else:
      yield Found(drawing.key_id, drawing.category, None, drawing.strokes)


def _from_npz(source: Source) -> Iterator[Found]:
  splits = stroke_files.read_drawings(source.path)
  for split in SPLITS:
    for index, drawing in enumerate(splits[split]):
      fault = _fault(drawing)
      if fault:
        raise UserError(f"{source.path}, {split}: drawing {index} {fault}.")
      yield Found(placement.key_of(source.category, split, index), source.category, split,
                  [drawing.astype(np.int16)])


def _fault(drawing: np.ndarray) -> str | None:
  """Why a stroke-3 drawing can't go into a shard, as the rest of a sentence, or None."""
  if not np.isin(drawing[:, 2], (0, 1)).all():
    return "has a third column of more than 0 and 1; expected (dx, dy, pen lifted)"
  outside = (drawing < _LIMITS.min) | (drawing > _LIMITS.max)
  if (drawing != np.rint(drawing)).any() or outside.any():
    return ("holds offsets other than whole numbers of 16 bits, which is all that shards hold; "
            "train on the file itself")
  return None
