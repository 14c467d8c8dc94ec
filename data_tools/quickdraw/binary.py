"""Quick, Draw!'s binary files: simplified drawings of one category, packed.

Format: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset, "Binary files". Little
endian: uint64 key id, 2 bytes country, int8 recognized, uint32 time, uint16 number of strokes; for
each stroke uint16 number of points, uint8 x each, uint8 y each.
"""

import os
import pathlib
import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from data_tools.errors import UserError
from data_tools.quickdraw.drawing import MOST_POINTS, BadRecord, BadRecords, Drawing

_HEADER = struct.Struct("<Q2sbIH")
_LENGTH = struct.Struct("<H")
_PREFIX = "full_binary_"  # of files as Google's web folder names them when they are fetched


def category_of(path: str | os.PathLike) -> str:
  """The category that a binary file is named after; the file itself does not say."""
  return pathlib.Path(path).stem.removeprefix(_PREFIX)


def read(path: str | os.PathLike, bad: BadRecords | None = None) -> Iterator[Drawing]:
  """Yields the drawings of a binary file in order.

  Args:
    path: CATEGORY.bin.
    bad: told of every broken record; None refuses the first. As records are found only by the
      lengths of those before, nothing is read after one that does not fit into the file.

  Yields:
    Drawings with strokes int64 [n, 2] = (x, y), 0 to 255.

  Raises:
    UserError: the file can't be read, or a record is broken and is not skipped.
  """
  bad, path = bad or BadRecords(), pathlib.Path(path)
  try:
    with open(path, "rb") as file:
      yield from _drawings(file, os.fstat(file.fileno()).st_size, path, bad)
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a file that is there and may "
                    "be read.") from error


def _drawings(file: BinaryIO, size: int, path: pathlib.Path, bad: BadRecords) -> Iterator[Drawing]:
  category = category_of(path)
  while (start := file.tell()) < size:
    where = f"{path}, byte {start}"
    try:
      key_id, country, recognized, _, count = _HEADER.unpack(_take(file, size, _HEADER.size))
      strokes = [_stroke(file, size) for _ in range(_fitting(file, size, count))]
    except BadRecord as error:
      bad.add(where, error, rest_lost=True)
      return
    try:
      _check(country, recognized, strokes)
    except BadRecord as error:
      bad.add(where, error)
      continue
    yield Drawing(key_id, category, [stroke.astype(np.int64) for stroke in strokes],
                  recognized == 1, country.decode("ascii").strip("\0"))


def _take(file: BinaryIO, size: int, count: int) -> bytes:
  """The next `count` bytes, which are asked for only if they are there."""
  left = size - file.tell()
  content = file.read(count) if count <= left else b""
  if len(content) != count:
    raise BadRecord(f"the record needs {count} bytes at byte {size - left}, but {left} are left")
  return content


def _fitting(file: BinaryIO, size: int, count: int) -> int:
  """The declared number of strokes, if so many could still be in the file."""
  if count * _LENGTH.size > size - file.tell():
    raise BadRecord(f"it declares {count} strokes, but {size - file.tell()} bytes are left")
  return count


def _stroke(file: BinaryIO, size: int) -> np.ndarray:
  count, = _LENGTH.unpack(_take(file, size, _LENGTH.size))
  return np.frombuffer(_take(file, size, 2 * count), np.uint8).reshape(2, count).T


def _check(country: bytes, recognized: int, strokes: list[np.ndarray]) -> None:
  if not strokes:
    raise BadRecord("the drawing has no strokes")
  if not all(len(stroke) for stroke in strokes):
    raise BadRecord("the drawing has a stroke without points")
  if sum(map(len, strokes)) > MOST_POINTS:
    raise BadRecord(f"the drawing has more than {MOST_POINTS} points, which none has")
  if recognized not in (0, 1):
    raise BadRecord(f"recognized is {recognized}, where 0 or 1 is expected")
  if not country.isascii():
    raise BadRecord(f"the country is {country!r}, where two letters are expected")
