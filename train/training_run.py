"""A whole training run of any model: options -> config -> data -> model -> fit."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from data_tools import cli
from models import hparams, saving
from train import devices, run_data, run_start
from train.progress import RunCheckpoints
from train.run_start import Options


@dataclasses.dataclass(frozen=True)
class Recipe:
  """What a model's training run is made of.

  Attributes:
    name: its registered name.
    presets: name -> config.
    load_data: (config, data_dir or None) -> the drawings, and the config that fits them.
    build: (config, seed, jit_compile) -> the model, not compiled.
    fit: (model, drawings, checkpoints, log_root) -> None; trains to the end of the schedule.
    is_over: whether a resumed run had already come to its end.
    worst: of the figure that decides: inf where lower is better, -inf where higher is.
  """

  name: str
  presets: Mapping[str, Any]
  load_data: Callable[[Any, str | None], tuple[Any, Any]]
  build: Callable[[Any, int, bool], tf.keras.Model]
  fit: Callable[[tf.keras.Model, Any, RunCheckpoints, str], None]
  is_over: Callable[[RunCheckpoints, int], bool]
  worst: float = float("inf")


def run(options: Options, recipe: Recipe) -> None:
  """Trains to the end of the schedule, or prints the hyperparameters (dry_run).

  A resumed run keeps the hyperparameters and the seed it was started with; `hparams` may still
  change some, such as num_steps.

  Raises:
    UserError: anything the user can mend: hyperparameters, data, the run folder.
  """
  start, seed = run_start.start_of(options, recipe.name, recipe.presets)
  config = hparams.parse(start, options.hparams).validate()
  if options.dry_run:
    print(hparams.to_json(config), end="")
    return
  dataset, config = recipe.load_data(config, options.data_dir)
  if options.mixed_precision:
    devices.use_mixed_precision()
  with devices.strategy(config.batch_size).scope():
    model = recipe.build(config, seed, options.jit_compile)
    model.compile()
  checkpoints = RunCheckpoints(model, options.log_root, recipe.worst)
  run_start.resume(checkpoints, options)
  saving.write_config(model, options.log_root, run_data.info(dataset))
  if recipe.is_over(checkpoints, config.num_steps):
    cli.say("This run has already come to its end; raise num_steps to go on.")
  else:
    recipe.fit(model, dataset, checkpoints, options.log_root)
