"""What a run has to remember besides its model, and the checkpoints that hold both.

    LOG_ROOT/checkpoints/best   the last that were the best of their time
    LOG_ROOT/checkpoints/last   the end of the newest epoch, to resume from
"""

import os
import pathlib
import shutil
from collections.abc import Sequence

import tensorflow as tf

from data_tools.errors import UserError
from models.saving import BEST, own_rates
from train import cluster

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

  Of several workers all have to save, as they add up what each has counted; what the chief saves
  stays.

  Args:
    model: compiled.
    log_root: the run folder.
    worst: see `Progress`.
    keep_best: how many of the best checkpoints stay; None: all.
  """

  def __init__(self, model: tf.keras.Model, log_root: str | os.PathLike,
               worst: float = float("inf"), keep_best: int | None = KEEP_BEST):
    self.model, self.progress = model, Progress(worst)
    self._root = pathlib.Path(log_root)
    self._checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer,
                                           progress=self.progress)
    self._best = self._manager(BEST, keep_best)
    self._last = self._manager(LAST, 1)

  def _manager(self, folder, keep):
    return tf.train.CheckpointManager(
        self._checkpoint, str(cluster.own_folder(self._root / folder)), max_to_keep=keep)

  @property
  def has_best(self) -> bool:
    """Whether any evaluation was an improvement yet."""
    return self._newest(self._best, BEST) is not None

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
    self._restore(self._newest(self._best, BEST))
    for variable, value in zip(keep, values):
      variable.assign(value)

  def resume(self) -> bool:
    """Goes back to the end of the newest finished epoch; False if there is none."""
    newest = self._newest(self._last, LAST)
    if newest is None:
      return False
    self._restore(newest)
    return True

  def _newest(self, manager, folder):
    """The run folder's newest checkpoint, which is always the chief's."""
    return (manager.latest_checkpoint if cluster.is_chief()
            else tf.train.latest_checkpoint(str(self._root / folder)))

  def _save(self, manager, number=None):
    number = int(self.progress.passes.numpy()) if number is None else number
    try:
      manager.save(checkpoint_number=number)
    except (tf.errors.ResourceExhaustedError, tf.errors.UnknownError,
            tf.errors.InternalError, OSError) as error:
      raise UserError(f"The checkpoint could not be written to {manager.directory} "
                      f"({str(error).splitlines()[0]}); the earlier ones are untouched: free some "
                      "space and go on with --resume_training.") from error
    finally:
      if not cluster.is_chief():
        shutil.rmtree(manager.directory, ignore_errors=True)

  def _restore(self, path):
    try:
      with own_rates(self.model):
        self._checkpoint.read(path).assert_existing_objects_matched()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
      raise UserError(f"The checkpoint {path} does not fit this model "
                      f"({str(error).strip().splitlines()[0]}); resume with the hyperparameters of "
                      "the run, or choose a new --log_root.") from error
