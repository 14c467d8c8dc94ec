"""The files in fixtures/, which PyTorch 2.13 wrote, and the numbers in them, made by rule.

The tests need no PyTorch; where it is installed, `python -m tests.pretrained.torch_fixtures` writes
the files anew.
"""

import pathlib
import zlib
from typing import Any

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "fixtures"
FORMATS = ("zip", "legacy")
KINDS = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool",
         "uint16", "uint32", "uint64")
_SHAPES = {"conv.weight": (4, 3, 2, 2), "conv.bias": (4,), "norm.weight": (4,), "norm.bias": (4,),
           "norm.running_mean": (4,), "norm.running_var": (4,), "norm.num_batches_tracked": (),
           "head.weight": (2, 4), "head.bias": (2,)}


def numbers(name: str, shape: tuple[int, ...] = (3, 4), kind: str = "float32") -> np.ndarray:
  """Numbers that differ from name to name, in [0, 100)."""
  rng = np.random.RandomState(zlib.crc32(name.encode()))
  return np.asarray(rng.rand(*shape) * 100).astype(kind)


def state_dict() -> dict[str, np.ndarray]:
  """The arrays of state_dict_*.pth: a module's parameters and buffers."""
  return {name: numbers(name, shape, "float32" if shape else "int64")
          for name, shape in _SHAPES.items()}


def tensors() -> dict[str, np.ndarray]:
  """The arrays of tensors_*.pth: all types, and views of all sorts of one storage."""
  base = numbers("base", (4, 6))
  rounded = (np.asarray(base.view(np.uint32)) & 0xFFFF0000).view(np.float32)  # bfloat16 is exact
  return {kind: numbers(kind, kind=kind) for kind in KINDS} | {
      "base": base, "transposed": base.T, "strided": base[1:3, ::2], "row": base[2],
      "expanded": np.broadcast_to(base[:, :1], (4, 5)), "scalar": base[1, 1],
      "empty": np.zeros((0, 3), np.float32), "bfloat16": rounded, "bfloat16 view": rounded.T[2:],
      "parameter": numbers("parameter"), "frozen parameter": numbers("frozen parameter")}


def checkpoint() -> dict[str, Any]:
  """The content of checkpoint_*.pth: networks, an optimiser, plain values."""
  weight = numbers("weight")
  moments = {"step": np.float32(3), "exp_avg": numbers("m"), "exp_avg_sq": numbers("v")}
  group = {"lr": 0.001, "betas": (0.5, 0.999), "amsgrad": False, "foreach": None, "params": [0]}
  return {"g": state_dict(), "opt": {"state": {0: moments}, "param_groups": [group]},
          "weight": weight, "epoch": 3, "best": 2.5, "name": "café", "size": (3, 4), "big": 2**70,
          "negative": -70_000, "device": "cuda:1", "dtype": "torch.float16"}


def _write() -> None:
  import torch  # nowhere else needed

  class Net(torch.nn.Module):
    """A module with the parameters of _SHAPES."""

    def __init__(self):
      super().__init__()
      self.conv = torch.nn.Conv2d(3, 4, 2)
      self.norm = torch.nn.BatchNorm2d(4)
      self.head = torch.nn.Linear(4, 2)

  def torch_of(value):
    if isinstance(value, (np.ndarray, np.generic)):
      return torch.from_numpy(np.array(value))
    if isinstance(value, dict):
      return {key: torch_of(item) for key, item in value.items()}
    return [torch_of(item) for item in value] if isinstance(value, list) else value

  net = Net()
  net.load_state_dict(torch_of(state_dict()))
  given = tensors()
  base = torch.from_numpy(given["base"])
  half = torch.from_numpy(given["bfloat16"].copy()).bfloat16()
  views = torch_of({name: given[name] for name in KINDS}) | {
      "base": base, "transposed": base.T, "strided": base[1:3, ::2], "row": base[2],
      "expanded": base[:, :1].expand(4, 5), "scalar": base[1, 1], "empty": torch.zeros(0, 3),
      "bfloat16": half, "bfloat16 view": half.T[2:],
      "parameter": torch.nn.Parameter(torch_of(given["parameter"])),
      "frozen parameter": torch.nn.Parameter(torch_of(given["frozen parameter"]), False)}
  saved = torch_of(checkpoint()) | {"g": net.state_dict(), "size": base[:3, :4].size(),
                                    "device": torch.device("cuda:1"), "dtype": torch.float16}
  FOLDER.mkdir(exist_ok=True)
  for name, value in (("state_dict", net.state_dict()), ("tensors", views),
                      ("checkpoint", saved)):
    for form in FORMATS:
      torch.save(value, FOLDER / f"{name}_{form}.pth",
                 _use_new_zipfile_serialization=form == "zip")
  torch.save(net.state_dict(), FOLDER / "state_dict_protocol4.pth", pickle_protocol=4)
  torch.save(net.head, FOLDER / "module_zip.pth")  # the old format would copy PyTorch's source


if __name__ == "__main__":
  _write()
