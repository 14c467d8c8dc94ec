"""Checkpoints of the original Sketch-to-Image's first stage as models of the zoo, Adams and all.

  AE_.../models/<iteration>.pth   s, c, d: state dicts of style encoder, content encoder, decoder;
                                  opt_s, opt_s_cls, opt_c, opt_d: of their Adams
"""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from pretrained import torch_conversion
from pretrained.sketch2image_conversion import (CLASSIFIER, PROGRAM, compare_with_name, config_of,
                                                parts_of, sizes_of)
from pretrained.torch_conversion import Origin

_ORIGIN = Origin(PROGRAM, "give a whole models/<iteration>.pth of its first stage "
                 "(--model=sketch2image is for the second)")
_NETWORKS = {"s": "style_encoder", "c": "content_encoder", "d": "decoder"}
# The original's name of an Adam -> ours, and what it moves.
_ADAMS = {"opt_s": ("S", "s"), "opt_s_cls": ("classifier", "s"), "opt_c": ("C", "c"),
          "opt_d": ("D", "d")}
_OF_CLASSIFIER = "opt_s_cls"
# Updates of a network in an iteration; the classifier has one, and starts anew with every set.
_UPDATES = 2
_DEFAULT = "art"


def convert(source: str | os.PathLike, data_name: str | None = None
            ) -> tuple[SketchAutoEncoder, dict[str, Any]]:
  """Reads a checkpoint that the original's first stage wrote.

  Args:
    source: <iteration>.pth.
    data_name: what it was trained on, which the file does not tell: of
      `models.sketch2image.config.DATA_NAMES`; None: art, and this is told.

  Returns:
    The model, compiled, with the original's weights, Adam moments and step counts; and what is
    known of its training.

  Raises:
    UserError: the file is missing or broken, or its entries are not those of one whole model.
  """
  path = pathlib.Path(source)
  parts = parts_of(path, _NETWORKS, _ADAMS, (), _ORIGIN)
  model = SketchAutoEncoder(_config_of(parts, data_name, path))
  for key, name in _NETWORKS.items():
    torch_conversion.fill(getattr(model.networks, name), parts[key], f"{path}, {key}", _ORIGIN)
  model.compile()
  counts = {key: _restore_adam(model, key, parts, path) for key in _ADAMS}
  step = _step_of([count for key, count in counts.items() if key != _OF_CLASSIFIER], path)
  model.step.assign(step)
  compare_with_name(path, step, "iteration", lambda number: (number, number + 1))
  if data_name is None:
    cli.say(f"{path} does not tell what its pictures are; they are taken for {_DEFAULT}. Give "
            "--data_name if they are not: shoes have other losses, faces another second stage.")
  return model, {"converted_from": path.name, "step": step}


def _config_of(parts, data_name, path):
  classes, _ = torch_conversion.shape_of(parts["s"], f"{CLASSIFIER}1.weight", 2, f"{path}, s",
                                         _ORIGIN)
  sizes = sizes_of(parts["d"], "", f"{path}, d", _ORIGIN)
  return config_of(path, data_name=data_name or _DEFAULT, nbr_cls=classes,
                   im_size_gan=sizes["im_size_ae"], **sizes)


def _restore_adam(model, key, parts, path) -> int:
  """The classifier came into being after opt_s, which therefore does not have it."""
  ours, state = _ADAMS[key]
  network = getattr(model.networks, _NETWORKS[state])
  names = [name for name in torch_conversion.parameters_of(network, parts[state])
           if name.startswith(CLASSIFIER) == (key == _OF_CLASSIFIER)]
  return torch_conversion.restore_adam(model.adams[ours], network, names, parts[key],
                                       f"{path}, {key}", _ORIGIN)


def _step_of(counts: Sequence[int], path: pathlib.Path) -> int:
  count = torch_conversion.one_count(counts, str(path), _ORIGIN)
  if count % _UPDATES:
    raise UserError(f"The optimisers of {path} have made {count} updates, but an iteration makes "
                    f"{_UPDATES} of each network; {_ORIGIN.advice}.")
  return count // _UPDATES
