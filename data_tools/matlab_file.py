"""Reads .mat files of MATLAB 5 to 7: numbers, texts, cells and structs, with every length checked.

SciPy's reader is compiled code that a damaged file can crash; here the worst is a ValueError.

  128 bytes     a text, the version, the byte order
  elements      kind and length (8 bytes, or 4 with the data in the other 4), data, up to 8 bytes

A variable is an element of kind 14, or one of kind 15, whose data zlib unpacks to such a one. It
holds elements in turn: class, shape, name, and then what the class needs.

Source: The MathWorks, "MAT-File Format", level 5.
"""

import os
import struct
import zlib
from collections.abc import Collection
from typing import Any

import numpy as np

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "<i1", 2: "<u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8",
            12: "<i8", 13: "<u8"}  # kinds of elements
_CELL, _STRUCT, _TEXT, _SPARSE = 1, 2, 4, 5  # classes; from 6 on numbers
_TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16-le", 16: "utf-8", 17: "utf-16-le"}
_LAST_NUMBER = 15
_COMPLEX = 0x800
# A variable may unpack to so many bytes, or to _MAX_RATIO times its packed length. Lists of names
# and boxes shrink about 10 to 40 times, zip bombs 1000 times.
_FREE_BYTES = 2**26
_MAX_RATIO = 100
_DEEPEST = 16  # cells and structs in each other


def read(path: str | os.PathLike, names: Collection[str]) -> dict[str, Any]:
  """Reads variables.

  Args:
    path: of the file.
    names: those that are wanted.

  Returns:
    Name -> value, of those that the file has. Numbers are arrays of their shape in MATLAB, at least
    two dimensions, of the type that they are stored in; texts are str (rows of one are read column
    by column); cells are lists, column by column; a struct is a dict, an array of structs a list of
    dicts. What is none of these (complex and sparse arrays, objects) is None.

  Raises:
    ValueError: it is no such file, or damaged; says what is wrong.
    OSError: it can't be read.
  """
  with open(path, "rb") as file:
    data = memoryview(file.read())
  _check_header(bytes(data[:_HEADER]))
  found, position = {}, _HEADER
  while position < len(data):
    kind, content, position = _element(data, position, padded=False)
    if kind == _COMPRESSED:
      kind, content, _ = _element(_unpacked(content), 0)
    if kind == _MATRIX:
      name, value = _variable(content, names)
      if name in names:
        found[name] = value
  return found


def _check_header(header: bytes) -> None:
  if header[-4:] == b"\0\2IM" or header.startswith(b"\x89HDF"):
    raise ValueError("it is of MATLAB's version 7.3; save it again with -v7")
  if len(header) < _HEADER or header[-2:] != b"IM" or header[-3] != 1:
    raise ValueError("it does not begin as such a file, of little-endian byte order, does")


def _unpacked(data: memoryview) -> memoryview:
  unpacker = zlib.decompressobj()
  try:
    content = unpacker.decompress(data, max(_FREE_BYTES, _MAX_RATIO * len(data)))
  except zlib.error as error:
    raise ValueError(f"packed data can't be unpacked: {error}") from error
  if unpacker.unconsumed_tail:
    raise ValueError(f"packed data are more than {_MAX_RATIO} times as long unpacked")
  if not unpacker.eof:
    raise ValueError("packed data end too early")
  return memoryview(content)


def _element(data: memoryview, position: int, padded: bool = True) -> tuple[int, memoryview, int]:
  """The kind and the data of the element at a position, and where the next one begins."""
  if position + 8 > len(data):
    raise ValueError("it ends too early")
  kind, size = struct.unpack_from("<II", data, position)
  if kind >> 16:  # a small one
    kind, size, start, end = kind & 0xFFFF, kind >> 16, position + 4, position + 8
  else:
    start = position + 8
    end = start + size
    if padded or kind != _COMPRESSED:
      end += -size % 8
  if start + size > min(end, len(data)):
    raise ValueError("it ends too early")
  return kind, data[start:start + size], end


def _variable(data: memoryview, names: Collection[str] | None, depth: int = 0) -> tuple[str, Any]:
  """Name and value of an element of kind 14; None for the value of one that is not wanted."""
  if not data:  # an empty cell
    return "", np.empty([0, 0])
  if depth > _DEEPEST:
    raise ValueError("cells or structs lie too deep in each other")
  kind, flags, position = _element(data, 0)
  if kind != 6 or len(flags) != 8:
    raise ValueError("a variable has no class")
  (flags, _), name = struct.unpack("<II", flags), ""
  shape, position = _numbers(data, position)
  if shape.ndim != 1 or len(shape) < 2 or shape.dtype.kind not in "iu" or (
      shape.astype(np.int64) < 0).any():
    raise ValueError("a variable has no shape")
  kind, text, position = _element(data, position)
  name = _text(kind, text)
  if names is not None and name not in names:
    return name, None
  shape = tuple(int(side) for side in shape)
  return name, _value(flags, shape, data[position:], depth)


def _value(flags, shape, data, depth) -> Any:
  """What the rest of a variable holds."""
  of_class = flags & 0xFF
  if of_class == _CELL:
    return _variables(data, _count(shape), depth)[0]
  if of_class == _STRUCT:
    return _structs(data, _count(shape), depth)
  if of_class == _TEXT:
    kind, text, _ = _element(data, 0)
    return _text(kind, text)
  if not _SPARSE < of_class <= _LAST_NUMBER or flags & _COMPLEX:
    return None
  values, _ = _numbers(data, 0)
  if values.size != _count(shape):
    raise ValueError(f"an array of shape {list(shape)} has {values.size} values")
  return values.reshape(shape, order="F")


def _variables(data, count, depth) -> tuple[list[Any], int]:
  values, position = [], 0
  for _ in range(count):
    kind, content, position = _element(data, position)
    if kind != _MATRIX:
      raise ValueError("a cell or a field holds no variable")
    values.append(_variable(content, None, depth + 1)[1])
  return values, position


def _structs(data, count, depth) -> dict[str, Any] | list[dict[str, Any]]:
  """The length of a field's name, all names, and the values, struct by struct."""
  length, position = _numbers(data, 0)
  kind, text, position = _element(data, position)
  if length.size != 1 or length[0] < 1:
    raise ValueError("a struct has no fields' names")
  step = int(length[0])
  names = [_text(kind, text[start:start + step]).split("\0")[0]
           for start in range(0, len(text), step)]
  if not names:
    return {}
  values, _ = _variables(data[position:], count * len(names), depth)
  structs = [dict(zip(names, values[start:start + len(names)]))
             for start in range(0, len(values), len(names))]
  return structs[0] if count == 1 else structs


def _numbers(data: memoryview, position: int) -> tuple[np.ndarray, int]:
  """The values of an element, one-dimensional, and where the next one begins."""
  kind, content, position = _element(data, position)
  if kind not in _NUMBERS or len(content) % np.dtype(_NUMBERS[kind]).itemsize:
    raise ValueError("numbers were expected")
  return np.frombuffer(content, _NUMBERS[kind]), position


def _text(kind: int, data: memoryview) -> str:
  if kind not in _TEXTS:
    raise ValueError("a text was expected")
  return bytes(data).decode(_TEXTS[kind], errors="replace")


def _count(shape) -> int:
  count = 1
  for side in shape:
    count *= side
  return count
