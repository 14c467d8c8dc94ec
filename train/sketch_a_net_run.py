"""A whole training run of Sketch-a-Net: options -> config -> data -> model -> fit."""

import numpy as np
import tensorflow as tf

from data_tools import cli, indexed_batches, recognition_pipeline
from data_tools.sketch_dataset import SketchDataset
from models import hparams, saving
from models.sketch_a_net import schedules
from models.sketch_a_net.model import SketchANet
from models.sketch_a_net.presets import PRESETS
from train import devices, fitting, run_data, run_start
from train.keep_best import KeepBest, run_is_over
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.run_start import Options

NAME = "sketch_a_net"
FIGURE = "accuracy"
_SHOWN = 16  # training pictures in TensorBoard, four by four


def run(options: Options) -> None:
  """Trains for num_steps, or prints the hyperparameters (dry_run).

  A resumed run keeps the hyperparameters and the seed it was started with; `hparams` may still
  change some, such as num_steps.

  Raises:
    UserError: anything the user can mend: hyperparameters, data, the run folder.
  """
  start, seed = run_start.start_of(options, NAME, PRESETS)
  config = hparams.parse(start, options.hparams).validate()
  if options.dry_run:
    print(hparams.to_json(config), end="")
    return
  dataset = run_data.load(config, options.data_dir, png_width=None)
  if options.mixed_precision:
    devices.use_mixed_precision()
  with devices.strategy(config.batch_size).scope():
    model = SketchANet(config, seed, options.jit_compile)
    model.compile()
  checkpoints = RunCheckpoints(model, options.log_root, worst=-float("inf"))
  run_start.resume(checkpoints, options)
  saving.write_config(model, options.log_root, run_data.info(dataset))
  if run_is_over(model, config.num_steps):
    cli.say("This run has already come to its end; raise num_steps to go on.")
  else:
    fit(model, dataset, checkpoints, options.log_root)


def fit(model: SketchANet, dataset: SketchDataset, checkpoints: RunCheckpoints,
        log_root: str) -> None:
  """Runs `model.fit`, keeping the checkpoint that recognises most of the validation split.

  Args:
    model: compiled.
    dataset: its drawings.
    checkpoints: of the run, resumed if it is.
    log_root: the run folder.
  """
  config = model.config
  batches = lambda passes: recognition_pipeline.train_batches(dataset.train, config, model.seed,
                                                              passes)
  schedule = KeepBest(
      checkpoints, FIGURE, valid=recognition_pipeline.eval_batches(dataset.valid, config),
      test=recognition_pipeline.eval_batches(dataset.test, config) if len(dataset.test) else None,
      save_every=config.save_every, num_steps=config.num_steps)
  report = EpochReport(log_root, lambda: _scalars(model), lambda: {"training": _grid(batches(0))})
  fitting.fit(checkpoints, batches,
              indexed_batches.steps_in_pass(len(dataset.train), config.batch_size),
              config.num_steps, [schedule, report])


def _scalars(model) -> dict[str, float]:
  step = model.step.read_value()
  return {"learning_rate": float(schedules.learning_rate(step, model.config))}


def _grid(batches: tf.data.Dataset) -> np.ndarray:
  """Training pictures as the network sees them (the last channel), uint8 [1, 4 W, 4 W, 3]."""
  batch = next(iter(batches.take(1)))["image"].numpy()[..., -1]  # [B, W, W]
  width = batch.shape[1]
  shown = np.resize(batch, [_SHOWN, width, width]).reshape(4, 4, width, width)
  grid = shown.transpose(0, 2, 1, 3).reshape(1, 4 * width, 4 * width, 1)
  return np.repeat(grid, 3, axis=-1)
