"""The FID network in PyTorch, from the same table: the other side of benchmarks/inception.py.

PyTorch is no dependency of the zoo; only that benchmark imports this module, where it is installed.
"""

import numpy as np
import torch
from torch.nn import functional

from models.inception_v3.blocks import (BATCH_NORM_EPSILON, BLOCKS, STEM, Branch, Fork, Pool, Unit,
                                        units_of)


class TorchUnit(torch.nn.Module):
  """Convolution without bias -> batch norm -> ReLU."""

  def __init__(self, unit: Unit, channels: int):
    super().__init__()
    padding = 0 if unit.padding == "valid" else tuple(side // 2 for side in unit.kernel)
    self.conv = torch.nn.Conv2d(channels, unit.filters, unit.kernel, unit.strides, padding,
                                bias=False)
    self.bn = torch.nn.BatchNorm2d(unit.filters, eps=BATCH_NORM_EPSILON)

  def forward(self, x):
    return functional.relu(self.bn(self.conv(x)), inplace=True)


class TorchBlock(torch.nn.Module):
  """Parallel branches; the stem is a block of one branch.

  Attributes:
    channels: of the output.
  """

  def __init__(self, branches: tuple[Branch, ...], channels: int):
    super().__init__()
    self._branches, self.channels = branches, 0
    for branch in branches:
      width = channels
      for step in branch:
        units = step if isinstance(step, Fork) else units_of((step,))
        for unit in units:
          self.add_module(unit.name, TorchUnit(unit, width))
        width = sum(unit.filters for unit in units) or width
      self.channels += width

  def forward(self, x):
    return torch.cat([self._run(branch, x) for branch in self._branches], dim=1)

  def _run(self, branch, x):
    for step in branch:
      if isinstance(step, Fork):
        x = torch.cat([getattr(self, unit.name)(x) for unit in step], dim=1)
      else:
        x = _pool(x, step) if isinstance(step, Pool) else getattr(self, step.name)(x)
    return x


def _pool(x: torch.Tensor, how: Pool) -> torch.Tensor:
  padding = 0 if how.padding == "valid" else 1
  if how.kind == "max":
    return functional.max_pool2d(x, 3, how.strides, padding)
  return functional.avg_pool2d(x, 3, how.strides, padding, count_include_pad=False)


class TorchInception(torch.nn.Module):
  """images float32 [B, 3, 299, 299] in [-1, 1] -> features [B, 2048]."""

  def __init__(self):
    super().__init__()
    self.stem = TorchBlock((STEM,), 3)
    channels = self.stem.channels
    self.mixed = torch.nn.ModuleDict()
    for name, branches in BLOCKS.items():
      self.mixed[name] = TorchBlock(branches, channels)
      channels = self.mixed[name].channels
    self.eval()

  def forward(self, x):
    x = self.stem(x)
    for block in self.mixed.values():
      x = block(x)
    return x.mean(dim=(2, 3))

  def load(self, arrays: dict[str, np.ndarray]) -> None:
    """Sets every weight from arrays under the names of the public PyTorch file."""
    state = {name: torch.from_numpy(np.array(arrays[_public_name(name)]))
             for name in self.state_dict()}
    self.load_state_dict(state)


def _public_name(name: str) -> str:
  """"stem.Conv2d_1a_3x3.conv.weight" and "mixed.Mixed_5b. ..." without their first word."""
  return name.partition(".")[2]
