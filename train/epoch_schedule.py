"""What every training schedule does: count, stop, evaluate, keep checkpoints."""

import tensorflow as tf

from train.progress import RunCheckpoints


class EpochSchedule(tf.keras.callbacks.Callback):
  """Counts epochs and steps, stops at `num_steps`, evaluates every `save_every` epochs.

  A subclass says in `judge` what an evaluation means. Adds `epoch`, `step` and `valid_*` (and
  `test_*` after an improvement) to the epoch's logs. The state to resume from is saved by `commit`,
  when the epoch's report is written, so that a run that is killed has each line once.

  Args:
    checkpoints: of the run.
    valid: batches of the validation split.
    test: batches of the test split, or None.
    save_every: epochs between evaluations.
    num_steps: steps after which training ends, in mid-epoch if need be.
  """

  def __init__(self, checkpoints: RunCheckpoints, valid: tf.data.Dataset,
               test: tf.data.Dataset | None, save_every: int, num_steps: int):
    super().__init__()
    self._checkpoints, self._progress = checkpoints, checkpoints.progress
    self._valid, self._test = valid, test
    self._save_every, self._num_steps = save_every, num_steps

  def judge(self, logs: dict) -> None:
    """Decides by the `valid_*` figures in `logs` what becomes of the run; adds `improved`."""
    raise NotImplementedError

  def on_epoch_begin(self, epoch, logs=None):
    self._steps = int(self.model.step.numpy())

  def on_train_batch_end(self, batch, logs=None):
    self._steps += 1
    if self._steps >= self._num_steps:
      self.model.stop_training = True

  def on_epoch_end(self, epoch, logs=None):
    self._progress.epoch.assign_add(1)
    self._progress.passes.assign_add(1)
    logs["epoch"], logs["step"] = int(self._progress.epoch.numpy()), self._steps
    if self._progress.epoch.numpy() % self._save_every == 0 or self._steps >= self._num_steps:
      logs.update(self._figures(self._valid, "valid"))
      self.judge(logs)
      logs["failures"] = int(self._progress.failures.numpy())

  def commit(self) -> None:
    """Saves the state to resume from; see `fitting.fit`."""
    self._checkpoints.save_last()

  def keep(self, figure: float, logs: dict) -> None:
    """Keeps the present state as the best so far, and evaluates the test split."""
    self._progress.best.assign(figure)
    self._progress.failures.assign(0)
    self._checkpoints.save_best()
    if self._test is not None:
      logs.update(self._figures(self._test, "test"))

  def _figures(self, batches, split) -> dict[str, float]:
    figures = self.model.evaluate(batches, verbose=0, return_dict=True)
    return {f"{split}_{name}": float(value) for name, value in figures.items()}
