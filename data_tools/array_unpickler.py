"""Reads pickled NumPy object arrays of numeric arrays without running anything they name.

sketch-rnn's .npz files hold object arrays, and those are pickles: a general unpickler calls
whatever a file tells it to. Here every name that such an array needs stands for an inert object
of ours, every other name is refused, and no function of NumPy is called on a stranger's
arguments. Format: the `__reduce__` protocol of numpy.ndarray and numpy.dtype.
"""

import io
import math
import pickle
import pickletools
import re
from typing import Any

import numpy as np

# What a pickle damaged or made by hand can raise in the unpickler or in the stand-ins below.
_BROKEN = (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError,
           KeyError, OverflowError, MemoryError, UnicodeError, RecursionError)

_STORES = frozenset(["PUT", "BINPUT", "LONG_BINPUT"])
# One array may be listed many times, so a small pickle can ask for much memory: up to here.
_FREE_BYTES = 64 * 2**20
_MAX_RATIO = 100
# Of a pickle: an array takes about 25 instructions and 200 bytes; one instruction of a byte may
# make an object of a hundred.
_FREE_INSTRUCTIONS = 4_000_000
_BYTES_PER_INSTRUCTION = 4


class RefusedPickle(Exception):
  """The pickle is damaged, or holds more than NumPy arrays of numbers. The text is a clause."""


def unpickle_object_array(data: bytes) -> tuple[tuple[int, ...], list[Any]]:
  """Reads the pickle of one object array, as np.save writes it (protocols 0 to 4).

  Args:
    data: the pickle, without the .npy header.

  Returns:
    shape: of the object array.
    items: its elements in C order: read-only numeric ndarrays, or plain Python numbers, strings
      and containers, which the caller has to judge.

  Raises:
    RefusedPickle: see the class.
  """
  try:
    _check_memo(data)
    array = _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    if not isinstance(array, _Array) or not isinstance(array.value, list):
      raise RefusedPickle("its pickle is no object array")
    items = [item.value if isinstance(item, _Array) else item for item in array.value]
  except _BROKEN as error:
    raise RefusedPickle(f"its pickle is damaged ({type(error).__name__})") from error
  arrays = (item for item in items if isinstance(item, np.ndarray))
  if sum(item.nbytes for item in arrays) > max(_FREE_BYTES, _MAX_RATIO * len(data)):
    raise RefusedPickle("its arrays are far larger than the file that holds them")
  return array.shape, items


def _check_memo(data: bytes) -> None:
  """Refuses numbers of stored objects beyond their count: Python would make room for them all.

  Also more instructions than arrays take, each of which may cost far more memory than its byte.
  """
  most = max(_FREE_INSTRUCTIONS, len(data) // _BYTES_PER_INSTRUCTION)
  for count, (opcode, number, _) in enumerate(pickletools.genops(data)):
    if opcode.name in _STORES and number > count:
      raise RefusedPickle(f"its pickle is damaged (object {number} of {count})")
    if count > most:
      raise RefusedPickle("its pickle has far more instructions than its arrays need")


class _ArraysOnly(pickle.Unpickler):
  """The unpickler whose only names are those in _STAND_INS."""

  def find_class(self, module: str, name: str) -> Any:
    """Returns the stand-in for a global of the pickle; refuses all others."""
    try:
      return _STAND_INS[module, name]
    except KeyError:
      raise RefusedPickle(f"it asks to load {module}.{name}, which no array of numbers needs, "
                          "so it may be harmful") from None


class _Array:
  """Stands for an ndarray while it is unpickled; `value` is the ndarray or the list of items."""

  __slots__ = ("shape", "value")

  def __setstate__(self, state: tuple) -> None:
    shape, dtype, is_fortran, raw = state[-4:]  # an optional version number comes first
    if not all(isinstance(size, int) and size >= 0 for size in shape):
      raise ValueError("shape")
    self.shape = tuple(shape)
    if dtype.numpy_dtype.hasobject:
      if not isinstance(raw, list) or len(raw) != math.prod(shape):
        raise ValueError("an object array with another number of items than its shape")
      self.value = raw
      return
    content = raw.encode("latin1") if isinstance(raw, str) else raw  # str: written by Python 2
    flat = np.frombuffer(content, dtype.numpy_dtype)
    self.value = flat.reshape(self.shape, order="F" if is_fortran else "C")


class _Dtype:
  """Stands for a numpy.dtype while it is unpickled."""

  __slots__ = ("numpy_dtype",)

  def __setstate__(self, state: tuple) -> None:
    if any(part is not None for part in state[2:5]):
      raise RefusedPickle("it holds arrays of records, not of numbers")
    if state[1] in ("<", ">"):
      self.numpy_dtype = self.numpy_dtype.newbyteorder(state[1])


# The callables below are slotted instances, not functions: a pickle can set attributes on what it
# loads, and these have none to set.
class _MakeArray:
  __slots__ = ()

  def __call__(self, subtype: Any, shape: tuple, typecode: Any) -> _Array:
    del subtype, shape, typecode  # placeholders; the true ones come with the state
    return _Array()


class _MakeDtype:
  __slots__ = ()

  def __call__(self, code: str, align: Any = False, copy: Any = False) -> _Dtype:
    del align, copy
    if not re.fullmatch(r"[<>|=]?(b1|[iu][1248]|f[248]|O[48]?)", code):
      raise RefusedPickle(f"it holds arrays of type {code!r}, not of numbers")
    made = _Dtype()
    made.numpy_dtype = np.dtype("O" if "O" in code else code)
    return made


class _Encode:
  """Protocol 2 as Python 3 writes it: the bytes b are _codecs.encode(text, "latin1")."""

  __slots__ = ()

  def __call__(self, text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1"):
      raise ValueError("encoding")
    return text.encode("latin1")


_STAND_INS = {
    ("numpy", "ndarray"): None,  # only handed on to _reconstruct
    ("numpy", "dtype"): _MakeDtype(),
    ("numpy.core.multiarray", "_reconstruct"): _MakeArray(),
    ("numpy._core.multiarray", "_reconstruct"): _MakeArray(),
    ("_codecs", "encode"): _Encode(),
}
