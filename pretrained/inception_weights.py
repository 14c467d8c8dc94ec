"""Fills the FID network with its public weights, from PyTorch's file or TensorFlow's own graph.

Both files hold the same numbers, TensorFlow's release of 2015-12-05: the PyTorch form that
pytorch-fid distributes, and the frozen graph it was converted from. They are read without PyTorch
and without running anything; the classifier in them is not used.
"""

import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from data_tools.errors import UserError
from models.inception_v3.blocks import BLOCKS, STEM, Branch, Fork, Unit, units_of
from models.inception_v3.network import InceptionV3
from pretrained import public_weights
from pretrained.frozen_graph import read_constants
from pretrained.torch_files import read_state_dict

FLAG = "--inception_weights"
TORCH, TENSORFLOW = "inception_2015_torch", "inception_2015_tensorflow"
PUBLISHED = "published"  # how reports name either public file
_TORCH_STARTS = (b"PK\x03\x04", b"\x80")  # a zip archive, or the pickle of the older form
_TORCH_BATCH_NORM = {"gamma": "bn.weight", "beta": "bn.bias", "moving_mean": "bn.running_mean",
                     "moving_variance": "bn.running_var"}


class WeightFile(NamedTuple):
  """A weight file that was found and checked.

  Attributes:
    path: of the file.
    name: TORCH or TENSORFLOW, which says how it is read.
    identity: "published", or the SHA-256 of another file that was allowed.
  """

  path: pathlib.Path
  name: str
  identity: str


def load(path: str | os.PathLike | None = None, allow_other: bool = False) -> InceptionV3:
  """The FID network with its weights.

  Args:
    path: of pt_inception-2015-12-05-6726825d.pth or inception-2015-12-05.tgz (told by their
      content); None takes the first from the cache folder, fetching it if need be.
    allow_other: takes weights that are not the published ones.

  Returns:
    A network with every variable set.

  Raises:
    UserError: the file is missing, damaged, not the published one, or lacks a weight.
  """
  return load_file(find(path, allow_other))


def find(path: str | os.PathLike | None = None, allow_other: bool = False) -> WeightFile:
  """Finds and checks the weight file without reading its weights; arguments as of `load`."""
  name = TORCH if path is None else _kind(pathlib.Path(path))
  found = public_weights.locate(name, path, allow_other=allow_other, flag=FLAG)
  published = public_weights.is_published(name, found)
  return WeightFile(found, name, PUBLISHED if published else public_weights.sha256_of(found))


def load_file(file: WeightFile) -> InceptionV3:
  """A network with the weights of a file that `find` found.

  Raises:
    UserError: the file is damaged or lacks a weight.
  """
  read, fill = ((read_state_dict, from_torch_names) if file.name == TORCH else
                (read_constants, from_graph_names))
  arrays = read(file.path)  # first: a damaged file is told before the network is built
  network = InceptionV3()
  fill(network, arrays, str(file.path))
  return network


def _kind(path: pathlib.Path) -> str:
  """TORCH or TENSORFLOW, by the first bytes; a file that can't be read is left to `locate`."""
  try:
    with path.open("rb") as file:
      start = file.read(4)
  except OSError:
    return TORCH
  return TORCH if start.startswith(_TORCH_STARTS) else TENSORFLOW


def from_torch_names(network: InceptionV3, arrays: Mapping[str, np.ndarray], source: str) -> None:
  """Sets every variable from arrays under PyTorch's names.

  Args:
    network: to fill.
    arrays: such as "Mixed_5b.branch1x1.conv.weight", kernels [out, in, height, width].
    source: named in errors.

  Raises:
    UserError: an array is missing, has another shape, or is not finite.
  """
  for name, unit in network.units().items():
    kernel = _take(arrays, f"{name}.conv.weight", source, unit.conv.kernel.shape, (3, 2, 0, 1))
    unit.conv.kernel.assign(kernel.transpose(2, 3, 1, 0))  # [o, i, h, w] -> [h, w, i, o]
    for variable, entry in _TORCH_BATCH_NORM.items():
      _assign(getattr(unit.norm, variable), arrays, f"{name}.{entry}", source)


def from_graph_names(network: InceptionV3, arrays: Mapping[str, np.ndarray], source: str) -> None:
  """Sets every variable from the constants of TensorFlow's frozen graph.

  Args:
    network: to fill.
    arrays: such as "mixed/tower/conv_1/conv2d_params", kernels [height, width, in, out].
    source: named in errors.

  Raises:
    UserError: an array is missing, has another shape, or is not finite.
  """
  units = network.units()
  for name, scope in graph_names().items():
    unit = units[name]
    _assign(unit.conv.kernel, arrays, f"{scope}/conv2d_params", source)
    for variable in _TORCH_BATCH_NORM:
      _assign(getattr(unit.norm, variable), arrays, f"{scope}/batchnorm/{variable}", source)


def graph_names() -> dict[str, str]:
  """The frozen graph's name of each unit: "Mixed_5b.branch5x5_2" -> "mixed/tower/conv_1".

  In each scope the convolutions are numbered conv, conv_1, ...; a branch of more than one step has
  a scope tower, tower_1, ..., and a fork at its end another one, mixed.
  """
  names = {unit.name: scope for unit, scope in zip(units_of(STEM), _numbered("conv"))}
  for (block, branches), scope in zip(BLOCKS.items(), _numbered("mixed")):
    towers = _numbered("tower")
    for branch in branches:
      if units_of(branch):
        inner = scope if len(branch) == 1 else f"{scope}/{next(towers)}"
        names |= {f"{block}.{name}": one for name, one in _branch_names(branch, inner)}
  return names


def _branch_names(branch: Branch, scope: str) -> Iterator[tuple[str, str]]:
  numbers = _numbered("conv")
  for step in branch:
    if isinstance(step, Unit):
      yield step.name, f"{scope}/{next(numbers)}"
    elif isinstance(step, Fork):
      yield from ((unit.name, f"{scope}/mixed/{number}")
                  for unit, number in zip(step, _numbered("conv")))


def _numbered(word: str) -> Iterator[str]:
  """word, word_1, word_2, ..."""
  yield word
  number = 0
  while True:
    number += 1
    yield f"{word}_{number}"


def _assign(variable, arrays: Mapping[str, np.ndarray], name: str, source: str) -> None:
  variable.assign(_take(arrays, name, source, variable.shape))


def _take(arrays: Mapping[str, np.ndarray], name: str, source: str, shape,
          order: tuple[int, ...] | None = None) -> np.ndarray:
  """The array of a name as float32; `order` says how the file's axes follow from `shape`."""
  expected = tuple(shape) if order is None else tuple(shape[axis] for axis in order)
  if name not in arrays:
    raise UserError(f"{source} has no {name}: it is not a weight file of the FID network; give "
                    f"{FLAG} pt_inception-2015-12-05-6726825d.pth or inception-2015-12-05.tgz.")
  array = np.asarray(arrays[name])
  if array.shape != expected:
    raise UserError(f"{name} of {source} has shape {list(array.shape)}, but the FID network needs "
                    f"{list(expected)}; give the weights of the 2015-12-05 release.")
  if array.dtype.kind != "f" or not np.isfinite(array).all():
    raise UserError(f"{name} of {source} holds values that are not finite floats; fetch the file "
                    "again.")
  return array.astype(np.float32)
