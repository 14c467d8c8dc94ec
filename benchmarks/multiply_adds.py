"""Counting the multiply-adds of a TensorFlow function, from its graph."""

import numpy as np
import tensorflow as tf


def multiply_adds(function: tf.types.experimental.ConcreteFunction) -> int:
  """Those of its matrix products and convolutions.

  Operations whose results nothing needs are not counted, as TensorFlow does not run them. Those
  inside functions that it calls are not seen.

  Raises:
    ValueError: a size is not known from the graph.
  """
  graph = function.graph
  waiting, seen = [one.op for one in graph.outputs] + list(graph.control_outputs), set()
  while waiting:
    operation = waiting.pop()
    if operation not in seen:
      seen.add(operation)
      waiting += [one.op for one in operation.inputs] + list(operation.control_inputs)
  return sum(_of_operation(operation) for operation in seen)


def _of_operation(operation) -> int:
  sizes = lambda index: operation.inputs[index].shape
  if operation.type == "Conv2D":  # for each pixel of the result, the kernel once
    pixels, kernel = operation.outputs[0].shape[:3], sizes(1)
  elif operation.type == "Conv2DBackpropInput":
    pixels, kernel = sizes(2)[:3], sizes(1)
  elif operation.type == "Conv2DBackpropFilter":
    pixels, kernel = sizes(2)[:3], operation.outputs[0].shape
  elif operation.type in ("MatMul", "BatchMatMulV2"):
    attribute = "transpose_a" if operation.type == "MatMul" else "adj_x"
    pixels = operation.outputs[0].shape
    kernel = [sizes(0)[-2 if operation.get_attr(attribute) else -1]]
  else:
    return 0
  if None in (*pixels, *kernel):
    raise ValueError(f"The sizes of {operation.name} ({operation.type}) are not all known.")
  return int(np.prod(pixels)) * int(np.prod(kernel))
