"""The original TOM's checkpoints as models of the zoo, with the optimisers' state if it is there.

  <n>_model.pth   {"g": state dict of the generator, "ds": of the style discriminator}
  <n>_opt.pth     {"g", "ds"}: state dicts of their Adams; looked for beside the first
"""

import os
import pathlib
import re
from typing import Any

from data_tools import cli
from models.tom.config import TomConfig
from models.tom.model import Tom
from pretrained import torch_conversion, vgg_weights
from pretrained.torch_conversion import Origin
from pretrained.torch_files import read_tree

# The original's name of a network -> ours, and the loss that moves it.
_NETWORKS = {"g": ("G", "loss_G"), "ds": ("D", "loss_D")}
_WIDTH_FROM = "final.0.weight_orig"
_ORIGIN = Origin("TOM", "give a <n>_model.pth that its training wrote, whole")
_ORIGIN_OF_ADAMS = Origin(_ORIGIN.program, f"{_ORIGIN.advice}, with its <n>_opt.pth")


def convert(source: str | os.PathLike, vgg: str | None = None) -> tuple[Tom, dict[str, Any]]:
  """Reads a checkpoint that the original's training wrote.

  Args:
    source: <n>_model.pth.
    vgg: which weights of VGG-16 it was trained with, see `vgg_weights.locate`.

  Returns:
    The model, compiled, and what is known of its training. Without <n>_opt.pth, which is told, it
    has no optimisers.

  Raises:
    UserError: a file is missing or broken, or its entries are not those of one whole model.
  """
  path = pathlib.Path(source)
  networks = _networks_of(path, "a state dict", _ORIGIN)
  vgg_path = vgg_weights.locate(vgg)
  # The last convolution takes twice as many channels.
  last = torch_conversion.shape_of(networks["g"], _WIDTH_FROM, 4, str(path), _ORIGIN)
  model = Tom(TomConfig(generator_width=last[1] // 2))
  for key, state in networks.items():
    torch_conversion.fill(getattr(model, _NETWORKS[key][0]), state, f"{path}, {key}", _ORIGIN)
  if vgg_path is not None:
    vgg_weights.load(model.vgg, vgg_path)
  data = {"converted_from": path.name, "vgg": vgg_weights.label(vgg_path)}
  step = _restore_adams(model, networks, path)
  if step is not None:
    model.step.assign(step)
    data["step"] = step
  return model, data


def _networks_of(path: pathlib.Path, what: str, origin: Origin) -> dict[str, dict[str, Any]]:
  """The entries g and ds of a file, and no others."""
  return torch_conversion.parts_of(read_tree(path), dict.fromkeys(_NETWORKS, dict), path,
                                   f"g and ds, each with {what},", origin)


def _restore_adams(model, networks, path) -> int | None:
  """Moments and step counts from <n>_opt.pth; the step, as far as it is known."""
  named = re.fullmatch(r"(\d+)_model\.pth", path.name)
  beside = path.with_name(path.name.replace("_model", "_opt"))
  if beside == path or not beside.is_file():
    cli.say(f"There is no file of optimisers beside {path}: training can't go on from the "
            "converted model as the original would have.")
    return int(named[1]) if named else None
  model.compile()
  counts = []
  for key, optimizer in _networks_of(beside, "an optimiser", _ORIGIN_OF_ADAMS).items():
    ours, loss = _NETWORKS[key]
    network = getattr(model, ours)
    counts.append(torch_conversion.restore_adam(
        model.adams[loss], network, torch_conversion.parameters_of(network, networks[key]),
        optimizer, f"{beside}, {key}", _ORIGIN_OF_ADAMS))
  return torch_conversion.one_count(counts, str(beside), _ORIGIN_OF_ADAMS)
