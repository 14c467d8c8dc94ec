"""An epoch's figures as a JSON line and in TensorBoard, with pictures."""

import json
import os
import pathlib
import sys
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from train import cluster

METRICS_FILE = "metrics.jsonl"


class EpochReport(tf.keras.callbacks.Callback):
  """Writes each epoch's logs to stdout and LOG_ROOT/metrics.jsonl as one JSON line, and to
  TensorBoard under LOG_ROOT/tensorboard. Has to come after the callbacks that add to the logs.

  Of several workers only the chief writes; the others make the pictures with it, as what a model
  reads of its variables may be a mean over all of them.

  Args:
    log_root: the run folder.
    extra: further scalars of the model at the end of an epoch.
    pictures: named images, uint8 [1, H, W, 3], for epochs that were evaluated or kept.
  """

  def __init__(self, log_root: str | os.PathLike, extra: Callable[[], dict[str, float]],
               pictures: Callable[[], dict[str, np.ndarray]]):
    super().__init__()
    self._root = pathlib.Path(log_root)
    self._extra, self._pictures = extra, pictures
    self._out = sys.stdout  # while fit runs, Keras's progress bar is sent to stderr
    self._writer = None
    if cluster.is_chief():
      self._root.mkdir(parents=True, exist_ok=True)
      self._writer = tf.summary.create_file_writer(str(self._root / "tensorboard"))

  def on_epoch_begin(self, epoch, logs=None):
    self._start = time.monotonic()

  def on_epoch_end(self, epoch, logs=None):
    logs.update(self._extra())
    logs["seconds"] = time.monotonic() - self._start
    print(file=sys.stderr)  # ends the progress bar's line
    self.write(logs)

  def write(self, logs: dict[str, float]) -> None:
    """Writes figures, `step` among them, and with `improved` or `kept` the pictures."""
    line = {name: _plain(value) for name, value in logs.items()}
    if self._writer is not None:
      with open(self._root / METRICS_FILE, "a") as file:
        file.write(json.dumps(line) + "\n")
      print(json.dumps(line), file=self._out, flush=True)
    pictures = self._pictures() if "improved" in line or "kept" in line else {}
    if self._writer is not None:
      self._write(line, pictures)

  def _write(self, line, pictures):
    """To TensorBoard."""
    with self._writer.as_default(step=line["step"]):
      for name, value in line.items():
        if isinstance(value, (int, float)):
          tf.summary.scalar(name, float(value))
      for name, picture in pictures.items():
        tf.summary.image(name, picture)
    self._writer.flush()

  def on_train_end(self, logs=None):
    if self._writer is not None:
      self._writer.close()


def _plain(value):
  """A JSON value: NaN and infinity become null, which strict readers accept."""
  if isinstance(value, (bool, np.bool_)):
    return bool(value)
  if isinstance(value, (int, np.integer)):
    return int(value)
  return round(float(value), 6) if np.isfinite(value) else None
