"""The schedule of a run that nothing judges: a checkpoint of every epoch stays."""

import math

from data_tools.errors import UserError
from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints


class KeepAll(EpochSchedule):
  """Counts, stops at `num_steps`, and keeps every epoch's state under the number of its step.

  Adds `epoch`, `step` and `kept` (the same as `step`) to the epoch's logs.

  Args:
    checkpoints: of the run, of which all stay.
    loss: the figure that must stay finite.
    num_steps: steps after which training ends, in mid-epoch if need be.
  """

  def __init__(self, checkpoints: RunCheckpoints, loss: str, num_steps: int):
    super().__init__(checkpoints, valid=None, test=None, save_every=1, num_steps=num_steps)
    self._loss = loss

  def on_epoch_end(self, epoch, logs=None):
    if not math.isfinite(logs[self._loss]):
      raise UserError(f"The epoch's {self._loss} is {logs[self._loss]}: training diverged; lower "
                      "the learning rate and begin again with a new --log_root (the checkpoints so "
                      "far are kept).")
    self._progress.epoch.assign_add(1)
    self._progress.passes.assign_add(1)
    logs["epoch"], logs["step"] = int(self._progress.epoch.numpy()), self._steps
    self._checkpoints.save_best(self._steps)
    self._checkpoints.save_last()
    logs["kept"] = self._steps
