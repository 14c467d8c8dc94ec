"""The training schedule of face models: the best checkpoint by the sketches it makes."""

import math

from train import cluster
from train.face_evaluation import LOWER_IS_BETTER, FaceEvaluation
from train.keep_best import KeepBest
from train.progress import RunCheckpoints

LAST = "last"
_LOWER_IS_BETTER = {**LOWER_IS_BETTER, LAST: False}


def worst(figure: str) -> float:
  """The value that everything is better than."""
  return math.inf if _LOWER_IS_BETTER[figure] else -math.inf


class FaceSchedule(KeepBest):
  """Evaluates before the first step, as SC-Lmser's original does, and then after epochs.

  Args:
    checkpoints: of the run.
    evaluation: of the faces that choose the best checkpoint.
    figure: what decides: "fid" or "fsim", or "last": the newest state is the best one.
    loss: the loss of training that must stay finite.
    evaluate_every: epochs between evaluations.
    num_steps: of the whole run.
  """

  def __init__(self, checkpoints: RunCheckpoints, evaluation: FaceEvaluation, figure: str,
               loss: str, evaluate_every: int, num_steps: int):
    super().__init__(checkpoints, figure, loss, _LOWER_IS_BETTER[figure], valid=None, test=None,
                     save_every=evaluate_every, num_steps=num_steps)
    self._evaluation = evaluation

  def judge_start(self) -> dict[str, float]:
    """Judges the model as it is before training, so that there is a best from the beginning.

    Returns:
      What an epoch's logs would hold.
    """
    logs = {"epoch": 0, "step": 0, self._loss: 0.0, **self._figures(None, "valid")}
    self.judge(logs)
    del logs[self._loss]
    return logs

  def _value(self, logs):
    return float(logs["step"]) if self._figure == LAST else super()._value(logs)

  def _figures(self, batches, split):
    figures = cluster.chiefs(self._evaluation(), self._checkpoints.model.distribute_strategy)
    return {f"{split}_{name}": value for name, value in figures.items()}
