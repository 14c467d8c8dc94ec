"""Files as torch.save writes them of nested dicts of arrays, numbers and lists; for tests."""

import pathlib
import shutil
from typing import Any

import numpy as np

from tests.pretrained import torch_writer as torch


def write(path: pathlib.Path, tree: Any) -> pathlib.Path:
  """Writes a tree of dicts (keys of type str or int), lists, ints, floats and float32 arrays."""
  storages: dict[str, tuple[bytes, int]] = {}
  written = torch.write(path.parent, "zip", _instructions(tree, storages), storages)
  shutil.move(written, path)
  return path


def _instructions(value, storages) -> bytes:
  if isinstance(value, dict):
    items = b"".join((torch.text(key) if isinstance(key, str) else torch.number(key))
                     + _instructions(one, storages) for key, one in value.items())
    return b"}(" + items + b"u"
  if isinstance(value, list):
    return torch.listed(*(_instructions(one, storages) for one in value))
  if isinstance(value, (int, np.integer)):
    return torch.number(int(value))
  array = np.ascontiguousarray(value, "<f4")
  key = str(len(storages))
  storages[key] = (array.tobytes(), array.size)
  strides = [stride // 4 for stride in array.strides]
  return torch.tensor(torch.storage(key, numel=array.size), shape=array.shape, strides=strides)
