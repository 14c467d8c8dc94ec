"""What the few names that PyTorch's weight files may load stand for: descriptions of tensors.

A pickle of torch.save names functions of PyTorch and hands them arguments. Here each of those
names has a function of ours that checks the arguments and describes the tensor; no other name is
known. Format: torch.save of PyTorch 0.2 to 2.x.
"""

import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

MAX_DIMENSIONS = 32  # NumPy's
UNTYPED = "bytes"  # the kind of a storage whose tensors bring their own

# Kind of number -> bytes of one.
ITEM_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4,
              "int16": 2, "int8": 1, "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1,
              UNTYPED: 1}
_STORAGE_KINDS = {
    "FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool"}


class Refused(Exception):
  """The file is damaged or holds more than tensors. The text is a clause about the file."""


@dataclasses.dataclass(frozen=True)
class Name:
  """A name that a pickle loads, inert."""

  module: str
  name: str

  def __str__(self):
    return f"{self.module}.{self.name}"


@dataclasses.dataclass(frozen=True)
class Storage:
  """A run of numbers in the file.

  Attributes:
    key: its name in the file.
    kind: of its numbers, a key of ITEM_BYTES.
    numel: how many numbers it has.
  """

  key: str
  kind: str
  numel: int

  @property
  def size(self) -> int:
    """Bytes."""
    return self.numel * ITEM_BYTES[self.kind]


@dataclasses.dataclass(frozen=True, eq=False)
class Stretch:
  """What a tensor is made on: a storage or, in files of 2017, a part of one.

  Attributes:
    storage: see there.
    begin: of the part, in numbers.
    numel: of the part.
  """

  storage: Storage
  begin: int
  numel: int


@dataclasses.dataclass(frozen=True, eq=False)
class StoredTensor:
  """A view of a storage whose bounds have been checked.

  Attributes:
    storage: where its numbers are.
    kind: of its numbers, a key of ITEM_BYTES but UNTYPED.
    offset: of its first number in the storage, in numbers.
    shape: sizes.
    strides: steps in the storage, in numbers.
  """

  storage: Storage
  kind: str
  offset: int
  shape: tuple[int, ...]
  strides: tuple[int, ...]


def stretch(identity: Any) -> Stretch:
  """What a persistent id stands for: ("storage", type, key, device, numel[, view]).

  Raises:
    ValueError: it is of another form. (As in all functions here: what is raised on wrong arguments
      may also be a TypeError or an AttributeError.)
  """
  tag, kind, key, _, numel, *view = identity
  if tag != "storage" or type(kind) is not Name or type(key) is not str or not _is_size(numel):
    raise ValueError("storage")
  storage = Storage(key, STORAGES[kind], numel)
  if not view or view[0] is None:
    return Stretch(storage, 0, numel)
  _, begin, count = view[0]
  if (storage.kind == UNTYPED or not _is_size(begin) or not _is_size(count)
      or begin + count > numel):
    raise ValueError("view")
  return Stretch(storage, begin, count)


def _tensor(source: Stretch, offset: int, shape: tuple, strides: tuple, requires_grad: Any = False,
            hooks: Any = None, metadata: Any = None) -> StoredTensor:
  """torch._utils._rebuild_tensor and _rebuild_tensor_v2."""
  del requires_grad, hooks
  if source.storage.kind == UNTYPED:
    raise TypeError("storage")
  return _checked(source, source.storage.kind, offset, shape, strides, metadata)


def _tensor_of_dtype(source: Stretch, offset: int, shape: tuple, strides: tuple, requires_grad: Any,
                     hooks: Any, dtype: Name, metadata: Any = None) -> StoredTensor:
  """torch._utils._rebuild_tensor_v3: the storage is untyped, the kind comes as a dtype."""
  del requires_grad, hooks
  if source.storage.kind != UNTYPED or type(dtype) is not Name:
    raise TypeError("storage")
  return _checked(source, _DTYPES[dtype], offset, shape, strides, metadata)


def _checked(source: Stretch, kind: str, offset: int, shape: tuple, strides: tuple,
             metadata: Any) -> StoredTensor:
  if metadata:
    raise Refused("holds a tensor that is to be negated or conjugated when it is read")
  if type(shape) is not tuple or type(strides) is not tuple or len(shape) != len(strides):
    raise TypeError("shape")
  if len(shape) > MAX_DIMENSIONS or not all(map(_is_size, (offset, *shape, *strides))):
    raise ValueError("shape")
  last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
  numel = source.numel * ITEM_BYTES[source.storage.kind] // ITEM_BYTES[kind]
  if 0 not in shape and last >= numel:
    raise Refused("holds a tensor that reaches beyond its numbers")
  return StoredTensor(source.storage, kind, source.begin + offset, shape, strides)


def _parameter(data: StoredTensor, requires_grad: Any, hooks: Any) -> StoredTensor:
  """torch._utils._rebuild_parameter."""
  del requires_grad, hooks
  if type(data) is not StoredTensor:
    raise TypeError("parameter")
  return data


def _ordered_dict(pairs: Any = ()) -> OrderedDict:
  """collections.OrderedDict, empty or (as Python 2 wrote it) with a list of [key, value]."""
  return OrderedDict((checked_key(key), value) for key, value in pairs)


def _size(sizes: tuple) -> tuple[int, ...]:
  """torch.Size."""
  if type(sizes) is not tuple or len(sizes) > MAX_DIMENSIONS or not all(map(_is_size, sizes)):
    raise TypeError("torch.Size")
  return sizes


def _device(kind: str, index: int | None = None) -> str:
  """torch.device."""
  if type(kind) is not str or not (index is None or _is_size(index)):
    raise TypeError("torch.device")
  return kind if index is None else f"{kind}:{index}"


def checked_key(key: Any) -> str | int:
  """A key of a dict: text or a whole number.

  Such numbers have different hashes, so that no dict can be made slow; and nothing else is hashed,
  as deep tuples would overflow the stack.

  Raises:
    Refused: it is something else.
  """
  if type(key) is str or (type(key) is int and key.bit_length() < 60):
    return key
  raise Refused(f"has a dict with a key of type {type(key).__name__}")


def _is_size(value: Any) -> bool:
  return type(value) is int and 0 <= value < 2**63


STORAGES = {Name("torch", name): kind for name, kind in _STORAGE_KINDS.items()} | {
    Name("torch.storage", "UntypedStorage"): UNTYPED}
_DTYPES = {Name("torch", kind): kind for kind in ITEM_BYTES if kind != UNTYPED}
CALLS: dict[Name, Callable] = {
    Name("torch._utils", "_rebuild_tensor"): _tensor,
    Name("torch._utils", "_rebuild_tensor_v2"): _tensor,
    Name("torch._utils", "_rebuild_tensor_v3"): _tensor_of_dtype,
    Name("torch._utils", "_rebuild_parameter"): _parameter,
    Name("collections", "OrderedDict"): _ordered_dict,
    Name("torch", "Size"): _size,
    Name("torch", "device"): _device}
KNOWN = frozenset([*STORAGES, *_DTYPES, *CALLS])
