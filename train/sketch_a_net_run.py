"""What a training run of Sketch-a-Net is made of."""

import numpy as np
import tensorflow as tf

from data_tools import recognition_pipeline
from data_tools.sketch_dataset import SketchDataset
from models.sketch_a_net import schedules
from models.sketch_a_net.config import SketchANetConfig
from models.sketch_a_net.model import SketchANet
from models.sketch_a_net.presets import PRESETS
from train import fitting, run_data, training_run
from train.keep_best import KeepBest, run_is_over
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.run_start import Options
from train.training_run import Recipe

NAME = "sketch_a_net"
FIGURE = "accuracy"
_SHOWN = 16  # training pictures in TensorBoard, four by four


def run(options: Options) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def load_data(config: SketchANetConfig, options: Options) -> tuple[
    SketchDataset, SketchANetConfig]:
  """The drawings, without pictures: strokes are drawn anew; the config as it is.

  Args:
    config: names the categories and limits.
    options: whose data_dir is None for the built-in drawings.

  Raises:
    UserError: see `run_data.load`.
  """
  return run_data.load(config, options.data_dir, png_width=None), config


def fit(model: SketchANet, dataset: SketchDataset, checkpoints: RunCheckpoints,
        options: Options) -> None:
  """Runs `model.fit`, keeping the checkpoint that recognises most of the validation split.

  Args:
    model: compiled.
    dataset: its drawings.
    checkpoints: of the run, resumed if it is.
    options: of the command line.
  """
  config = model.config
  batches = lambda passes: recognition_pipeline.train_batches(dataset.train, config, model.seed,
                                                              passes)
  schedule = KeepBest(
      checkpoints, FIGURE, valid=recognition_pipeline.eval_batches(dataset.valid, config),
      test=recognition_pipeline.eval_batches(dataset.test, config) if len(dataset.test) else None,
      save_every=config.save_every, num_steps=config.num_steps)
  report = EpochReport(options.log_root, lambda: _scalars(model),
                       lambda: {"training": _grid(batches(0))})
  with run_data.reading(dataset):
    fitting.fit(checkpoints, batches, recognition_pipeline.steps_per_epoch(dataset.train, config),
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


RECIPE = Recipe(NAME, PRESETS, load_data, run_data.info, SketchANet, fit, run_is_over,
                worst=lambda config: -float("inf"))
