"""How every training run begins: a preset, or the run it goes on with."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from models import registry, saving
from train import devices, progress
from train.progress import LAST, RunCheckpoints


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of a training command; see its flags. `log_root` is the run folder."""

  log_root: str
  preset: str = "full"
  hparams: str = ""
  data_dir: str | None = None
  resume: bool = False
  seed: int = 0
  jit_compile: bool = False
  mixed_precision: bool = False
  deterministic: bool = False
  dry_run: bool = False
  init_from: str | None = None
  init_step: int | None = None
  strategy: str = devices.MIRRORED
  tpu: str = devices.LOCAL


def start_of(options: Options, model: str, presets: Mapping[str, Any]) -> tuple[Any, int]:
  """The hyperparameters to start from and the seed: those of the preset, or of a run or model.

  Args:
    options: of the command line.
    model: its registered name.
    presets: name -> config.

  Raises:
    UserError: the folder holds a run and it is not to be resumed, or one of another model.
  """
  started = progress.is_begun(options.log_root)
  if started and not options.resume and not options.dry_run:
    raise UserError(f"{options.log_root} already holds a run; go on with --resume_training, or "
                    "give another --log_root.")
  if started and options.resume:
    content = saving.read_config(options.log_root)
    if content["model"] != model:
      raise UserError(f"{options.log_root} holds a run of {content['model']}, not of {model}; go "
                      f"on with {registry.command(content['model'])}, or give another --log_root.")
    return content["hparams"], content["seed"]
  if any(number > 1 for number in saving.kept_checkpoints(options.log_root)):
    raise UserError(f"{options.log_root} holds a run's best checkpoints, but nothing under {LAST} "
                    "to go on from, and a new run would overwrite them; give another --log_root.")
  if options.resume:
    cli.say(f"{options.log_root} holds no finished epoch to resume from: starting from the "
            "beginning.")
  if options.init_from:
    return _hyperparameters(options.init_from, model), options.seed
  return presets[options.preset], options.seed


def _hyperparameters(directory: str, model: str) -> Any:
  content = saving.read_config(directory)
  if content["model"] != model:
    raise UserError(f"{directory} holds a model of {content['model']}, not of {model}, so training "
                    "can't begin with it.")
  return content["hparams"]


def is_resumed(options: Options) -> bool:
  """Whether a run goes on; asked before it saves anything."""
  return options.resume and progress.is_begun(options.log_root)


def resume(checkpoints: RunCheckpoints, options: Options) -> bool:
  """Goes back to the newest finished epoch, if that is asked for and there is one."""
  if not (options.resume and checkpoints.resume()):
    return False
  cli.say(f"Resuming after epoch {checkpoints.progress.epoch.numpy()}, "
          f"step {checkpoints.model.step.numpy()}.")
  return True
