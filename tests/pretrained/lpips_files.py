"""Weight files of the shapes and names of the published ones, with random numbers."""

import pathlib

import numpy as np

from models.lpips.model import BACKBONES
from pretrained.lpips_weights import Files
from tests.pretrained import torch_writer


def backbone(net: str) -> dict[str, np.ndarray]:
  """As of a torchvision file: all convolutions, and an entry of the classifier."""
  random, arrays = np.random.default_rng(1), {"classifier.1.bias": np.zeros(7)}
  for name, conv in BACKBONES[net]().convolutions.items():
    height, width, into, out = conv.kernel.shape
    deviation = (2 / (height * width * into)) ** 0.5
    arrays[f"{name}.weight"] = random.normal(0, deviation, [out, into, height, width])
    arrays[f"{name}.bias"] = random.normal(0, 0.05, [out])
  return {name: array.astype(np.float32) for name, array in arrays.items()}


def heads(net: str) -> dict[str, np.ndarray]:
  """As of a file of PerceptualSimilarity."""
  random = np.random.default_rng(2)
  return {f"lin{level}.model.1.weight": random.uniform(size=[1, channels, 1, 1]).astype(np.float32)
          for level, channels in enumerate(BACKBONES[net].CHANNELS)}


def write(net: str, folder: pathlib.Path) -> Files:
  """Writes both as backbone.pth and heads.pth."""
  files = Files(folder / "backbone.pth", folder / "heads.pth")
  save(files.backbone, backbone(net))
  save(files.heads, heads(net))
  return files


def save(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> None:
  """Writes float32 arrays as torch.save writes a state dict."""
  tensors, storages = {}, {}
  for key, (name, array) in enumerate(arrays.items()):
    strides = [stride // array.itemsize for stride in array.strides]
    storage = torch_writer.storage(str(key), numel=array.size)
    tensors[name] = torch_writer.tensor(storage, 0, array.shape, strides)
    storages[str(key)] = (array.tobytes(), array.size)
  torch_writer.write(path.parent, "zip", torch_writer.named(**tensors), storages).rename(path)
