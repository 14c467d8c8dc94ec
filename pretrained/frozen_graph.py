"""The constants of a frozen TensorFlow 1 graph (GraphDef), read without running it.

A GraphDef is a protocol buffer, plain data: parsing it runs nothing, and no graph is built of it.
"""

import math
import os

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from data_tools.errors import UserError
from pretrained.graph_archive import MEMBER, read_graph

# A constant may be one number and a shape, so a small graph can ask for much memory: up to here.
_FREE_BYTES = 2**26
_MAX_RATIO = 4
_BFLOAT16 = tf.bfloat16.as_datatype_enum
_FLOATS = frozenset(kind.as_datatype_enum for kind in (tf.float16, tf.bfloat16, tf.float32,
                                                       tf.float64))


def read_constants(path: str | os.PathLike) -> dict[str, np.ndarray]:
  """The float constants of a GraphDef.

  Args:
    path: a .pb file, or a .tgz archive that holds classify_image_graph_def.pb.

  Returns:
    node name -> array of the constant's dtype (bfloat16 as float32), for all Const nodes of a
    floating type, in the order of the graph.

  Raises:
    UserError: it is missing, damaged or something else.
  """
  content = read_graph(path)
  graph = tf.compat.v1.GraphDef()
  try:
    graph.ParseFromString(content)
    constants = _constants(graph, max(_FREE_BYTES, _MAX_RATIO * len(content)))
  except (DecodeError, ValueError, TypeError, OverflowError, MemoryError) as error:
    raise UserError(f"{path} is no whole TensorFlow graph ({type(error).__name__}); "
                    "get it again.") from error
  if not constants:
    raise UserError(f"{path} holds no constants; give a frozen TensorFlow graph, or an archive "
                    f"that holds {MEMBER}.")
  return constants


def _constants(graph: tf.compat.v1.GraphDef, budget: int) -> dict[str, np.ndarray]:
  """name -> array; raises ValueError beyond `budget` bytes."""
  constants = {}
  for node in graph.node:
    if node.op != "Const" or node.attr["value"].tensor.dtype not in _FLOATS:
      continue
    tensor = node.attr["value"].tensor
    shape = [size.size for size in tensor.tensor_shape.dim]
    if tensor.tensor_shape.unknown_rank or any(size < 0 for size in shape):
      raise ValueError("shape")
    budget -= 8 * math.prod(shape)
    if budget < 0 or node.name in constants:
      raise ValueError("size or name")
    array = tf.make_ndarray(tensor)
    constants[node.name] = array.astype(np.float32) if tensor.dtype == _BFLOAT16 else array
  return constants
