"""What a training run of a face recogniser is made of."""

import dataclasses
import functools

import numpy as np

from data_tools.errors import UserError
from data_tools.faces.identity_batches import IdentityBatches, paired_persons
from models import registry, saving
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from models.vggface.presets import PRESETS
from train import fitting, recogniser_data, run_start, training_run
from train.keep_best import run_is_over
from train.progress import RunCheckpoints
from train.recogniser_data import RunIdentities
from train.recogniser_options import RecogniserOptions
from train.recogniser_schedule import WORST, RankOne, RecogniserSchedule
from train.reporting import EpochReport
from train.training_run import Recipe

NAME = "vggface"
# Adam's states and all, a checkpoint of VGG-16 is 1.7 GB.
_KEEP_BEST = 1
_SHOWN = 16  # training pictures in TensorBoard, four by four


def run(options: RecogniserOptions) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`.

  The hyperparameters begin with those of the preset, or of the recogniser in `init_from`.

  Raises:
    UserError: also if `init_from` holds no recogniser, or one of other sizes.
  """
  begun = options.init_from and not _is_resumed(options)
  _run(options, _hyperparameters(options.init_from) if begun else PRESETS[options.preset])


def train(options: RecogniserOptions, config: VggFaceConfig) -> None:
  """As `run`, with a config in place of the preset's and of that in `init_from`."""
  if options.init_from and not _is_resumed(options):
    _hyperparameters(options.init_from)  # refuses what is no recogniser
  _run(options, config)


def _run(options, start):
  recipe = dataclasses.replace(RECIPE, presets={options.preset: start})
  if options.init_from and not _is_resumed(options):
    recipe = dataclasses.replace(recipe, fit=functools.partial(_fit_from, options.init_from))
  training_run.run(dataclasses.replace(options, init_from=None), recipe)


def _hyperparameters(folder) -> VggFaceConfig:
  content = saving.read_config(folder)
  if content["model"] != NAME:
    raise UserError(f"{folder} holds a model of {content['model']}, but a recogniser is of {NAME}; "
                    f"give a folder that {registry.command(NAME)} or pretrained/convert.py made.")
  return content["hparams"]


def _is_resumed(options) -> bool:
  return run_start.is_resumed(options)


def load_data(config: VggFaceConfig, options: RecogniserOptions) -> tuple[
    RunIdentities, VggFaceConfig]:
  """The pictures, and the config as it is; see `recogniser_data.load`.

  Raises:
    UserError: also if a run is to go on with other pictures.
  """
  faces = recogniser_data.load(config, options)
  if _is_resumed(options):
    before = saving.read_config(options.log_root)["data"]
    if before != faces.info():
      raise UserError(f"The run in {options.log_root} began with other pictures ({before}) than "
                      f"are given now ({faces.info()}); give it the same ones.")
  paired_persons(faces.train.persons, config.persons_per_batch)  # refuses too few, early
  return faces, config


def fit(model: FaceRecogniser, faces: RunIdentities, checkpoints: RunCheckpoints,
        options: RecogniserOptions) -> None:
  """Runs `model.fit` for num_steps; an epoch of Keras's is evaluate_every of them.

  Args:
    model: compiled.
    faces: to train on and to choose by.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: training diverges.
  """
  config = model.config
  batches = IdentityBatches(faces.train.images, faces.train.persons, config.persons_per_batch,
                            config.images_per_person, model.seed, config.geometry,
                            config.flip_prob)
  schedule = RecogniserSchedule(checkpoints, RankOne(model, faces.held_out), config.num_steps)
  report = EpochReport(options.log_root, dict, lambda: {"training": _grid(batches)})
  fitting.judge_start(checkpoints, schedule, report)
  fitting.fit(checkpoints, lambda _: batches.dataset(first_batch=int(model.step.numpy())),
              config.evaluate_every, config.num_steps, [schedule, report])


def _fit_from(folder, model, faces, checkpoints, options):
  saving.restore_part(model.network, "network", folder, "the hyperparameters of the new run")
  fit(model, faces, checkpoints, options)


def _grid(batches: IdentityBatches) -> np.ndarray:
  """Pictures of a batch as they are trained on, uint8 [1, 4 H, 4 W, 3]."""
  pictures, _ = batches(0)
  height, width, channels = pictures.shape[1:]
  shown = np.resize(pictures, [_SHOWN, height, width, channels])
  grid = shown.reshape(4, 4, height, width, channels).transpose(0, 2, 1, 3, 4)
  grid = grid.reshape(1, 4 * height, 4 * width, channels)
  return np.broadcast_to(grid, [*grid.shape[:3], 3])


RECIPE = Recipe(NAME, PRESETS, load_data, RunIdentities.info, FaceRecogniser, fit, run_is_over,
                worst=lambda config: WORST, keep_best=_KEEP_BEST)
