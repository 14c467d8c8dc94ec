"""Weight files of PyTorch (.pth, .pt) read without PyTorch and without running what they hold.

Both formats of torch.save are read, the zip archive and the one before it. Nothing a file names is
imported or called: see `torch_unpickler`.
"""

import os
import pathlib
from typing import Any

import numpy as np

from data_tools.errors import UserError
from pretrained import torch_legacy_file, torch_unpickler, torch_zip_file
from pretrained.torch_tensors import TreeBuilder
from pretrained.torch_values import Refused

_SHOWN = 8  # names in an error sentence before "and N more"
_ADVICE = ("get it again from its publisher, or give a file that torch.save(module.state_dict(), "
           "...) wrote")


def read_state_dict(path: str | os.PathLike) -> dict[str, np.ndarray]:
  """The named tensors of a file that `torch.save(module.state_dict(), path)` wrote.

  Args:
    path: a .pth or .pt file, zip or legacy format.

  Returns:
    name -> read-only array of the tensor's shape in C order, of its dtype (bfloat16 as float32), in
    the order of the file.

  Raises:
    UserError: it is missing, damaged, asks for anything beyond tensors, or is not one flat dict of
      tensors.
  """
  tree = read_tree(path)
  if not isinstance(tree, dict):
    raise UserError(f"{path} holds a {_kind_of(tree)} where a dict of named tensors was expected; "
                    f"{_ADVICE}.")
  others = [f"{key!r:.60} (a {_kind_of(value)})" for key, value in tree.items()
            if not isinstance(key, str) or not isinstance(value, np.ndarray)]
  if others:
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    raise UserError(f"{path} is not one flat dict of named tensors: it also holds "
                    f"{', '.join(others[:_SHOWN])}{more}; give a file of one module's "
                    "state_dict().")
  return tree


def read_tree(path: str | os.PathLike) -> Any:
  """Everything in a file of torch.save, such as a checkpoint of networks and optimisers.

  Args:
    path: a .pth or .pt file, zip or legacy format.

  Returns:
    The saved value: dicts (with keys of type str or int), lists, tuples, None, bool, int, float,
    str, bytes, and arrays as of `read_state_dict`; dtypes and devices as text.

  Raises:
    UserError: it is missing, damaged, or asks for anything beyond tensors and plain values.
  """
  path = pathlib.Path(path)
  if not path.is_file():
    raise UserError(f"There is no file {path}; check the folder and the name.")
  try:
    with _format_of(path).opened(path) as file:
      return TreeBuilder(file, path.stat().st_size).build(file.tree)
  except Refused as error:
    raise UserError(f"{path} {error}; it was not read further: {_ADVICE}.") from error
  except torch_unpickler.BROKEN as error:
    raise UserError(f"{path} is damaged ({type(error).__name__}); {_ADVICE}.") from error
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror or error}); check its permissions and "
                    "the disk.") from error


def _format_of(path: pathlib.Path) -> Any:
  """The module that reads the file, by its first bytes."""
  with open(path, "rb") as file:
    head = file.read(512)
  if head.startswith(b"PK\x03\x04"):
    return torch_zip_file
  if head[257:262] == b"ustar":
    raise Refused("is a tar archive, the format of PyTorch before 0.1.10, which is not supported")
  return torch_legacy_file


def _kind_of(value: Any) -> str:
  return "tensor" if isinstance(value, np.ndarray) else type(value).__name__
