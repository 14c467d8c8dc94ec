"""The original TOM's checkpoints as models of the zoo, with the optimisers' state if it is there.

  <n>_model.pth   {"g": state dict of the generator, "ds": of the style discriminator}
  <n>_opt.pth     {"g", "ds"}: state dicts of their Adams; looked for beside the first
"""

import os
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from models.layers import torch_state
from models.tom.config import TomConfig
from models.tom.model import Tom
from pretrained import vgg_weights
from pretrained.torch_files import read_tree

# The original's name of a network -> ours, and the loss that moves it.
_NETWORKS = {"g": ("G", "loss_G"), "ds": ("D", "loss_D")}
_COUNTER = "num_batches_tracked"  # of every batch norm; nothing depends on it
_WIDTH_FROM = "final.0.weight_orig"
_ADVICE = "give a <n>_model.pth that its training wrote, whole"
_SHOWN = 4


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
  networks = _networks_of(read_tree(path), path, "a state dict")
  vgg_path = vgg_weights.locate(vgg)
  model = Tom(TomConfig(generator_width=_width(networks["g"], path)))
  for key, state in networks.items():
    _fill(getattr(model, _NETWORKS[key][0]), state, f"{path}, {key}")
  if vgg_path is not None:
    vgg_weights.load(model.vgg, vgg_path)
  data = {"converted_from": path.name, "vgg": vgg_weights.label(vgg_path)}
  step = _restore_adams(model, networks, path)
  if step is not None:
    model.step.assign(step)
    data["step"] = step
  return model, data


def _networks_of(tree: Any, path: pathlib.Path, what: str) -> dict[str, dict[str, Any]]:
  """The entries g and ds, and no others."""
  if not isinstance(tree, dict) or set(tree) != set(_NETWORKS) or not all(
      isinstance(value, dict) for value in tree.values()):
    found = ", ".join(map(str, tree)) if isinstance(tree, dict) else type(tree).__name__
    raise UserError(f"{path} holds {found:.80} where g and ds, each with {what}, were expected; "
                    f"{_ADVICE}.")
  return tree


def _width(state: Mapping[str, Any], path: pathlib.Path) -> int:
  """The generator's width, from the channels that its last convolution takes."""
  weight = state.get(_WIDTH_FROM)
  if not isinstance(weight, np.ndarray) or weight.ndim != 4 or weight.shape[1] < 2:
    raise UserError(f"{path} has no {_WIDTH_FROM} of a generator of TOM; {_ADVICE}.")
  return weight.shape[1] // 2


def _fill(network: tf.Module, state: Mapping[str, Any], where: str) -> None:
  """Every variable gets its value, once every entry is known to fit."""
  state = {name: value for name, value in state.items() if not name.endswith(_COUNTER)}
  variables = torch_state.named_variables(network)
  _refuse({"missing": [name for name in variables if name not in state],
           "unknown": [name for name in state if name not in variables]}, where)
  values = _converted(network, variables, state, where)
  for name, variable in variables.items():
    variable.assign(values[name])


def _converted(network, variables, state, where) -> dict[str, np.ndarray]:
  """Arrays in our layout; those that can't be are refused."""
  sizes = {name: variable.shape.num_elements() for name, variable in variables.items()}
  _refuse({"without finite numbers": [name for name, value in state.items()
                                      if not _is_finite(value)]}, where)
  _refuse({"misshapen": [f"{name} {list(value.shape)}" for name, value in state.items()
                         if value.size != sizes[name]]}, where)
  values = torch_state.from_torch(network, state)
  _refuse({"misshapen": [f"{name} {list(state[name].shape)}" for name, value in values.items()
                         if value.shape != tuple(variables[name].shape)]}, where)
  return values


def _refuse(misfits: Mapping[str, list[str]], where: str) -> None:
  clauses = [f"{kind}: {', '.join(names[:_SHOWN])}"
             + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
             for kind, names in misfits.items() if names]
  if clauses:
    raise UserError(f"The entries of {where}, are not those of TOM ({'; '.join(clauses)}); "
                    f"{_ADVICE}.")


def _is_finite(value) -> bool:
  return (isinstance(value, np.ndarray) and bool(np.issubdtype(value.dtype, np.floating))
          and bool(np.isfinite(value).all()))


def _restore_adams(model, networks, path) -> int | None:
  """Moments and step counts from <n>_opt.pth; the step, as far as it is known."""
  named = re.fullmatch(r"(\d+)_model\.pth", path.name)
  beside = path.with_name(path.name.replace("_model", "_opt"))
  if beside == path or not beside.is_file():
    cli.say(f"There is no file of optimisers beside {path}: training can't go on from the "
            "converted model as the original would have.")
    return int(named[1]) if named else None
  model.compile()
  steps = set()
  for key, optimizer in _networks_of(read_tree(beside), beside, "an optimiser").items():
    ours, loss = _NETWORKS[key]
    steps |= _restore_adam(model.adams[loss], getattr(model, ours), networks[key], optimizer,
                           f"{beside}, {key}")
  if len(steps) != 1:
    raise UserError(f"The step counts of {beside} differ ({sorted(steps)}); {_ADVICE}, with its "
                    "<n>_opt.pth.")
  return steps.pop()


def _restore_adam(adam, network, state, optimizer, where) -> set[int]:
  """The moments of one network; the step counts that were met.

  PyTorch numbers the parameters of an optimiser in the order in which the state dict has them.
  """
  variables = torch_state.named_variables(network)
  trained = [name for name in state if name in variables and variables[name].trainable]
  entries = optimizer.get("state")
  if not isinstance(entries, dict) or set(entries) != set(range(len(trained))):
    raise UserError(f"{where}, does not hold the state of {len(trained)} parameters as Adam keeps "
                    f"it; {_ADVICE}, with its <n>_opt.pth.")
  steps = set()
  try:
    for slot, kind in (("m", "exp_avg"), ("v", "exp_avg_sq")):
      moments = {name: entries[number][kind] for number, name in enumerate(trained)}
      for name, value in _converted(network, variables, moments, where).items():
        adam.get_slot(variables[name], slot).assign(value)
    steps = {int(entry["step"]) for entry in entries.values()}
  except (KeyError, TypeError, ValueError) as error:
    raise UserError(f"{where}, is not the state of Adam ({error}); {_ADVICE}, with its "
                    "<n>_opt.pth.") from error
  adam.iterations.assign(max(steps))
  return steps
