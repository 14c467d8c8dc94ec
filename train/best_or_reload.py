"""RPCL-pix2seq's training schedule as a Keras callback."""

import math

from data_tools import cli
from data_tools.errors import UserError
from train.epoch_schedule import EpochSchedule
from train.progress import RunCheckpoints

MAX_FAILURES = 5
FIGURE = "reconstruction_loss"


class BestOrReload(EpochSchedule):
  """After an evaluation: keep the best; else reload it; stop after five failures in a row.

  Source: `train.py` of RPCL-pix2seq (Zang et al., 2021), which ignores num_steps.
  """

  def judge(self, logs):
    figure = logs[f"valid_{FIGURE}"]
    logs["improved"] = bool(figure < self._progress.best.numpy())
    if logs["improved"]:
      self.keep(figure, logs)
    else:
      self._fail(figure)

  def _fail(self, figure):
    if not self._checkpoints.has_best:
      raise UserError(f"The first validation gave a {FIGURE} of {figure}: training diverged at "
                      "once; lower learning_rate (and check the data with --dry_run).")
    self._progress.failures.assign_add(1)
    failures = int(self._progress.failures.numpy())
    # What decides randomness goes on, so that the next pass differs from the one that failed.
    self._checkpoints.reload_best(keep=[self._progress.passes, self._progress.failures,
                                        self.model.draws])
    shown = f"{figure:.4f}" if math.isfinite(figure) else str(figure)
    cli.say(f"No improvement ({shown} against {self._progress.best.numpy():.4f}): the best "
            f"checkpoint is reloaded (failure {failures} of {MAX_FAILURES}).")
    if failures >= MAX_FAILURES:
      self.model.stop_training = True


def run_is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return (int(checkpoints.model.step.numpy()) >= checkpoints.model.config.num_steps
          or int(checkpoints.progress.failures.numpy()) >= MAX_FAILURES)
