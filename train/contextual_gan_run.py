"""What a training run of Contextual GAN is made of."""

from data_tools import cli
from data_tools.joint import joint_pipeline
from models.contextual_gan.model import ContextualGan
from models.contextual_gan.presets import PRESETS
from train import contextual_gan_data, fitting, training_run
from train.contextual_gan_data import RunJoint
from train.contextual_gan_options import ContextualGanOptions
from train.contextual_gan_pictures import ContextualGanPictures
from train.keep_all import KeepAll
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.training_run import Recipe

NAME = "contextual_gan"
_LOSS = "loss_G"


def run(options: ContextualGanOptions) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def fit(model: ContextualGan, data: RunJoint, checkpoints: RunCheckpoints,
        options: ContextualGanOptions) -> None:
  """Runs `model.fit` for num_epochs.

  Args:
    model: compiled.
    data: to train on.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: training diverges, or something can't be written.
  """
  config = model.config
  steps = joint_pipeline.steps_per_epoch(data.train, config.batch_size)
  pictures = ContextualGanPictures(model, data.shown, options.log_root)
  report = EpochReport(options.log_root, dict, lambda: pictures(int(model.step.numpy())))
  if not int(model.step.numpy()):
    cli.say(f"Training on {len(data.train)} joint images of {data.words} "
            f"({', '.join(sorted(set(data.train.styles)))}).")
    pictures(0)
    checkpoints.save_last()  # what a run that is killed at once goes on from
  batches = lambda passes: joint_pipeline.train_batches(
      data.train, config.batch_size, model.seed, first_batch=passes * steps, flip=config.flip)
  schedule = KeepAll(checkpoints, _LOSS, config.num_epochs * steps, config.save_every * steps,
                     save_every=steps)
  fitting.fit(checkpoints, batches, steps, config.num_epochs * steps, [schedule, report])


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.progress.epoch.numpy()) >= checkpoints.model.config.num_epochs


RECIPE = Recipe(NAME, PRESETS, contextual_gan_data.load, RunJoint.info, ContextualGan, fit, is_over,
                length="num_epochs", keep_best=None)
