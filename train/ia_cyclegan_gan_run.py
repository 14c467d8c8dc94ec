"""What a training run of one GAN of IACycleGAN is made of."""

import dataclasses
from typing import Any

import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.faces import face_pipeline
from models import frozen_weights, registry, saving
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import NETWORKS, TERMS, IaCycleGan
from models.ia_cyclegan.presets import PRESETS
from train import (cluster, face_run_data, face_schedule, fitting,
                   ia_cyclegan_recognisers as recognisers, training_run)
from train.face_evaluation import FaceEvaluation
from train.face_pictures import FacePictures
from train.face_run_data import RunFaces
from train.face_schedule import FaceSchedule
from train.ia_cyclegan_options import IaCycleGanOptions
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.training_run import Recipe

NAME = "ia_cyclegan"
# With the Adams and the pools, a checkpoint at full size is 0.4 GB.
_KEEP_BEST = 1
_LOSS = "loss_G"
# A term that is so many times all the others together is told.
_RULES = 100.0


@dataclasses.dataclass(frozen=True)
class GanData:
  """The data of a run.

  Attributes:
    faces: to train on and to choose by.
    recognisers: domain -> what that recogniser was trained on; empty without any.
  """

  faces: RunFaces
  recognisers: dict[str, Any]

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {**self.faces.info(), recognisers.INFO: self.recognisers}


class Balance(tf.keras.callbacks.Callback):
  """Tells, once for each, of a weighted term beside which the generators' others do not count.

  Looks after the first step of a run and after each epoch.
  """

  def __init__(self):
    super().__init__()
    self._looked, self._told = False, set()

  def on_train_batch_end(self, batch, logs=None):
    if not self._looked:
      self._looked = True
      self._look(logs)

  def on_epoch_end(self, epoch, logs=None):
    self._look(logs)

  def _look(self, logs):
    for name in TERMS:
      term = logs[name]
      rest = sum(logs[other] for other in TERMS if other != name)
      if rest > 0 and term > _RULES * rest and name not in self._told:
        self._told.add(name)
        equal = getattr(self.model.config, f"{name}_weight") * rest / term
        cli.say(f"\n{name} is {term:.3g} and the generators' other terms together are {rest:.3g}: "
                f"it alone decides what they learn. With {name}_weight={equal:.2g} they would be "
                "equal; docs/ia_cyclegan.md says how to choose it.")


def run(options: IaCycleGanOptions) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def load_data(config: IaCycleGanConfig, options: IaCycleGanOptions
              ) -> tuple[GanData, IaCycleGanConfig]:
  """The faces, and the config as it is.

  Raises:
    UserError: see `face_run_data.load` and `ia_cyclegan_recognisers.check`; or `init_gan` is no
      folder of an IACycleGAN.
  """
  found = recognisers.check(config, options)
  if options.init_gan:
    _check_gan(options)
  return GanData(face_run_data.load(config, options.data_dir, options.lists_dir), found), config


def _check_gan(options):
  if options.init_from:
    raise UserError("Both init_gan and init_from are given, but a run can begin with one model "
                    "only; give init_from to go on with its Adams and hyperparameters, too.")
  kind = saving.read_config(options.init_gan)["model"]
  if kind != NAME:
    raise UserError(f"{options.init_gan} holds a model of {kind}, but a GAN to begin with has to "
                    f"be one of {NAME}; train one with {registry.command(NAME)}.")


def fit(model: IaCycleGan, data: GanData, checkpoints: RunCheckpoints,
        options: IaCycleGanOptions) -> None:
  """Runs `model.fit` for all epochs, keeping the checkpoint whose sketches are best.

  Args:
    model: compiled.
    data: of the run.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: FID is asked for and its network can't be had, recognisers or a GAN to begin with
      can't be read, or training diverges.
  """
  config, faces = model.config, data.faces
  if checkpoints.resumed:
    frozen_weights.restore(model, options.log_root)
  else:
    _begin(model, options)
  num_steps = config.all_epochs * model.steps_per_epoch
  evaluation = FaceEvaluation(
      model, faces.chosen_on, with_fid=config.select_by == "fid" or bool(options.inception_weights),
      inception_weights=options.inception_weights)
  schedule = FaceSchedule(checkpoints, evaluation, config.select_by, _LOSS, config.evaluate_every,
                          num_steps)
  pictures = FacePictures(model, evaluation, options.reports)
  report = EpochReport(
      options.reports, lambda: {"learning_rate": float(model.adams["G"].learning_rate.numpy())},
      lambda: pictures(int(checkpoints.progress.epoch.numpy())))
  fitting.judge_start(checkpoints, schedule, report)
  batches = lambda passes: face_pipeline.train_batches(
      faces.train, config.batch_size, model.seed, config.geometry,
      first_batch=passes * model.steps_per_epoch, each_once=True, flip=config.flip)
  fitting.fit(checkpoints, batches, model.steps_per_epoch, num_steps,
              [Balance(), schedule, report])


def _begin(model, options):
  """Reads what a run is given, and keeps what one that is killed at once goes on from."""
  if options.init_gan:
    for name in NETWORKS:
      saving.restore_part(getattr(model, name), name, options.init_gan,
                          "the hyperparameters of this run")
  if not options.init_from:
    recognisers.read(model, options.recognisers)
  if cluster.is_chief():
    frozen_weights.write(model, options.log_root)


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.progress.epoch.numpy()) >= checkpoints.model.config.all_epochs


def _compile(model: IaCycleGan, data: GanData) -> None:
  model.compile(face_pipeline.steps_per_epoch(data.faces.train, model.config.batch_size))


RECIPE = Recipe(NAME, PRESETS, load_data, GanData.info, IaCycleGan, fit, is_over, compile=_compile,
                length="num_epochs",
                worst=lambda config: face_schedule.worst(config.select_by), keep_best=_KEEP_BEST)
