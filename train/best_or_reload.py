"""The original's training schedule as a Keras callback."""

import math

import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from train.progress import RunCheckpoints

MAX_FAILURES = 5
FIGURE = "reconstruction_loss"


class BestOrReload(tf.keras.callbacks.Callback):
  """Every `save_every` epochs: evaluate; keep the best; else reload it; stop after five failures.

  Adds `valid_*` (and `test_*` after an improvement), `improved` and `failures` to the epoch's
  logs. Stops at `num_steps` too, in mid-epoch if need be.

  Args:
    checkpoints: of the run.
    valid: batches of the validation split.
    test: batches of the test split, or None.
    save_every: epochs between evaluations.
    num_steps: steps after which training ends.

  Source: `train.py` of RPCL-pix2seq (Zang et al., 2021), which ignores num_steps.
  """

  def __init__(self, checkpoints: RunCheckpoints, valid: tf.data.Dataset,
               test: tf.data.Dataset | None, save_every: int, num_steps: int):
    super().__init__()
    self._checkpoints, self._progress = checkpoints, checkpoints.progress
    self._valid, self._test = valid, test
    self._save_every, self._num_steps = save_every, num_steps

  def on_epoch_begin(self, epoch, logs=None):
    self._steps = int(self.model.step.numpy())

  def on_train_batch_end(self, batch, logs=None):
    self._steps += 1
    if self._steps >= self._num_steps:
      self.model.stop_training = True

  def on_epoch_end(self, epoch, logs=None):
    self._progress.epoch.assign_add(1)
    self._progress.passes.assign_add(1)
    logs["epoch"], logs["step"] = int(self._progress.epoch.numpy()), self._steps
    if self._progress.epoch.numpy() % self._save_every == 0 or self._steps >= self._num_steps:
      self._evaluate(logs)
    self._checkpoints.save_last()

  def _evaluate(self, logs):
    logs.update(self._figures(self._valid, "valid"))
    figure = logs[f"valid_{FIGURE}"]
    logs["improved"] = bool(figure < self._progress.best.numpy())
    if logs["improved"]:
      self._progress.best.assign(figure)
      self._progress.failures.assign(0)
      self._checkpoints.save_best()
      if self._test is not None:
        logs.update(self._figures(self._test, "test"))
    else:
      self._fail(figure)
    logs["failures"] = int(self._progress.failures.numpy())

  def _fail(self, figure):
    if not self._checkpoints.has_best:
      raise UserError(f"The first validation gave a {FIGURE} of {figure}: training diverged at "
                      "once; lower learning_rate (and check the data with --dry_run).")
    self._progress.failures.assign_add(1)
    failures = int(self._progress.failures.numpy())
    self._checkpoints.reload_best()
    shown = f"{figure:.4f}" if math.isfinite(figure) else str(figure)
    cli.say(f"No improvement ({shown} against {self._progress.best.numpy():.4f}): the best "
            f"checkpoint is reloaded (failure {failures} of {MAX_FAILURES}).")
    if failures >= MAX_FAILURES:
      self.model.stop_training = True

  def _figures(self, batches, split) -> dict[str, float]:
    figures = self.model.evaluate(batches, verbose=0, return_dict=True)
    return {f"{split}_{name}": float(value) for name, value in figures.items()}


def run_is_over(checkpoints: RunCheckpoints, num_steps: int) -> bool:
  """Whether a resumed run had already come to its end."""
  return (int(checkpoints.model.step.numpy()) >= num_steps
          or int(checkpoints.progress.failures.numpy()) >= MAX_FAILURES)


