"""What a run has to remember besides its model, and the checkpoints that hold both.

    LOG_ROOT/checkpoints/best   the last that were the best of their time
    LOG_ROOT/checkpoints/last   the end of the newest epoch, to resume from
"""

import os
import pathlib
import shutil
from collections.abc import Sequence

import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from models import checkpoint_files
from models.saving import BEST, own_rates
from train import cluster

LAST = pathlib.Path("checkpoints") / "last"
KEEP_BEST = 10
# What a full disk, a folder that is not ours or a broken one makes of a save.
_NOT_WRITTEN = (tf.errors.ResourceExhaustedError, tf.errors.UnknownError, tf.errors.InternalError,
                tf.errors.PermissionDeniedError, tf.errors.NotFoundError, tf.errors.OutOfRangeError,
                tf.errors.FailedPreconditionError, tf.errors.DataLossError, OSError)


def is_begun(log_root: str | os.PathLike) -> bool:
  """Whether a run folder holds a state to resume from, whole or damaged."""
  return checkpoint_files.is_begun(pathlib.Path(log_root) / LAST)


class _Damaged(Exception):
  """A checkpoint that can't be read, with the reason."""


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

  Of several workers all have to save, as they add up what each has counted; what the chief saves
  stays.

  Args:
    model: compiled.
    log_root: the run folder.
    worst: see `Progress`.
    keep_best: how many of the best checkpoints stay; None: all.

  Attributes:
    resumed: whether `resume` found something to go on from.
  """

  def __init__(self, model: tf.keras.Model, log_root: str | os.PathLike,
               worst: float = float("inf"), keep_best: int | None = KEEP_BEST):
    self.model, self.progress, self.resumed = model, Progress(worst), False
    self._root = pathlib.Path(log_root)
    self._checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer,
                                           progress=self.progress)
    # Made now, so that it is read with the rest: later on the file may have been written again.
    self._checkpoint.save_counter  # pylint: disable=pointless-statement
    self._best = self._manager(BEST, keep_best)
    self._last = self._manager(LAST, 1)

  def _manager(self, folder, keep):
    own = cluster.own_folder(self._root / folder)
    checkpoint_files.mend(own)
    return tf.train.CheckpointManager(self._checkpoint, str(own), max_to_keep=keep)

  @property
  def has_best(self) -> bool:
    """Whether any evaluation was an improvement yet."""
    return checkpoint_files.newest(self._root / BEST) is not None

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
    values, best = [variable.numpy() for variable in keep], checkpoint_files.newest(
        self._root / BEST)
    try:
      self._restore(best)
    except _Damaged as error:
      raise UserError(f"The best checkpoint, {best}, can't be read ({error}); it was damaged since "
                      "it was saved: see that the disk is well.") from error
    for variable, value in zip(keep, values):
      variable.assign(value)

  def resume(self) -> bool:
    """Goes back to the end of the newest finished epoch; False if there is none.

    Where that checkpoint is damaged, to the newest that can be read: the best ones hold all that
    the last holds.

    Raises:
      UserError: none can be read, or they are of another model.
    """
    if not is_begun(self._root):
      return False
    reasons = []
    for path in (*checkpoint_files.candidates(self._root / LAST),
                 *checkpoint_files.candidates(self._root / BEST)):
      try:
        self._restore(path)
      except _Damaged as error:
        reasons.append(f"{path} can't be read ({error})")
        continue
      if reasons:
        cli.say(f"The checkpoint {reasons[0]}: it is cut off or damaged; going on from {path}.")
      self.resumed = True
      return True
    raise UserError(f"{self._root} can't be gone on with: "
                    f"{reasons[0] if reasons else 'its checkpoints are missing'}, and no other "
                    "checkpoint of it can; put back a copy of the folder, or begin again with "
                    "another --log_root.")

  def _save(self, manager, number=None):
    number = int(self.progress.passes.numpy()) if number is None else number
    options = tf.train.CheckpointOptions(experimental_write_callbacks=[checkpoint_files.sync])
    try:
      with checkpoint_files.written_again(manager.directory, number):
        manager.save(checkpoint_number=number, options=options)
    except _NOT_WRITTEN as error:
      checkpoint_files.mend(manager.directory)
      raise UserError(f"The checkpoint could not be written to {manager.directory} "
                      f"({checkpoint_files.reason(error)}); the earlier ones are untouched: "
                      "free some space and go on with --resume_training.") from error
    finally:
      if not cluster.is_chief():
        shutil.rmtree(manager.directory, ignore_errors=True)

  def _restore(self, path):
    try:
      with own_rates(self.model):
        self._checkpoint.read(path).assert_existing_objects_matched()
    except (AssertionError, ValueError) as error:
      raise UserError(f"The checkpoint {path} does not fit this model "
                      f"({str(error).strip().splitlines()[0]}); resume with the hyperparameters of "
                      "the run, or choose a new --log_root.") from error
    except checkpoint_files.UNREADABLE as error:
      raise _Damaged(checkpoint_files.reason(error)) from error
