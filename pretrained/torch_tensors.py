"""From the description of a saved tensor and the bytes of its storage to a NumPy array."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pretrained.torch_values import ITEM_BYTES, Name, Refused, Storage, StoredTensor

_MAX_NODES = 2_000_000
_MAX_DEPTH = 64
# Views that repeat numbers can ask for more memory than the file has bytes: up to here.
_FREE_BYTES = 256 * 2**20
_MAX_RATIO = 16
_RAW = {"bfloat16": "u2", "bool": "u1"}  # kinds without a NumPy type of the same bits


@dataclasses.dataclass(frozen=True)
class OpenFile:
  """A file of torch.save, its pickle read and its numbers still on the disk.

  Attributes:
    tree: what was saved, with a StoredTensor for each tensor.
    read: returns the bytes of a storage.
    big_endian: the byte order of the numbers.
  """

  tree: Any
  read: Callable[[Storage], bytes]
  big_endian: bool


class TreeBuilder:
  """Turns the tree of a file into one of arrays.

  Args:
    file: see OpenFile.
    size: of the file, bytes.
  """

  def __init__(self, file: OpenFile, size: int):
    self._file = file
    self._budget = max(_FREE_BYTES, _MAX_RATIO * size)
    self._unread = size
    self._nodes = 0
    self._storages: dict[str, bytes] = {}
    self._arrays: dict[StoredTensor, np.ndarray] = {}

  def build(self, node: Any, depth: int = 0) -> Any:
    """One node: dicts, lists and tuples of None, bool, int, float, str, bytes and arrays.

    Names of the file's that are no tensors, such as torch.float16, become text.

    Raises:
      Refused: it holds something else, too deep or too much of it.
    """
    self._nodes += 1
    if self._nodes > _MAX_NODES or depth > _MAX_DEPTH:
      raise Refused(f"is nested deeper than {_MAX_DEPTH} levels or holds over {_MAX_NODES:,} "
                    "values")
    if isinstance(node, StoredTensor):
      if node not in self._arrays:
        self._arrays[node] = self._array(node)
      return self._arrays[node]
    if isinstance(node, dict):
      return {key: self.build(value, depth + 1) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
      return type(node)(self.build(item, depth + 1) for item in node)
    if isinstance(node, Name):
      return str(node)
    if node is None or isinstance(node, (bool, int, float, str, bytes)):
      return node
    raise Refused("holds bare storages where tensors were expected")

  def _array(self, tensor: StoredTensor) -> np.ndarray:
    self._budget -= math.prod(tensor.shape) * max(4, ITEM_BYTES[tensor.kind])
    if self._budget < 0:
      raise Refused("would unpack to far more than its own size")
    key = tensor.storage.key
    if key not in self._storages:
      self._unread -= tensor.storage.size
      if self._unread < 0:
        raise Refused("promises more numbers than it has bytes")
      self._storages[key] = self._file.read(tensor.storage)
    return array_of(tensor, self._storages[key], self._file.big_endian)


def array_of(tensor: StoredTensor, content: bytes, big_endian: bool = False) -> np.ndarray:
  """The numbers of one tensor.

  Args:
    tensor: its place in the storage.
    content: the storage.
    big_endian: the byte order of the content.

  Returns:
    A read-only array in C order, of the tensor's shape and kind; bfloat16 as float32, exactly. It
    shares the memory of `content` where it can.

  Raises:
    ValueError: the content is too short.
  """
  item = np.dtype(_RAW.get(tensor.kind, tensor.kind)).newbyteorder(">" if big_endian else "<")
  if 0 in tensor.shape:
    array = np.zeros(tensor.shape, item)
  else:
    strides = [step * item.itemsize for step in tensor.strides]
    array = np.ndarray(tensor.shape, item, content, tensor.offset * item.itemsize, strides)
  if tensor.kind == "bfloat16":
    array = np.asarray(array.astype(np.uint32) << 16).view(np.float32)
  elif tensor.kind == "bool":
    array = np.asarray(array != 0)
  array = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
  array.flags.writeable = False
  return array
