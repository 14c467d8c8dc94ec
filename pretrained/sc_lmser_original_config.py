"""model_config.json of the original SC-Lmser: the flags of a training run."""

import json
import pathlib
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from models import hparams
from models.sc_lmser.config import WITHOUT_PENALTY, ScLmserConfig

CONFIG_FILE = "model_config.json"
BEST = "best_model"  # the folder of the best checkpoint, below that of the run and its flags
# What the original's program goes by. Its pool never pools, whatever pool_size says, and learning
# rates are constants.
_USED = ("data_type", "in_size", "pad_size", "out_size", "batch_size", "num_epochs", "gan_type",
         "l1_lambda", "beta1")
_DATA_TYPES = ("cufs", "cufsf", "both")  # which checkpoints are named after
_ITS_OWN = ("gan_type", "l1_lambda", "out_size", "pad_size")  # no other program's flags


def read(prefix: pathlib.Path) -> tuple[ScLmserConfig, dict[str, str]]:
  """The hyperparameters of a checkpoint, but for the widths, which the original keeps nowhere.

  Args:
    prefix: of the checkpoint, DATA_TYPE-STEP or best_model/fss_model. model_config.json is looked
      for beside it, and one folder up from best_model; the original's defaults stand in for what is
      not there. What is left out or replaced is told.

  Returns:
    A valid config, which chooses on the test faces as the original does: it trained on all others.
    And {"data_type": "CUFS"}, or nothing where that is not known.

  Raises:
    UserError: the file is broken, or another program's.
  """
  beside = prefix.absolute().parent
  folders = [beside, beside.parent] if beside.name == BEST else [beside]
  path = next((folder / CONFIG_FILE for folder in folders if (folder / CONFIG_FILE).is_file()),
              None)
  used = _data_type_by_name(prefix)
  if path is None:
    cli.say(f"There is no {CONFIG_FILE} with {prefix}: the original's defaults stand in for "
            f"{', '.join(name for name in _USED if name not in used)}.")
  else:
    used.update(_used_flags(path))
  try:
    config = hparams.from_json(ScLmserConfig, json.dumps({**used, "select_on_test": True}))
    config.validate()
  except UserError as error:
    raise UserError(f"{path} can't have trained this checkpoint: {error}") from error
  return config, {"data_type": config.data_type.upper()} if "data_type" in used else {}


def _data_type_by_name(prefix):
  """{"data_type": ...} as a checkpoint's name tells it (cufs-268), else nothing."""
  word = prefix.name.rsplit("-", 1)[0].lower()
  return {"data_type": word} if word in _DATA_TYPES else {}


def _used_flags(path: pathlib.Path) -> dict[str, Any]:
  """What counts of model_config.json, in our words; tells what does not."""
  flags = _flags(path)
  used = {name: value for name, value in flags.items() if name in _USED}
  if "gan_type" in used:
    used["gan_type"] = _gan_type(used["gan_type"])
  ignored = sorted(set(flags) - set(_USED))
  if ignored:
    cli.say(f"Of {path}, these change nothing in a trained model and are left out: "
            f"{', '.join(ignored)}.")
  return used


def _flags(path: pathlib.Path) -> dict[str, Any]:
  try:
    flags = json.loads(path.read_text())
  except (ValueError, RecursionError) as error:  # no JSON, or no text
    raise UserError(f"{path} is not JSON ({error}); copy the one that the original's training "
                    "wrote, or leave it out.") from error
  if not isinstance(flags, dict) or not set(flags) & set(_ITS_OWN):
    raise UserError(f"{path} is not that of SC-Lmser (it names none of {', '.join(_ITS_OWN)}); "
                    "copy the one that the original's training wrote, or leave it out.")
  return flags


def _gan_type(name: Any) -> Any:
  """What the original computes under a name: it has no gradient penalty."""
  if not isinstance(name, str):
    return name
  plain = WITHOUT_PENALTY.get(name, "wgan" if "wgan" in name else name)
  if plain != name:
    cli.say(f"gan_type is {name!r}, whose penalty the original does not have: it becomes "
            f"{plain!r}, which is what that program computed.")
  return plain
