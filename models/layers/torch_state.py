"""The variables of a network as a PyTorch state dict has them: by name, and in its layout.

A layer that stands for one module of the original bears that module's name
("sf_32.1.main.2") and has `torch_variables()`: its own variables by PyTorch's names ("weight",
"bias", ...). A network that holds whole networks, each under a name, lists them in `networks`.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from models.layers.linear_maps import LinearMap


def named_variables(network: tf.Module) -> dict[str, tf.Variable]:
  """All variables by their names in the original's state dict, without that of the network."""
  return {f"{prefix}{name}": variable for prefix, layer in _layers(network)
          for name, variable in layer.torch_variables().items()}


def from_torch(network: tf.Module, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
  """Arrays of a state dict (or such as belong to its entries, like gradients) in our layout.

  Args:
    network: whose variables they are for.
    arrays: by name. Names that the network does not have (num_batches_tracked, say) are left out.

  Returns:
    By name, each of its variable's shape.

  Raises:
    ValueError: an array does not fit its variable.
  """
  converted = {}
  for prefix, layer in _layers(network):
    for name, variable in layer.torch_variables().items():
      full = f"{prefix}{name}"
      if full in arrays:
        converted[full] = _converted(layer, name, variable, np.asarray(arrays[full]))
        if converted[full].shape != variable.shape:
          raise ValueError(f"{full} has shape {arrays[full].shape}, which does not fit a variable "
                           f"of shape {variable.shape}.")
  return converted


def _layers(network) -> Iterator[tuple[str, tf.Module]]:
  """The layers that have variables of their own, each with what stands before their names."""
  for outer, root in getattr(network, "networks", {"": network}).items():
    for layer in (root, *root.submodules):
      if hasattr(layer, "torch_variables"):
        inner = "" if layer is root else layer.name.removeprefix(f"{root.name}.") + "."
        yield (f"{outer}." if outer else "") + inner, layer


def _converted(layer, name, variable, array):
  if isinstance(layer, LinearMap) and name in ("weight", "weight_orig"):
    return np.transpose(array, layer.TORCH_AXES)
  if isinstance(layer, LinearMap) and name == "weight_v":
    return _columns(layer, array)
  if len(variable.shape) == 4:  # a picture: [B, C, H, W] -> [B, H, W, C]
    return array.transpose(0, 2, 3, 1)
  return array.reshape(variable.shape)


def _columns(layer, vector):
  """One number for each column of the weight as a matrix: PyTorch's order of columns -> ours."""
  *ours, rows_axis = layer.TORCH_AXES
  size_of = dict(zip(layer.TORCH_AXES, layer.kernel.shape))
  theirs = sorted(ours)  # its columns go through the other axes in their order
  grid = vector.reshape([size_of[axis] for axis in theirs])
  return grid.transpose([theirs.index(axis) for axis in ours]).reshape(-1)
