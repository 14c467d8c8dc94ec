"""The plain training schedule: all steps, the best checkpoint kept."""

import math

from data_tools.errors import UserError
from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints


class KeepBest(EpochSchedule):
  """After an evaluation: keep the state if it is the best, count it as a failure if not.

  Args:
    checkpoints: of the run, whose worst value is -inf, or inf if lower is better.
    figure: the metric that decides; of equals the later one is kept, NaN never.
    loss: the figure that must stay finite.
    lower_is_better: of the metric.
    **arguments: of `EpochSchedule`.
  """

  def __init__(self, checkpoints: RunCheckpoints, figure: str, loss: str = "valid_loss",
               lower_is_better: bool = False, **arguments):
    super().__init__(checkpoints, **arguments)
    self._figure, self._loss, self._lower_is_better = figure, loss, lower_is_better

  def judge(self, logs):
    figure, loss = self._value(logs), logs[self._loss]
    if not math.isfinite(loss):
      raise UserError(f"The epoch's {self._loss} is {loss}: training diverged; lower the learning "
                      "rate and begin again with a new --log_root (the best checkpoint so far is "
                      "kept).")
    best = self._progress.best.numpy()
    logs["improved"] = bool(figure <= best if self._lower_is_better else figure >= best)
    if logs["improved"]:
      self.keep(figure, logs)
    else:
      self._progress.failures.assign_add(1)

  def _value(self, logs: dict[str, float]) -> float:
    """What decides."""
    return logs[f"valid_{self._figure}"]


def run_is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.model.step.numpy()) >= checkpoints.model.config.num_steps
