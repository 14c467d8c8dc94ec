"""A whole training run of RPCL-pix2seq: options -> config -> data -> model -> fit."""

import contextlib
import dataclasses
import pathlib
import sys

import numpy as np
import tensorflow as tf

from data_tools import builtin_drawings, cli, input_pipeline, sketch_dataset
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchDataset
from models import hparams, saving
from models.rpcl_pix2seq import schedules
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.rpcl_pix2seq.presets import PRESETS
from train import devices, rpcl_pix2seq_pictures
from train.best_or_reload import BestOrReload, run_is_over
from train.progress import LAST, RunCheckpoints
from train.reporting import EpochReport


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of train/rpcl_pix2seq.py; see its flags."""

  log_root: str
  preset: str = "full"
  hparams: str = ""
  data_dir: str | None = None
  resume: bool = False
  seed: int = 0
  jit_compile: bool = False
  mixed_precision: bool = False
  dry_run: bool = False


def run(options: Options) -> None:
  """Trains to the end of the schedule, or prints the hyperparameters (dry_run).

  A resumed run keeps the hyperparameters and the seed it was started with; `hparams` may still
  change some, such as num_steps.

  Raises:
    UserError: anything the user can mend: hyperparameters, data, the run folder.
  """
  start, seed = _start_of(options)
  config = hparams.parse(start, options.hparams).validate()
  if options.dry_run:
    print(hparams.to_json(config), end="")
    return
  dataset, config = load_data(config, options.data_dir)
  if options.mixed_precision:
    devices.use_mixed_precision()
  with devices.strategy(config.batch_size).scope():
    model = RpclPix2Seq(config, seed, options.jit_compile)
    model.compile()
  checkpoints = RunCheckpoints(model, options.log_root)
  if options.resume and checkpoints.resume():
    cli.say(f"Resuming after epoch {checkpoints.progress.epoch.numpy()}, "
            f"step {model.step.numpy()}.")
  saving.write_config(model, options.log_root, _data_info(dataset))
  if run_is_over(checkpoints, config.num_steps):
    cli.say("This run has already come to its end; raise num_steps to go on.")
  else:
    fit(model, dataset, checkpoints, options.log_root)


def _start_of(options: Options) -> tuple[RpclPix2SeqConfig, int]:
  """The hyperparameters to start from and the seed: those of the preset, or of the run."""
  started = (pathlib.Path(options.log_root) / LAST).exists()
  if started and not options.resume and not options.dry_run:
    raise UserError(f"{options.log_root} already holds a run; go on with --resume_training, or "
                    "give another --log_root.")
  if started and options.resume:
    content = saving.read_config(options.log_root)
    return content["hparams"], content["seed"]
  if options.resume:
    cli.say(f"{options.log_root} holds no finished epoch to resume from: starting from the "
            "beginning.")
  return PRESETS[options.preset], options.seed


def load_data(config: RpclPix2SeqConfig, data_dir: str | None) -> tuple[
    SketchDataset, RpclPix2SeqConfig]:
  """The drawings, and the config with max_seq_len resolved to theirs.

  Args:
    config: names the categories and limits.
    data_dir: None for the built-in drawings.

  Raises:
    UserError: see `sketch_dataset.load`; also an empty validation split.
  """
  if data_dir is None:
    data_dir = builtin_drawings.ensure(config.categories)
    cli.say(f"No --data_dir is given: training on the built-in drawings in {data_dir}.")
  dataset = sketch_dataset.load(
      data_dir, config.categories, png_width=config.png_width,
      num_per_category=config.num_per_category, max_seq_len=config.max_seq_len)
  if not len(dataset.valid):
    raise UserError(f"The drawings of {', '.join(config.categories)} in {data_dir} have an empty "
                    "valid split, but training needs one to choose the best checkpoint by.")
  input_pipeline.steps_per_epoch(dataset.train, config)  # refuses less than a batch, early
  return dataset, dataclasses.replace(config, max_seq_len=dataset.max_seq_len)


def fit(model: RpclPix2Seq, dataset: SketchDataset, checkpoints: RunCheckpoints,
        log_root: str) -> None:
  """Runs `model.fit` under the original's schedule.

  Args:
    model: compiled.
    dataset: its drawings.
    checkpoints: of the run, resumed if it is.
    log_root: the run folder.
  """
  config = model.config
  callbacks = [
      BestOrReload(checkpoints, input_pipeline.eval_batches(dataset.valid, config),
                   input_pipeline.eval_batches(dataset.test, config) if len(dataset.test) else None,
                   config.save_every, config.num_steps),
      EpochReport(log_root, lambda: _scalars(model),
                  lambda: {"sketches": rpcl_pix2seq_pictures.grid(model, dataset.valid)})]
  model.stop_training = False
  while not model.stop_training:
    _fit_on(model, dataset, checkpoints, callbacks)


def _fit_on(model, dataset, checkpoints, callbacks):
  """Trains for the epochs that are left; reloading may make that too few, hence the loop above."""
  passes = int(checkpoints.progress.passes.numpy())
  steps = input_pipeline.steps_per_epoch(dataset.train, model.config)
  left = model.config.num_steps - int(model.step.numpy())
  batches = input_pipeline.train_batches(dataset.train, model.config, model.seed, passes)
  with contextlib.redirect_stdout(sys.stderr):  # the progress bar; results go to stdout
    model.fit(batches, steps_per_epoch=steps, initial_epoch=passes,
              epochs=passes + -(-left // steps), callbacks=callbacks, verbose=1)


def _scalars(model) -> dict[str, float]:
  step = model.step.read_value()
  return {"learning_rate": float(schedules.learning_rate(step, model.config)),
          "kl_weight": float(schedules.kl_weight(step, model.config)),
          "live_components": int(np.sum(model.mixture.live()))}


def _data_info(dataset: SketchDataset) -> dict:
  return {"categories": list(dataset.categories), "scale_factor": dataset.scale_factor,
          "drawings": {split: len(getattr(dataset, split)) for split in ("train", "valid", "test")}}
