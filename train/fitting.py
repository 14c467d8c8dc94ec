"""`model.fit`, pass after pass, until the schedule ends it."""

import contextlib
import sys
from collections.abc import Callable, Sequence

import tensorflow as tf

from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints
from train.reporting import EpochReport


class _Commit(tf.keras.callbacks.Callback):
  """Calls the others' `commit` in their order."""

  def __init__(self, callbacks: Sequence[tf.keras.callbacks.Callback]):
    super().__init__()
    self._callbacks = [one for one in callbacks if hasattr(one, "commit")]

  def on_epoch_end(self, epoch, logs=None):
    for callback in self._callbacks:
      callback.commit()


def judge_start(checkpoints: RunCheckpoints, schedule: EpochSchedule, report: EpochReport) -> None:
  """Judges the model before the first step, with a line of its own, unless that is done.

  Args:
    checkpoints: of the run.
    schedule: one with `judge_start`.
    report: of the run.
  """
  if not checkpoints.resumed:
    report.go_on_after(None)
    report.write(schedule.judge_start())
    schedule.commit()
    report.commit()


def fit(checkpoints: RunCheckpoints, batches: Callable[[int], tf.data.Dataset],
        steps_per_epoch: int, num_steps: int,
        callbacks: Sequence[tf.keras.callbacks.Callback]) -> None:
  """Trains until a callback sets `stop_training`.

  After each epoch's callbacks come their `commit`s, of those that have one: the schedule's saves
  the state to resume from, and then the report's tells of it.

  Args:
    checkpoints: of the run, resumed if it is.
    batches: the endless training batches from a pass on.
    steps_per_epoch: batches in one pass.
    num_steps: steps after which training ends at the latest.
    callbacks: the schedule and the report.
  """
  model = checkpoints.model
  every = [*callbacks, _Commit(callbacks)]
  model.stop_training = False
  for callback in callbacks:
    if isinstance(callback, EpochReport):
      callback.go_on_after(int(checkpoints.progress.passes.numpy()))
  while not model.stop_training:  # going back to a checkpoint may leave too few epochs: once more
    passes = int(checkpoints.progress.passes.numpy())
    left = num_steps - int(model.step.numpy())
    with contextlib.redirect_stdout(sys.stderr):  # the progress bar; results go to stdout
      model.fit(batches(passes), steps_per_epoch=steps_per_epoch, initial_epoch=passes,
                epochs=passes + -(-left // steps_per_epoch), callbacks=every, verbose=1)
