"""What a training run of RPCL-pix2seq is made of."""

import dataclasses

import numpy as np

from data_tools import cli, input_pipeline
from data_tools.sketch_dataset import SketchDataset
from models import shaped_steps
from models.layers import compiled
from models.rpcl_pix2seq import schedules
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.rpcl_pix2seq.presets import PRESETS
from train import fitting, rpcl_pix2seq_pictures, run_data, training_run, trimmed_padding
from train.best_or_reload import BestOrReload, run_is_over
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.run_start import Options
from train.training_run import Recipe

NAME = "rpcl_pix2seq"


def run(options: Options) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def load_data(config: RpclPix2SeqConfig, options: Options) -> tuple[
    SketchDataset, RpclPix2SeqConfig]:
  """The drawings, and the config with max_seq_len and length_buckets resolved to theirs.

  Args:
    config: names the categories and limits.
    options: whose data_dir is None for the built-in drawings.

  Raises:
    UserError: see `run_data.load`; also trim_padding of drawings in shards, or on several machines.
  """
  dataset = run_data.load(config, options.data_dir, config.png_width)
  config = dataclasses.replace(config, max_seq_len=dataset.max_seq_len)
  return dataset, trimmed_padding.resolved(config, dataset.train, options.strategy)


def fit(model: RpclPix2Seq, dataset: SketchDataset, checkpoints: RunCheckpoints,
        options: Options) -> None:
  """Runs `model.fit` under the original's schedule.

  Args:
    model: compiled.
    dataset: its drawings.
    checkpoints: of the run, resumed if it is.
    options: of the command line.
  """
  config = model.config
  shown = run_data.in_memory(dataset.valid, rpcl_pix2seq_pictures.COUNT)
  callbacks = [
      BestOrReload(checkpoints, input_pipeline.eval_batches(dataset.valid, config),
                   input_pipeline.eval_batches(dataset.test, config) if len(dataset.test) else None,
                   config.save_every, config.num_steps),
      EpochReport(options.log_root, lambda: _scalars(model),
                  lambda: {"sketches": rpcl_pix2seq_pictures.grid(model, shown)})]
  batches = lambda passes: input_pipeline.train_batches(dataset.train, config, model.seed, passes)
  with run_data.reading(dataset):
    fitting.fit(checkpoints, batches, input_pipeline.steps_per_epoch(dataset.train, config),
                config.num_steps, callbacks)
  cli.say(f"Compiled: {shaped_steps.traces(model)} graphs of the training step and "
          f"{compiled.programs()} XLA programs.")


def _scalars(model) -> dict[str, float]:
  step = model.step.read_value()
  return {"learning_rate": float(schedules.learning_rate(step, model.config)),
          "kl_weight": float(schedules.kl_weight(step, model.config)),
          "live_components": int(np.sum(model.mixture.live()))}


RECIPE = Recipe(NAME, PRESETS, load_data, run_data.info, RpclPix2Seq, fit, run_is_over)
