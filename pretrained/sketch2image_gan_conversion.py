"""Checkpoints of the original Sketch-to-Image's second stage as models of the zoo, Adams and all.

  .../models/<epoch>.pth   ae, ig, id: state dicts of auto-encoder, generator, discriminator;
                           opt_ig, opt_id: of the Adams of two; ig_ema: moving averages of the
                           generator's parameters, a list in their order
"""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from models.layers import torch_state
from models.sketch2image.config import SHOE, Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from pretrained import torch_conversion
from pretrained.sketch2image_conversion import (CLASSIFIER, PROGRAM, compare_with_name, config_of,
                                                parts_of, sizes_of)
from pretrained.torch_conversion import Origin

_ORIGIN = Origin(PROGRAM, "give a whole models/<epoch>.pth of its second stage "
                 "(--model=sketch2image_ae is for the first)")
_NETWORKS = {"ae": "networks", "ig": "G", "id": "D"}
_ADAMS = {"opt_ig": "ig", "opt_id": "id"}
_AVERAGE = "ig_ema"
_ITERATIONS = 10000  # in an epoch, which config.py has no say in
# What the generators are told apart by.
_OF_FACES, _OF_OTHERS = "encode_1.0.weight_orig", "encode_256.0.weight_orig"
_OF_LARGE = "decode_1024.1.weight_orig"
# Parameters of the generator for shoes that it never uses.
_UNUSED = ("bs_0", "bs_1", "bs_2")
# What it computes and replaces by zeros, or does not compute; no gradient reaches it.
_IDLE = ("from_style.", "style_")
# The auto-encoder's classifier is of no use to the second stage.
_CLASSIFIER = f"style_encoder.{CLASSIFIER}"
# Kind of generator -> what it is known by, and the data names that it is for.
_KINDS = {"art": ("encode_256, but no bs_0", ("art",)), SHOE: ("bs_0", (SHOE,)),
          "face": ("encode_1", ("face", "celeba"))}


def convert(source: str | os.PathLike, data_name: str | None = None
            ) -> tuple[SketchGan, dict[str, Any]]:
  """Reads a checkpoint that the original's second stage wrote.

  Args:
    source: <epoch>.pth.
    data_name: of `models.sketch2image.config.DATA_NAMES`; None: art, shoe or face, by the
      generator.

  Returns:
    The model, compiled, with the original's weights, moving averages, Adam moments and step counts;
    and what is known of its training. What the original never uses is left out, which is told.

  Raises:
    UserError: the file is missing or broken, or its entries are not those of one whole model, or
      its generator is not the one for `data_name`.
  """
  path = pathlib.Path(source)
  parts = parts_of(path, _NETWORKS, _ADAMS, [_AVERAGE], _ORIGIN)
  model = SketchGan(_config_of(parts, data_name, path))
  left_out = {"ae": [name for name in parts["ae"] if name.startswith(_CLASSIFIER)],
              "ig": _unused_of(model)}
  for key, ours in _NETWORKS.items():
    used = {name: value for name, value in parts[key].items() if name not in left_out.get(key, ())}
    torch_conversion.fill(getattr(model, ours), used, f"{path}, {key}", _ORIGIN)
  _fill_average(model, parts, f"{path}, {_AVERAGE}")
  model.compile()
  counts = [_restore_adam(model, key, parts, path) for key in _ADAMS]
  step = torch_conversion.one_count(counts, str(path), _ORIGIN)
  model.step.assign(step)
  compare_with_name(path, step, "epoch",
                    lambda epoch: (epoch * _ITERATIONS + 1, (epoch + 1) * _ITERATIONS))
  _tell_left_out(left_out, path)
  return model, {"converted_from": path.name, "step": step}


def _config_of(parts, data_name, path) -> Sketch2ImageConfig:
  generator, where = parts["ig"], f"{path}, ae"
  values = sizes_of(parts["ae"], "decoder.", where, _ORIGIN)
  values["im_size_gan"] = values["im_size_ae"] * (2 if _OF_LARGE in generator else 1)
  values["ndf"] = _discriminator_width(parts["id"], values["im_size_ae"], f"{path}, id")
  classifier = f"{_CLASSIFIER}1.weight"
  if classifier in parts["ae"]:
    values["nbr_cls"] = torch_conversion.shape_of(parts["ae"], classifier, 2, where, _ORIGIN)[0]
  return config_of(path, data_name=_data_name(generator, data_name, path), **values)


def _discriminator_width(state, image_size, where) -> int:
  """From [16n, 16n, 1, 1], the weight behind the last level, which is six at 512 pixels."""
  levels = image_size.bit_length() - 4
  name = f"main.{levels}.0.weight_orig"
  return torch_conversion.shape_of(state, name, 4, where, _ORIGIN)[0] // 16


def _data_name(generator, given, path) -> str:
  """What the generator is for; a contradiction is refused."""
  kind = "face" if _OF_FACES in generator else "art"
  if kind == "art":
    torch_conversion.shape_of(generator, _OF_OTHERS, 4, f"{path}, ig", _ORIGIN)
    missing = [name for name in _UNUSED if name not in generator]
    if len(missing) < len(_UNUSED):
      kind = SHOE
      torch_conversion.refuse({"missing": missing}, f"{path}, ig", _ORIGIN)
  sign, names = _KINDS[kind]
  if given is not None and given not in names:
    raise UserError(f"{path} holds the generator for {kind} (it has {sign}), not the one for "
                    f"{given}; leave out --data_name or give {' or '.join(names)}.")
  return given or kind


def _unused_of(model) -> tuple[str, ...]:
  """Parameters of the original's generator that ours does without."""
  return _UNUSED if model.config.data_name == SHOE else ()


def _fill_average(model, parts, where) -> None:
  tensors: Sequence[np.ndarray] = parts[_AVERAGE]
  names = torch_conversion.parameters_of(model.G, parts["ig"], _unused_of(model))
  if len(tensors) != len(names):
    raise UserError(f"{where}, has {len(tensors)} tensors for the {len(names)} parameters of the "
                    f"generator; {_ORIGIN.advice}.")
  variables = torch_state.named_variables(model.G)
  given = {name: value for name, value in zip(names, tensors) if name in variables}
  averages = {id(variable): average
              for variable, average in zip(model.G.trainable_variables, model.average)}
  for name, value in torch_conversion.converted(model.G, given, where, _ORIGIN).items():
    averages[id(variables[name])].assign(value)


def _restore_adam(model, key, parts, path) -> int:
  network = getattr(model, _NETWORKS[_ADAMS[key]])
  unused = _unused_of(model) if network is model.G else ()
  names = torch_conversion.parameters_of(network, parts[_ADAMS[key]], unused)
  idle = [name for name in names if unused and name.startswith((*unused, *_IDLE))]
  return torch_conversion.restore_adam(model.adams[_NETWORKS[_ADAMS[key]]], network, names,
                                       parts[key], f"{path}, {key}", _ORIGIN, idle)


def _tell_left_out(left_out, path) -> None:
  names = [f"{name} of {key}" for key, some in left_out.items() for name in some]
  if names:
    cli.say(f"{path} has parameters without any effect, which the model does without: "
            f"{', '.join(names)}.")
