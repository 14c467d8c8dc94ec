"""Weight files of PyTorch 0.2 to 1.5, and of later ones where they were asked for the old format.

Five pickles one after the other: a magic number, the version 1001, facts of the writing machine,
the saved value, the keys of its storages; then for each key its count of numbers (int64) and the
numbers, all little-endian whatever the machine was.
"""

import contextlib
import io
import os
import pathlib
import struct
from collections.abc import Iterator

from pretrained import torch_unpickler
from pretrained.torch_tensors import OpenFile
from pretrained.torch_values import Refused, Storage

_MAGIC = 0x1950a86a20f9469cfc6c
_VERSION = 1001
_MAX_PICKLES = 32 * 2**20  # bytes


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[OpenFile]:
  """Opens a file; what is wrong with it becomes Refused.

  Raises:
    Refused: it is damaged, cut short, no file of torch.save, or holds more than tensors.
    OSError: it can't be read.
  """
  with open(path, "rb") as file:
    head = io.BytesIO(file.read(_MAX_PICKLES))
    _check_kind(head)
    version, _ = torch_unpickler.unpickle(head)
    if type(version) is not int or version != _VERSION:
      raise Refused(f"is of another version of its format than {_VERSION}")
    torch_unpickler.unpickle(head)
    tree, storages = torch_unpickler.unpickle(head)
    keys, _ = torch_unpickler.unpickle(head)
    places = _places(file, head.tell(), keys, storages)

    def read(storage: Storage) -> bytes:
      file.seek(places[storage.key])
      return file.read(storage.size)

    yield OpenFile(tree, read, big_endian=False)


def _check_kind(head: io.BytesIO) -> None:
  try:
    magic, _ = torch_unpickler.unpickle(head)
  except Refused:
    magic = None
  if type(magic) is not int or magic != _MAGIC:
    raise Refused("is no file that torch.save wrote")


def _places(file: io.BufferedReader, position: int, keys: object,
            storages: dict[str, Storage]) -> dict[str, int]:
  """Where the numbers of each storage begin, bytes."""
  end = os.fstat(file.fileno()).st_size
  if (type(keys) is not list or not all(type(key) is str for key in keys)
      or sorted(keys) != sorted(storages)):
    raise Refused("lists other numbers at its end than it mentions")
  places = {}
  for key in keys:
    file.seek(position)
    count = file.read(8)
    places[key] = position + 8
    position += 8 + storages[key].size
    if position > end or len(count) != 8:
      raise Refused(f"is cut short: it has {end:,} bytes instead of at least {position:,}")
    if struct.unpack("<q", count)[0] != storages[key].numel:
      raise Refused("is damaged: its counts of numbers differ")
  return places
