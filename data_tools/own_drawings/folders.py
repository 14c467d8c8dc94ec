"""Folders of drawings, one in each file, a folder for each category; and reading all of one.

  DIR/CATEGORY/*.svg, or DIR/*.svg if DIR is itself the folder of one category
"""

import os
import pathlib
from collections.abc import Iterator

import numpy as np

from data_tools.errors import UserError
from data_tools.own_drawings import json_file, svg_file
from data_tools.quickdraw.drawing import BadRecord, BadRecords
from data_tools.quickdraw.simplify import simplify

READERS = {"svg": svg_file.read, "json": json_file.read}


def find(folder: str | os.PathLike, form: str) -> dict[str, pathlib.Path]:
  """The folders of the categories.

  Args:
    folder: DIR.
    form: one of READERS, also the ending of the files.

  Returns:
    Category -> folder, sorted by category: those that hold such files; DIR by its own name if only
    DIR does.

  Raises:
    UserError: there is no such folder or file, or DIR holds files beside folders of categories.
  """
  folder = pathlib.Path(folder)
  if not folder.is_dir():
    raise UserError(f"There is no folder {folder}; give the one that holds CATEGORY/*.{form} "
                    "files.")
  found = {path.name: path for path in sorted(folder.iterdir())
           if path.is_dir() and not path.name.startswith(".") and drawings(path, form)}
  loose = drawings(folder, form)
  if found and loose:
    raise UserError(f"{folder} holds {loose[0].name} beside the folder {next(iter(found))}; move "
                    "it into a folder of its category.")
  if not found and not loose:
    raise UserError(f"The folder {folder} holds no CATEGORY/*.{form} files; give another folder, "
                    "or another --format.")
  found = found or {folder.resolve().name: folder}
  for name in found:
    if not name.strip() or not name.isprintable():
      raise UserError(f"{folder} holds a folder {name!a}, which is no name of a category; "
                      "rename it.")
  return found


def drawings(folder: pathlib.Path, form: str) -> list[pathlib.Path]:
  """The files of a category by name; others and hidden ones are passed over."""
  return [path for path in sorted(folder.iterdir()) if path.suffix.lower() == f".{form}"
          and path.is_file() and not path.name.startswith(".")]


def read(folder: str | os.PathLike, form: str, bad: BadRecords
         ) -> Iterator[tuple[str, list[np.ndarray]]]:
  """Yields the drawings of a category.

  Args:
    folder: of the category.
    form: one of READERS.
    bad: told of every broken file.

  Yields:
    The file's name, and the strokes simplified as Quick, Draw!'s: int64 [n, 2] = (x, y), 0 to 255.

  Raises:
    UserError: a file is broken and is not skipped.
  """
  for path in drawings(pathlib.Path(folder), form):
    try:
      yield path.name, simplify(READERS[form](path))
    except OSError as error:
      bad.add(str(path), BadRecord(f"it can't be read ({error.strerror})"))
    except BadRecord as error:
      bad.add(str(path), error)
