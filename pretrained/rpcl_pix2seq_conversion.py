"""The original RPCL-pix2seq's checkpoints as models of the zoo."""

import os
import pathlib
import re
import zipfile

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from models import hparams
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained.original_checkpoint import OriginalCheckpoint
from pretrained.rpcl_pix2seq_variables import ROOT, joined, original_shape, variable_map

CONFIG_FILE = "model_config.json"
PROGRESS_FILE = "para.npz"
# Kept by training only. num_of_steps is never assigned in the original: it stands at 1 in every
# checkpoint. The evaluation graph adds a second pair of beta powers.
_OF_TRAINING = re.compile(rf"({ROOT}/.*/Adam(_1)?|{ROOT}(_1)?/beta[12]_power|{ROOT}/num_of_steps)")


def convert(folder: str | os.PathLike, scale_factor: float | None = None
            ) -> tuple[RpclPix2Seq, dict]:
  """Reads a folder that the original's training wrote.

  Args:
    folder: checkpoint files, model_config.json and, if there, para.npz.
    scale_factor: what the training drawings were divided by. The original keeps it nowhere: it
      is the standard deviation of the offsets of its training split.

  Returns:
    The model with the original's weights, and what is known of its training data.

  Raises:
    UserError: a file is missing or broken, or the variables don't fit the hyperparameters.
  """
  folder = pathlib.Path(folder)
  checkpoint = OriginalCheckpoint(folder)
  model = RpclPix2Seq(read_config(folder))
  pairs = variable_map(model)
  expected = {name: original_shape(variable.shape, len(names), axis)
              for variable, names, axis in pairs for name in names}
  checkpoint.check(expected, lambda name: _OF_TRAINING.fullmatch(name) is not None,
                   "the hyperparameters beside it",
                   "give the model_config.json that this checkpoint was trained with")
  for variable, names, axis in pairs:
    arrays = [checkpoint.read_finite(name) for name in names]
    variable.assign(joined(arrays, axis, tuple(variable.shape)))
  data = {"categories": list(model.config.categories), "converted_from": checkpoint.prefix.name,
          **_progress(folder / PROGRESS_FILE)}
  if scale_factor is not None:
    data["scale_factor"] = scale_factor
  return model, data


def read_config(folder: pathlib.Path) -> RpclPix2SeqConfig:
  """Reads model_config.json.

  Raises:
    UserError: it is missing or not what the original writes.
  """
  path = folder / CONFIG_FILE
  if not path.is_file():
    raise UserError(f"{folder} holds no {CONFIG_FILE}; copy the one that the original's training "
                    "wrote beside its checkpoints.")
  config = hparams.from_json(RpclPix2SeqConfig, path.read_text(errors="replace"))
  if config.max_seq_len < 1:
    raise UserError(f"{path} gives max_seq_len {config.max_seq_len}; the original's training "
                    "writes the longest drawing's length there: set it to that.")
  return config


def _progress(path: pathlib.Path) -> dict:
  """best_valid_loss, epoch and count (training steps) from para.npz; empty if there is none."""
  if not path.is_file():
    return {}
  try:
    with np.load(path, allow_pickle=False) as arrays:
      found = {name: arrays[name].item() for name in ("best_valid_loss", "epoch", "count")
               if name in arrays}
  except (OSError, ValueError, zipfile.BadZipFile) as error:
    cli.say(f"{path} can't be read ({error}); going on without it: it only says how far training "
            "had come.")
    return {}
  return {name: value for name, value in found.items() if np.isfinite(value)}
