"""The schedule of a run that nothing judges: checkpoints stay, as many as come."""

import math

from data_tools.errors import UserError
from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints


class KeepAll(EpochSchedule):
  """Counts, stops at `num_steps`, and keeps the state of every so many steps under their number.

  Adds `epoch` and `step` to the logs of an epoch, of Keras's, and `kept` (the same as `step`) where
  a checkpoint stays.

  Args:
    checkpoints: of the run, of which all stay.
    loss: the figure that must stay finite.
    num_steps: steps after which training ends, in mid-epoch if need be; that state stays, too.
    keep_every: steps between two checkpoints that stay; a multiple of an epoch's, as the next.
    save_every: steps between two to resume from; None: the same.
  """

  def __init__(self, checkpoints: RunCheckpoints, loss: str, num_steps: int, keep_every: int,
               save_every: int | None = None):
    super().__init__(checkpoints, valid=None, test=None, save_every=1, num_steps=num_steps)
    self._loss = loss
    self._keep_every, self._resume_every = keep_every, save_every or keep_every
    self._is_kept = False  # the state at the end of this epoch

  def on_epoch_end(self, epoch, logs=None):
    if not math.isfinite(logs[self._loss]):
      raise UserError(f"The epoch's {self._loss} is {logs[self._loss]}: training diverged; lower "
                      "the learning rate and begin again with a new --log_root (the checkpoints so "
                      "far are kept).")
    self._progress.epoch.assign_add(1)
    self._progress.passes.assign_add(1)
    logs["epoch"], logs["step"] = int(self._progress.epoch.numpy()), self._steps
    self._is_kept = self._is_due(self._keep_every)
    if self._is_kept:
      self._checkpoints.save_best(self._steps)
      logs["kept"] = self._steps

  def commit(self):
    if self._is_kept or self._is_due(self._resume_every):
      self._checkpoints.save_last()

  def _is_due(self, every):
    return self._steps % every == 0 or self._steps >= self._num_steps
