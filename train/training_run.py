"""A whole training run of any model: options -> config -> data -> model -> fit."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from data_tools import cli, files
from models import hparams, saving
from models.saving import BEST
from train import cluster, devices, picture_folder, run_start
from train.progress import KEEP_BEST, LAST, RunCheckpoints
from train.run_start import Options


@dataclasses.dataclass(frozen=True)
class Recipe:
  """What a model's training run is made of.

  Attributes:
    name: its registered name.
    presets: name -> config.
    load_data: (config, options) -> the data, and the config that fits them.
    info: data -> what a user of the weights has to know of them, for config.json.
    build: (config, seed, jit_compile) -> the model, not compiled.
    fit: (model, data, checkpoints, options) -> None; trains to the end of the schedule.
    is_over: whether a resumed run had already come to its end.
    compile: (model, data) -> None; called within the strategy's scope.
    batch_size: config -> rows of the global batch.
    length: the hyperparameter that says how long a run is.
    worst: config -> the worst value of the figure that decides.
    keep_best: how many of the best checkpoints stay, None: all; a large model's take gigabytes.
  """

  name: str
  presets: Mapping[str, Any]
  load_data: Callable[[Any, Options], tuple[Any, Any]]
  info: Callable[[Any], dict[str, Any]]
  build: Callable[[Any, int, bool], tf.keras.Model]
  fit: Callable[[tf.keras.Model, Any, RunCheckpoints, Options], None]
  is_over: Callable[[RunCheckpoints], bool]
  compile: Callable[[tf.keras.Model, Any], None] = lambda model, data: model.compile()
  batch_size: Callable[[Any], int] = lambda config: config.batch_size
  length: str = "num_steps"
  worst: Callable[[Any], float] = lambda config: float("inf")
  keep_best: int | None = KEEP_BEST


def run(options: Options, recipe: Recipe) -> None:
  """Trains to the end of the schedule, or prints the hyperparameters (dry_run).

  A resumed run keeps the hyperparameters and the seed it was started with; `hparams` may still
  change some, such as num_steps.

  Raises:
    UserError: anything the user can mend: hyperparameters, data, the run folder.
  """
  start, seed = run_start.start_of(options, recipe.name, recipe.presets)
  options = dataclasses.replace(options, seed=seed)
  config = hparams.parse(start, options.hparams).validate()
  if options.dry_run:
    print(hparams.to_json(config), end="")
    return
  if options.strategy == devices.MULTI_WORKER:
    cluster.check(recipe.name)
  else:
    cluster.refuse_unused()
  if options.deterministic:
    devices.be_deterministic()
  devices.connect(options.strategy, options.tpu)
  with cluster.watched():
    _train(config, options, recipe)


def _tidy(log_root: str) -> None:
  """Removes what a run that was killed while it wrote has left."""
  root = pathlib.Path(log_root)
  for folder in (root, root / BEST, root / LAST, root / picture_folder.FOLDER):
    files.remove_leftovers(folder)


def _train(config: Any, options: Options, recipe: Recipe) -> None:
  data, config = recipe.load_data(config, options)
  if options.mixed_precision:
    devices.use_mixed_precision()
  strategy = devices.strategy(recipe.batch_size(config), options.strategy, options.tpu)
  with strategy.scope():
    model = recipe.build(config, options.seed, options.jit_compile)
    recipe.compile(model, data)
  if cluster.is_chief():
    _tidy(options.log_root)
  checkpoints = RunCheckpoints(model, options.log_root, recipe.worst(config), recipe.keep_best)
  if not run_start.resume(checkpoints, options) and options.init_from:
    saving.restore_training_state(model, options.init_from, options.init_step)
    model.step.assign(0)  # this run's own, whose length is counted from here
  cluster.wait_for_all(strategy)  # all have read the folder before one writes to it
  if cluster.is_chief():
    saving.write_config(model, options.log_root, recipe.info(data))
  if recipe.is_over(checkpoints):
    cli.say(f"This run has already come to its end; raise {recipe.length} to go on.")
  else:
    recipe.fit(model, data, checkpoints, options)
  cluster.wait_for_all(strategy)  # the chief may still be writing
