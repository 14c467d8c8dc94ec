"""`model.fit`, pass after pass, until the schedule ends it."""

import contextlib
import sys
from collections.abc import Callable, Sequence

import tensorflow as tf

from train.progress import RunCheckpoints


def fit(checkpoints: RunCheckpoints, batches: Callable[[int], tf.data.Dataset],
        steps_per_epoch: int, num_steps: int,
        callbacks: Sequence[tf.keras.callbacks.Callback]) -> None:
  """Trains until a callback sets `stop_training`.

  Args:
    checkpoints: of the run, resumed if it is.
    batches: the endless training batches from a pass on.
    steps_per_epoch: batches in one pass.
    num_steps: steps after which training ends at the latest.
    callbacks: the schedule and the report.
  """
  model = checkpoints.model
  model.stop_training = False
  while not model.stop_training:  # going back to a checkpoint may leave too few epochs: once more
    passes = int(checkpoints.progress.passes.numpy())
    left = num_steps - int(model.step.numpy())
    with contextlib.redirect_stdout(sys.stderr):  # the progress bar; results go to stdout
      model.fit(batches(passes), steps_per_epoch=steps_per_epoch, initial_epoch=passes,
                epochs=passes + -(-left // steps_per_epoch), callbacks=list(callbacks), verbose=1)
