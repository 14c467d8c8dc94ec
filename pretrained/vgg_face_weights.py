"""Reads the weights of VGG-Face out of a .mat file of MatConvNet, in either of its layouts.

  layers         cell array; of each layer that learnt: name, and weights {filters, biases} or, in
                 older files, the fields filters and biases. Filters are [h, w, in, out].
  meta           struct; meta.normalization.averageImage, [224, 224, 3] or [1, 1, 3], RGB 0..255.
                 Older files have `normalization` beside `layers`.

All of it may lie in a struct `net`. Layers go by their names; those without weights don't matter.

Source: Parkhi, Vedaldi & Zisserman, "Deep Face Recognition", BMVC 2015, and its file vgg_face.mat.
"""

import os
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from data_tools import matlab_file
from data_tools.errors import UserError
from models.vggface.vgg_face import LAYERS, kernel_shapes

_ADVICE = ("give vgg_face.mat of the VGG Face Descriptor (its MatConvNet package), whole, from the "
           "site of Oxford's Visual Geometry Group")
_SHOWN = 4  # names in an error sentence before "and N more"
_STRIDE = 32  # pixels of a picture for one of fc6's kernel


class VggFaceWeights(NamedTuple):
  """What a file holds, known to be one whole network.

  Attributes:
    width: channels of conv1_1; the original's is 64.
    input_size: S, width and height of the pictures that it takes; the original's is 224.
    kernels: conv1_1 .. fc7 -> float32 [h, w, in, out].
    biases: conv1_1 .. fc7 -> float32 [out].
    average: float32 [S, S, 3], RGB 0..255.
  """

  width: int
  input_size: int
  kernels: dict[str, np.ndarray]
  biases: dict[str, np.ndarray]
  average: np.ndarray


def read(path: str | os.PathLike) -> VggFaceWeights:
  """Reads and checks a file; fc8, which tells persons, is checked if it is there, and left out.

  Raises:
    UserError: it is missing, damaged or no .mat file; a layer or the average is missing, has
      another shape, or holds no finite numbers.
  """
  path = pathlib.Path(path)
  content = _content(path)
  filters, biases = _learnt(content, path)
  width, side = _sizes(filters, path)
  shapes = kernel_shapes(width, _STRIDE * side)
  _check(filters, biases, shapes, path)
  kept = [name for name in LAYERS if name in shapes]
  return VggFaceWeights(
      width, _STRIDE * side,
      {name: filters[name].reshape(shapes[name]).astype(np.float32, copy=False)
       for name in kept},
      {name: biases[name].reshape(-1).astype(np.float32) for name in kept},
      _average(content, _STRIDE * side, path))


def _content(path: pathlib.Path) -> dict[str, Any]:
  """The variables `layers`, `meta` and `normalization`, wherever they lie."""
  if not path.is_file():
    raise UserError(f"There is no file {path}; {_ADVICE}.")
  try:
    content = matlab_file.read(path, ("net", "layers", "meta", "normalization"))
  except (ValueError, OSError) as error:
    raise UserError(f"{path} can't be read as a .mat file ({error}); {_ADVICE}.") from error
  return content["net"] if isinstance(content.get("net"), dict) else content


def _learnt(content, path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
  """Filters and biases of the layers that have some, by name."""
  filters, biases = {}, {}
  try:
    for layer in content["layers"]:
      pair = (layer["weights"] if "weights" in layer
              else [layer[name] for name in ("filters", "biases") if name in layer])
      if len(pair) >= 2:
        name = str(layer["name"])
        filters[name], biases[name] = (np.asarray(array) for array in pair[:2])
  except (LookupError, TypeError, ValueError) as error:
    raise UserError(f"{path} holds no layers as MatConvNet writes them; {_ADVICE}.") from error
  return filters, biases


def _sizes(filters: Mapping[str, np.ndarray], path) -> tuple[int, int]:
  """Width of the network, and of fc6's kernel."""
  first, dense = (filters.get(name, np.empty(0)) for name in ("conv1_1", "fc6"))
  if 0 in (first.size, dense.size):
    raise UserError(f"{path} has no filters of conv1_1 or fc6, so it is not VGG-Face; {_ADVICE}.")
  return _four(first)[3], _four(dense)[0]


def _four(array: np.ndarray) -> tuple[int, ...]:
  """The shape with the ones at the end that MATLAB leaves out."""
  return array.shape + (1,) * (4 - array.ndim)


def _check(filters, biases, shapes, path) -> None:
  wrong = lambda name: (_four(filters[name]) != shapes[name]
                        or biases[name].size != shapes[name][3])
  misfits = {
      "missing": [name for name in shapes if name in LAYERS and name not in filters],
      "misshapen": [f"{name} {list(filters[name].shape)} with {biases[name].size} biases instead "
                    f"of {list(shapes[name])} with {shapes[name][3]}"
                    for name in shapes if name in filters and wrong(name)],
      "without finite numbers": [name for name in shapes if name in filters and not (
          _is_finite(filters[name]) and _is_finite(biases[name]))]}
  clauses = [f"{kind}: {_some(names)}" for kind, names in misfits.items() if names]
  if clauses:
    raise UserError(f"The layers of {path} are not those of VGG-Face ({'; '.join(clauses)}); "
                    f"{_ADVICE}.")


def _average(content, size: int, path) -> np.ndarray:
  """The average image, or the average colour everywhere: float32 [S, S, 3]."""
  try:
    normalization = (content["meta"] if "meta" in content else content)["normalization"]
    average = np.asarray(normalization["averageImage"])
    if average.size == 3:
      average = average.reshape(3)
    elif average.shape != (size, size, 3):
      raise ValueError(f"its shape is {list(average.shape)}")
    if not _is_finite(average):
      raise ValueError("it holds no finite numbers")
  except (LookupError, TypeError, ValueError) as error:
    raise UserError(f"{path} has no averageImage of {size} x {size} x 3 or 1 x 1 x 3 "
                    f"({error}); {_ADVICE}.") from error
  return np.broadcast_to(average, [size, size, 3]).astype(np.float32)


def _is_finite(array) -> bool:
  return array.dtype.kind in "fiu" and bool(np.isfinite(array).all())


def _some(names):
  more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
  return ", ".join(names[:_SHOWN]) + more
