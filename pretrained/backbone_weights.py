"""Convolutions with bias filled from a torchvision state dict, once everything is known to fit."""

import os
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError

_SHOWN = 4  # names in an error sentence before "and N more"


def shapes_of(convolutions: Mapping[str, tf.keras.layers.Conv2D]) -> dict[str, tuple[int, ...]]:
  """The entries that belong to convolutions, in PyTorch's layout.

  Args:
    convolutions: torchvision name ("features.0") -> layer.

  Returns:
    "NAME.weight" -> (out, in, h, w), "NAME.bias" -> (out,).
  """
  shapes = {}
  for name, conv in convolutions.items():
    height, width, into, out = conv.kernel.shape
    shapes |= {f"{name}.weight": (out, into, height, width), f"{name}.bias": (out,)}
  return shapes


def check_entries(path: str | os.PathLike, found: Mapping[str, np.ndarray],
                  shapes: Mapping[str, tuple[int, ...]], title: str) -> None:
  """Compares names, shapes and kinds of numbers with what is needed.

  Args:
    path: of the file, for the sentence.
    found: its entries.
    shapes: what they must be.
    title: what should have been given.

  Raises:
    UserError: entries are missing, misshapen, unknown or no finite numbers.
  """
  misfits = {
      "missing": [name for name in shapes if name not in found],
      "unknown": [name for name in found if name not in shapes],
      "misshapen": [f"{name} {list(found[name].shape)} instead of {list(shape)}"
                    for name, shape in shapes.items()
                    if name in found and found[name].shape != tuple(shape)],
      "without finite numbers": [name for name in shapes
                                 if name in found and not _is_finite(found[name])]}
  clauses = [f"{kind}: {_some(names)}" for kind, names in misfits.items() if names]
  if clauses:
    raise UserError(f"The entries of {path} do not fit ({'; '.join(clauses)}); give {title}.")


def fill(convolutions: Mapping[str, tf.keras.layers.Conv2D], arrays: Mapping[str, np.ndarray]
         ) -> None:
  """Assigns checked entries."""
  for name, conv in convolutions.items():
    conv.kernel.assign(arrays[f"{name}.weight"].transpose(2, 3, 1, 0))  # OIHW -> HWIO
    conv.bias.assign(arrays[f"{name}.bias"])


def _is_finite(array):
  return bool(np.issubdtype(array.dtype, np.floating) and np.isfinite(array).all())


def _some(names):
  more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
  return ", ".join(names[:_SHOWN]) + more
