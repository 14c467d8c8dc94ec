"""The plain training schedule: all steps, the best checkpoint kept."""

import math

from data_tools.errors import UserError
from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints


class KeepBest(EpochSchedule):
  """After an evaluation: keep the state if it is the best, count it as a failure if not.

  Args:
    checkpoints: of the run, whose worst value is -inf.
    figure: the metric that decides, higher is better; of equals the later one is kept.
    loss: the metric that must stay finite.
    **arguments: of `EpochSchedule`.
  """

  def __init__(self, checkpoints: RunCheckpoints, figure: str, loss: str = "loss", **arguments):
    super().__init__(checkpoints, **arguments)
    self._figure, self._loss = figure, loss

  def judge(self, logs):
    figure, loss = logs[f"valid_{self._figure}"], logs[f"valid_{self._loss}"]
    if not math.isfinite(loss):
      raise UserError(f"The validation gave a {self._loss} of {loss}: training diverged; lower "
                      "learning_rate and begin again with a new --log_root (the best checkpoint "
                      "so far is kept).")
    logs["improved"] = bool(figure >= self._progress.best.numpy())
    if logs["improved"]:
      self.keep(figure, logs)
    else:
      self._progress.failures.assign_add(1)


def run_is_over(checkpoints: RunCheckpoints, num_steps: int) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.model.step.numpy()) >= num_steps
