"""What a run has to remember besides its model, and the checkpoints that hold both.

    LOG_ROOT/checkpoints/best   the last that were the best of their time
    LOG_ROOT/checkpoints/last   the end of the newest epoch, to resume from
"""

import os
import pathlib
from collections.abc import Sequence

import tensorflow as tf

from data_tools.errors import UserError
from models.saving import BEST, own_rates

LAST = pathlib.Path("checkpoints") / "last"
KEEP_BEST = 10


class Progress(tf.Module):
  """Counters of a run.

  Attributes:
    epoch: int64, finished epochs; set back when the best checkpoint is reloaded.
    passes: int64, passes over the data, never set back: decides order and augmentation.
    failures: int64, evaluations in a row that were no improvement.
    best: float64, the best validation figure so far.

  Args:
    worst: of the figure that decides: inf where lower is better, -inf where higher is.
  """

  def __init__(self, worst: float = float("inf")):
    super().__init__()
    self.epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
    self.passes = tf.Variable(0, dtype=tf.int64, trainable=False)
    self.failures = tf.Variable(0, dtype=tf.int64, trainable=False)
    self.best = tf.Variable(worst, dtype=tf.float64, trainable=False)


class RunCheckpoints:
  """Saves and restores a run: model, optimiser and `Progress`.

  Args:
    model: compiled.
    log_root: the run folder.
    worst: see `Progress`.
    keep_best: how many of the best checkpoints stay; None: all.
  """

  def __init__(self, model: tf.keras.Model, log_root: str | os.PathLike,
               worst: float = float("inf"), keep_best: int | None = KEEP_BEST):
    self.model, self.progress = model, Progress(worst)
    root = pathlib.Path(log_root)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer,
                                     progress=self.progress)
    manager = tf.train.CheckpointManager
    self._best = manager(checkpoint, str(root / BEST), max_to_keep=keep_best)
    self._last = manager(checkpoint, str(root / LAST), max_to_keep=1)

  @property
  def has_best(self) -> bool:
    """Whether any evaluation was an improvement yet."""
    return self._best.latest_checkpoint is not None

  def save_best(self, number: int | None = None) -> None:
    """Keeps the present state as the best so far.

    Args:
      number: that the checkpoint is named after; None: that of the pass.
    """
    self._save(self._best, number)

  def save_last(self) -> None:
    """Keeps the present state to resume from."""
    self._save(self._last)

  def reload_best(self, keep: Sequence[tf.Variable]) -> None:
    """Sets weights, optimiser and counters back to the best checkpoint.

    Args:
      keep: variables that go on as they are.
    """
    values = [variable.numpy() for variable in keep]
    self._restore(self._best.latest_checkpoint)
    for variable, value in zip(keep, values):
      variable.assign(value)

  def resume(self) -> bool:
    """Goes back to the end of the newest finished epoch; False if there is none."""
    if self._last.latest_checkpoint is None:
      return False
    self._restore(self._last.latest_checkpoint)
    return True

  def _save(self, manager, number=None):
    number = int(self.progress.passes.numpy()) if number is None else number
    try:
      manager.save(checkpoint_number=number)
    except (tf.errors.ResourceExhaustedError, tf.errors.UnknownError,
            tf.errors.InternalError, OSError) as error:
      raise UserError(f"The checkpoint could not be written to {manager.directory} "
                      f"({str(error).splitlines()[0]}); the earlier ones are untouched: free some "
                      "space and go on with --resume_training.") from error

  def _restore(self, path):
    try:
      manager = self._best if str(self._best.directory) in path else self._last
      with own_rates(self.model):
        manager.checkpoint.read(path).assert_existing_objects_matched()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
      raise UserError(f"The checkpoint {path} does not fit this model "
                      f"({str(error).strip().splitlines()[0]}); resume with the hyperparameters of "
                      "the run, or choose a new --log_root.") from error
