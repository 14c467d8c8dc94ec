"""What a training run of Sketch-to-Image's first stage is made of: the auto-encoder."""

from typing import Any

import tensorflow as tf

from data_tools import cli
from data_tools.sketch_sets import paired_batches, self_supervised_batches
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.presets import PRESETS
from train import fitting, sketch2image_data
from train.keep_all import KeepAll
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.sketch2image_ae_pictures import AutoEncoderPictures
from train.sketch2image_data import RunSets
from train.sketch2image_options import Sketch2ImageOptions
from train.training_run import Recipe

NAME = "sketch2image_ae"
_LOSS = "rec_org"


class NewSets(tf.keras.callbacks.Callback):
  """Tells the model when a new self-supervision set begins; but for the first, it starts so."""

  def on_epoch_begin(self, epoch, logs=None):
    self._steps = int(self.model.step.numpy())

  def on_train_batch_begin(self, batch, logs=None):
    number, within = divmod(self._steps, self.model.config.steps_per_set)
    if number and not within:
      self.model.begin_set(number)
    self._steps += 1


def fit(model: SketchAutoEncoder, sets: RunSets, checkpoints: RunCheckpoints,
        options: Sketch2ImageOptions) -> None:
  """Runs `model.fit` for iteration_ae steps; an epoch of Keras's is log_interval of them.

  Args:
    model: compiled.
    sets: to train on.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: training diverges, or something can't be written.
  """
  config = model.config
  pictures = AutoEncoderPictures(model, sets.train, options.log_root)
  report = EpochReport(options.log_root, dict, pictures.newest)
  if not int(model.step.numpy()):
    _begin(model, sets, checkpoints, pictures, bool(options.init_from))
  batches = lambda _: train_batches(sets, config, model.seed, int(model.step.numpy()))
  schedule = KeepAll(checkpoints, _LOSS, config.iteration_ae, config.save_model_interval)
  fitting.fit(checkpoints, batches, config.log_interval, config.iteration_ae,
              [NewSets(), pictures, schedule, report])


def train_batches(sets: RunSets, config: Sketch2ImageConfig, seed: int, first: int
                  ) -> tf.data.Dataset:
  """Endless batches for both updates of a step, from a step on: see `SketchAutoEncoder`."""
  shape = sets.train, config.batch_size_ae, seed, config.im_size_ae
  return tf.data.Dataset.zip({
      "self_supervised": self_supervised_batches.train_batches(
          *shape, config.nbr_cls, first_batch=first, passes=config.passes_per_set),
      "paired": paired_batches.train_batches(*shape, first_batch=first)})


def _begin(model, sets, checkpoints, pictures, is_given):
  """The state before the first step: previews, and a checkpoint for a run that is killed at once.

  Of a given auto-encoder the classifier is not gone on with, as its classes were others.
  """
  if is_given:
    model.begin_set(0)
  cli.say(f"Training the auto-encoder on {len(sets.train)} photos with {sets.train.sets} sketches "
          f"each, {sets.words}; LPIPS: {sets.lpips}.")
  pictures.show(0)
  checkpoints.save_best(0)
  checkpoints.save_last()


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.model.step.numpy()) >= checkpoints.model.config.iteration_ae


def _compile(model: SketchAutoEncoder, sets: Any) -> None:
  sets.compile(model)


RECIPE = Recipe(NAME, PRESETS, sketch2image_data.load, RunSets.info, SketchAutoEncoder, fit,
                is_over, compile=_compile, batch_size=lambda config: config.batch_size_ae,
                length="iteration_ae", keep_best=None)
