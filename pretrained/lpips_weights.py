"""The published weights of LPIPS v0.1: torchvision's backbones, the package's calibration heads."""

import os
import pathlib
from typing import NamedTuple

import numpy as np

from data_tools.errors import UserError
from models.lpips.model import BACKBONES, VERSION, Lpips
from pretrained import backbone_weights, public_weights
from pretrained.backbone_weights import check_entries
from pretrained.torch_files import read_state_dict

BACKBONE_FLAG, HEADS_FLAG = "--backbone_weights", "--heads_weights"
# Sums of the calibration weights of each level in the package's files, by version.
HEAD_SUMS = {
    "0.1": {"vgg": (6.92599, 8.85833, 17.51501, 51.52132, 47.03485),
            "alex": (2.34953, 16.14303, 39.26844, 27.19718, 20.31718),
            "squeeze": (5.69010, 1.18528, 16.32656, 71.01263, 37.37072, 24.26287, 17.59055)},
    "0.0": {"vgg": (3.64161, 1.96011, 1.12310, 20.10626, 25.68957),
            "alex": (2.56589, 10.25739, 22.43431, 16.31391, 13.93452),
            "squeeze": (5.30184, 1.14521, 8.88509, 38.11248, 22.99048, 15.43867, 13.05479)}}
SUM_TOLERANCE = 1e-4  # the sums above have five decimals

_BACKBONE_ENTRIES = {"vgg": "torchvision_vgg16", "alex": "torchvision_alexnet",
                     "squeeze": "torchvision_squeezenet1_1"}
_TITLES = {"vgg": "VGG-16", "alex": "AlexNet", "squeeze": "SqueezeNet 1.1"}
_HDF5 = b"\x89HDF\r\n\x1a\n"


class Files(NamedTuple):
  """The two weight files of one net."""

  backbone: pathlib.Path
  heads: pathlib.Path


UNNAMED = Files(pathlib.Path("the backbone"), pathlib.Path("the heads"))  # for arrays in memory


def load(net: str = "vgg", backbone_path: str | os.PathLike | None = None,
         heads_path: str | os.PathLike | None = None, allow_other: bool = False) -> Lpips:
  """LPIPS with its published weights, fetched once where no path is given.

  Args:
    net: "vgg", "alex" or "squeeze".
    backbone_path: torchvision's .pth file of VGG-16, AlexNet or SqueezeNet 1.1.
    heads_path: the .pth file of PerceptualSimilarity v0.1.
    allow_other: takes given files that are not the published ones, with a warning.

  Raises:
    UserError: a file can't be had or read, or is not what it should be.
  """
  return load_files(net, locate(net, backbone_path, heads_path, allow_other))


def locate(net: str, backbone_path: str | os.PathLike | None = None,
           heads_path: str | os.PathLike | None = None, allow_other: bool = False) -> Files:
  """The paths of the weight files, checked against their published sha256; see `load`."""
  # What these two say helps more than that the file is not the published one, which comes next.
  _refuse_keras(net, backbone_path)
  _refuse_old_heads(net, heads_path)
  return Files(
      public_weights.locate(_BACKBONE_ENTRIES[net], backbone_path, allow_other, BACKBONE_FLAG),
      public_weights.locate(f"lpips_{net}", heads_path, allow_other, HEADS_FLAG))


def are_published(net: str, files: Files) -> bool:
  """Whether both files are the published ones."""
  return (public_weights.is_published(_BACKBONE_ENTRIES[net], files.backbone)
          and public_weights.is_published(f"lpips_{net}", files.heads))


def load_files(net: str, files: Files) -> Lpips:
  """LPIPS with the weights of two files, whoever published them.

  Raises:
    UserError: a file can't be read or does not fit.
  """
  model = Lpips(net)
  assign(model, read_state_dict(files.backbone), read_state_dict(files.heads), files)
  return model


def assign(model: Lpips, backbone: dict[str, np.ndarray], heads: dict[str, np.ndarray],
           files: Files = UNNAMED) -> None:
  """Fills a model; nothing is assigned if anything does not fit.

  Args:
    model: to fill.
    backbone: torchvision's "features.<n>[.squeeze|.expand1x1|.expand3x3].weight" float
      [out, in, h, w] and ".bias" float [out]; entries of its classifier are passed over.
    heads: "lin<l>.model.1.weight" float [1, C_l, 1, 1], at least 0.
    files: their names in errors.

  Raises:
    UserError: entries are missing, misshapen, unknown or no finite numbers, or the heads are of
      version 0.0 or negative.
  """
  backbone = {name: array for name, array in backbone.items()
              if not name.startswith("classifier.")}
  shapes = backbone_weights.shapes_of(model.backbone.convolutions)
  check_entries(files.backbone, backbone, shapes, _backbone_title(model.net))
  check_entries(files.heads, heads, _head_shapes(model.net), _heads_title(model.net))
  if sum_error(model.net, heads, "0.0") < SUM_TOLERANCE:
    raise UserError(_old_heads(model.net, files.heads))
  if any((array < 0).any() for array in heads.values()):
    raise UserError(f"{files.heads} holds calibration weights below 0, which a distance can't "
                    f"have; give {_heads_title(model.net)}.")
  backbone_weights.fill(model.backbone.convolutions, backbone)
  for head, name in zip(model.heads, _head_shapes(model.net)):
    head.assign(heads[name].reshape(-1))  # [1, C, 1, 1] -> [C]


def sum_error(net: str, heads: dict[str, np.ndarray], version: str = VERSION) -> float:
  """How far the sums of the levels' calibration weights are from the published ones, at most.

  Args:
    net: "vgg", "alex" or "squeeze".
    heads: as of `assign`.
    version: of the published ones.
  """
  sums = [heads[name].sum(dtype=np.float64) for name in _head_shapes(net)]
  return float(np.abs(np.subtract(sums, HEAD_SUMS[version][net])).max())


def _head_shapes(net):
  return {f"lin{level}.model.1.weight": (1, channels, 1, 1)
          for level, channels in enumerate(BACKBONES[net].CHANNELS)}


def _refuse_keras(net, path):
  """Keras' files hold other weights: VGG's are of another training, for other inputs."""
  if path is None:
    return
  path = pathlib.Path(path).expanduser()
  is_hdf5 = False
  if path.is_file():
    with open(path, "rb") as file:
      is_hdf5 = file.read(len(_HDF5)) == _HDF5
  if is_hdf5 or path.suffix.lower() in (".h5", ".hdf5", ".keras"):
    raise UserError(f"{path} is a weight file of Keras, whose networks were trained separately and "
                    f"give other distances; give {_backbone_title(net)}.")


def _refuse_old_heads(net, path):
  """Looks for version 0.0 in a file that is there; whatever else may be wrong is told later."""
  if path is None or not pathlib.Path(path).expanduser().is_file():
    return
  heads = read_state_dict(pathlib.Path(path).expanduser())
  if ({name: array.shape for name, array in heads.items()} == _head_shapes(net)
      and sum_error(net, heads, "0.0") < SUM_TOLERANCE):
    raise UserError(_old_heads(net, path))


def _old_heads(net, path):
  return (f"{path} holds the calibration weights of version 0.0, which belong to images that are "
          f"not scaled and to other distances; give {_heads_title(net)}.")


def _backbone_title(net):
  return f"torchvision's .pth file of {_TITLES[net]}"


def _heads_title(net):
  return f"PerceptualSimilarity's v0.1 file of {net}"
