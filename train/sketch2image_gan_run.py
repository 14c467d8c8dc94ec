"""What a training run of Sketch-to-Image's second stage is made of: the GAN."""

import dataclasses
import os
import pathlib
from typing import Any

import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_sets import paired_batches
from models import registry, saving
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from models.sketch2image.presets import PRESETS
from train import fitting, run_start, sketch2image_data
from train.keep_all import KeepAll
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.sketch2image_ae_run import NAME as AE
from train.sketch2image_data import RunSets
from train.sketch2image_fid import SketchFid
from train.sketch2image_gan_pictures import GanPictures
from train.sketch2image_options import Sketch2ImageOptions
from train.training_run import Recipe

NAME = "sketch2image"
_LOSS = "reconstruction"
# Hyperparameters that decide what the auto-encoder's variables look like.
_OF_AE = ("nfc", "im_size_ae")


class Fid(tf.keras.callbacks.Callback):
  """Adds FID to the logs every fid_interval steps."""

  def __init__(self, fid: SketchFid):
    super().__init__()
    self._fid = fid

  def on_epoch_end(self, epoch, logs=None):
    if int(self.model.step.numpy()) % self.model.config.fid_interval == 0:
      logs.update(self._fid())


def load_data(config: Sketch2ImageConfig, options: Sketch2ImageOptions
              ) -> tuple[RunSets, Sketch2ImageConfig]:
  """As `sketch2image_data.load`; the config is made to fit the auto-encoder, too.

  Raises:
    UserError: also if there is no auto-encoder, or one of another size.
  """
  source = _autoencoder(options)
  if source:
    config = _fitting(config, source)
  classes = config.nbr_cls
  sets, config = sketch2image_data.load(config, options)
  return sets, dataclasses.replace(config, nbr_cls=classes)


def _autoencoder(options) -> str | None:
  """The folder of the auto-encoder to be refined; None if the run or the model has one already."""
  if options.init_from or run_start.is_resumed(options):
    return None
  folder = options.pretrained_ae_path or os.path.join(os.path.dirname(options.log_root), "ae")
  if not (pathlib.Path(folder) / saving.CONFIG_FILE).is_file():
    raise UserError(f"There is no auto-encoder in {folder}, which stage gan is to refine; train "
                    f"one with {registry.command(AE)}, or give its folder with "
                    "--pretrained_ae_path.")
  return folder


def _fitting(config: Sketch2ImageConfig, source: str) -> Sketch2ImageConfig:
  """The config with the auto-encoder's number of classes; what else differs is refused."""
  content = saving.read_config(source)
  if content["model"] not in (AE, NAME):
    raise UserError(f"{source} holds a model of {content['model']}, but stage gan refines an "
                    "auto-encoder of Sketch-to-Image; give one with --pretrained_ae_path.")
  given = content["hparams"]
  odd = [name for name in _OF_AE if getattr(given, name) != getattr(config, name)]
  if odd:
    raise UserError(f"The auto-encoder in {source} has {odd[0]}={getattr(given, odd[0])}, but "
                    f"{odd[0]}={getattr(config, odd[0])} is asked for; choose the --preset and the "
                    "hyperparameters that it was trained with.")
  if given.data_name != config.data_name:
    cli.say(f"The auto-encoder in {source} was trained for {given.data_name} pictures, and is "
            f"refined for {config.data_name} pictures.")
  return dataclasses.replace(config, nbr_cls=given.nbr_cls)


def fit(model: SketchGan, sets: RunSets, checkpoints: RunCheckpoints,
        options: Sketch2ImageOptions) -> None:
  """Runs `model.fit` for all steps; an epoch of Keras's is log_interval of them.

  Args:
    model: compiled.
    sets: to train on.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: there is no auto-encoder, FID's network can't be had, training diverges, or something
      can't be written.
  """
  config = model.config
  fid = [Fid(_fid(model, sets, options))] if options.fid else []
  pictures = GanPictures(model, sets, options.log_root)
  report = EpochReport(options.log_root, dict, pictures.newest)
  if not int(model.step.numpy()):
    _begin(model, sets, checkpoints, pictures, options)
  batches = lambda _: paired_batches.train_batches(
      sets.train, config.batch_size_gan, model.seed, config.im_size_gan,
      first_batch=int(model.step.numpy()))
  schedule = KeepAll(checkpoints, _LOSS, config.steps_gan, config.iteration_gan,
                     config.save_model_interval)
  fitting.fit(checkpoints, batches, config.log_interval, config.steps_gan,
              [pictures, *fid, schedule, report])


def _fid(model, sets, options) -> SketchFid:
  try:
    return SketchFid(model, sets, options.inception_weights)
  except UserError as error:
    raise UserError(f"{str(error).removesuffix('.')}; --nofid trains without.") from error


def _begin(model, sets, checkpoints, pictures, options):
  """The auto-encoder's weights, previews, and a checkpoint for a run that is killed at once."""
  source = None if checkpoints.resumed else _autoencoder(options)
  if source:
    saving.restore_part(model.networks, "networks", source, "the hyperparameters of this run",
                        options.pretrained_ae_iter if options.pretrained_ae_path else None)
  cli.say(f"Training the GAN on {len(sets.train)} photos with {sets.train.sets} sketches each, "
          f"{sets.words}; LPIPS: {sets.lpips}.")
  pictures.show(0)
  checkpoints.save_last()


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.model.step.numpy()) >= checkpoints.model.config.steps_gan


def _compile(model: SketchGan, sets: Any) -> None:
  sets.compile(model)


RECIPE = Recipe(NAME, PRESETS, load_data, RunSets.info, SketchGan, fit, is_over, compile=_compile,
                batch_size=lambda config: config.batch_size_gan, length="epoch_gan",
                keep_best=None)
