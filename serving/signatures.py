"""What a model server says of a model's signatures, and arrays that fit them.

TensorFlow Serving describes a signature as TensorFlow's SignatureDef, in JSON by REST (GET
/v1/models/NAME/metadata) and as a message by gRPC, of which protobuf makes the same JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

STRING = "string"
_TYPES = {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16",
          "DT_UINT8": "uint8", "DT_INT8": "int8", "DT_INT16": "int16", "DT_INT32": "int32",
          "DT_INT64": "int64", "DT_UINT16": "uint16", "DT_UINT32": "uint32",
          "DT_UINT64": "uint64", "DT_BOOL": "bool", "DT_STRING": STRING}


class Tensor(NamedTuple):
  """One input or output.

  Attributes:
    dtype: NumPy's name of it, or "string".
    shape: the batch first; None where a size is free. None as a whole: any number of axes.
  """

  dtype: str
  shape: tuple[int | None, ...] | None

  @property
  def text(self) -> str:
    """As in "float32 [?, 48, 48, 1]"."""
    if self.shape is None:
      return f"{self.dtype} of any shape"
    return f"{self.dtype} [{', '.join('?' if size is None else str(size) for size in self.shape)}]"

  def takes(self, shape: Sequence[int]) -> bool:
    """Whether an array of this shape fits."""
    return self.shape is None or (len(shape) == len(self.shape) and all(
        free in (None, size) for free, size in zip(self.shape, shape)))


class Signature(NamedTuple):
  """Inputs and outputs by name."""

  inputs: dict[str, Tensor]
  outputs: dict[str, Tensor]


def of_metadata(definitions: Mapping[str, Any]) -> dict[str, Signature]:
  """Reads signature_def of a model's metadata.

  Args:
    definitions: signature name -> SignatureDef as protobuf's JSON.

  Returns:
    Signature name -> signature; TensorFlow's own ones, which begin with __, are left out.

  Raises:
    LookupError, TypeError, ValueError, AttributeError: this is no such JSON.
  """
  return {name: Signature(*({key: _tensor(info) for key, info in one.get(side, {}).items()}
                            for side in ("inputs", "outputs")))
          for name, one in definitions.items() if not name.startswith("__")}


def as_array(values: Any, tensor: Tensor) -> np.ndarray:
  """Numbers, or strings as bytes, of the type of a tensor.

  Raises:
    ValueError, TypeError, OverflowError: they are no array, or not of this type.
  """
  return np.array(values, object if tensor.dtype == STRING else tensor.dtype)


def _tensor(info) -> Tensor:
  shape = info.get("tensor_shape", {})
  if shape.get("unknown_rank", False):
    return Tensor(_TYPES[info["dtype"]], None)
  sizes = (int(dim.get("size", 0)) for dim in shape.get("dim", []))  # 64-bit numbers are text
  return Tensor(_TYPES[info["dtype"]], tuple(None if size < 0 else size for size in sizes))
