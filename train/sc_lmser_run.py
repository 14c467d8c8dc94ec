"""What a training run of SC-Lmser is made of."""

from data_tools.faces import face_pipeline
from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.model import ScLmser
from models.sc_lmser.presets import PRESETS
from train import face_run_data, face_schedule, fitting, training_run
from train.face_evaluation import FaceEvaluation
from train.face_options import FaceOptions
from train.face_pictures import FacePictures
from train.face_run_data import RunFaces
from train.face_schedule import FaceSchedule
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.training_run import Recipe

NAME = "sc_lmser"
# Adam states and all, a checkpoint at full size is 1.5 GB.
_KEEP_BEST = 1
_LOSS = "loss_G2"  # what it trains passes through every network but Dx


def run(options: FaceOptions) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def load_data(config: ScLmserConfig, options: FaceOptions) -> tuple[RunFaces, ScLmserConfig]:
  """The faces, and the config as it is; see `face_run_data.load`."""
  return face_run_data.load(config, options.data_dir, options.lists_dir), config


def fit(model: ScLmser, faces: RunFaces, checkpoints: RunCheckpoints,
        options: FaceOptions) -> None:
  """Runs `model.fit` for num_epochs, keeping the checkpoint whose sketches are best.

  Args:
    model: compiled.
    faces: to train on and to choose by.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: FID is asked for and its network can't be had, or training diverges.
  """
  config = model.config
  steps = face_pipeline.steps_per_epoch(faces.train, config.batch_size)
  evaluation = FaceEvaluation(
      model, faces.chosen_on, with_fid=config.select_by == "fid" or bool(options.inception_weights),
      inception_weights=options.inception_weights)
  schedule = FaceSchedule(checkpoints, evaluation, config.select_by, _LOSS, config.evaluate_every,
                          num_steps=config.num_epochs * steps)
  pictures = FacePictures(model, evaluation, options.reports)
  report = EpochReport(options.reports, dict,
                       lambda: pictures(int(checkpoints.progress.epoch.numpy())))
  fitting.judge_start(checkpoints, schedule, report)
  batches = lambda passes: face_pipeline.train_batches(
      faces.train, config.batch_size, model.seed, config.geometry, first_batch=passes * steps)
  fitting.fit(checkpoints, batches, steps, config.num_epochs * steps, [schedule, report])


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.progress.epoch.numpy()) >= checkpoints.model.config.num_epochs


RECIPE = Recipe(NAME, PRESETS, load_data, RunFaces.info, ScLmser, fit, is_over,
                length="num_epochs",
                worst=lambda config: face_schedule.worst(config.select_by), keep_best=_KEEP_BEST)
