"""An epoch's figures as a JSON line and in TensorBoard, with pictures."""

import contextlib
import json
import os
import pathlib
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from data_tools import files
from data_tools.errors import UserError
from models import checkpoint_files
from train import cluster

METRICS_FILE = "metrics.jsonl"


class EpochReport(tf.keras.callbacks.Callback):
  """Writes each epoch's logs to LOG_ROOT/metrics.jsonl and stdout as one JSON line, and to
  TensorBoard under LOG_ROOT/tensorboard. Has to come after the callbacks that add to the logs.

  The line comes to stdout by `commit`, when the state to resume from is saved: what it tells stays.
  Lines of epochs that were not saved are taken out of the file by `go_on_after`.

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
    self._writer, self._told = None, []
    if cluster.is_chief():
      with _written(self._root):
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
      self._told.append(json.dumps(line))
      with _written(self._root / METRICS_FILE), open(self._root / METRICS_FILE, "a") as file:
        file.write(f"{self._told[-1]}\n")
        file.flush()
        os.fsync(file.fileno())
    pictures = self._pictures() if "improved" in line or "kept" in line else {}
    if self._writer is not None:
      with _written(self._root / "tensorboard"):
        self._write(line, pictures)

  def commit(self) -> None:
    """Tells on stdout what was written since; see `fitting.fit`."""
    for line in self._told:
      print(line, file=self._out, flush=True)
    self._told.clear()

  def go_on_after(self, passes: int | None) -> None:
    """Leaves the file as it was after so many passes; what follows is of a run that was killed.

    Args:
      passes: each of them has a line, and so may have the state before the first; None: no line.

    Raises:
      UserError: the file can't be read or written.
    """
    path = self._root / METRICS_FILE
    if self._writer is None or not path.exists():
      return
    with _written(path):
      lines = path.read_bytes().splitlines(keepends=True)
      count = 0 if passes is None else passes + _is_of_start(lines)
      if len(lines) > count:
        with files.atomic_path(path) as scratch:
          scratch.write_bytes(b"".join(lines[:count]))

  def _write(self, line, pictures):
    """To TensorBoard."""
    with self._writer.as_default(step=line["step"]):
      for name, value in line.items():
        if isinstance(value, (int, float)):
          tf.summary.scalar(name, float(value))
      for name, picture in pictures.items():
        tf.summary.image(name, picture)
    self._writer.flush()


def _is_of_start(lines: list[bytes]) -> bool:
  """Whether the first line is that of a model before training."""
  try:
    return bool(lines) and json.loads(lines[0])["step"] == 0
  except (ValueError, KeyError, TypeError):
    return False


@contextlib.contextmanager
def _written(path: pathlib.Path) -> Iterator[None]:
  try:
    yield
  except (OSError, tf.errors.OpError) as error:
    raise UserError(f"{path} can't be written ({checkpoint_files.reason(error)}); what was "
                    "saved before is untouched: mend that, or free some space, and go on with "
                    "--resume_training.") from error


def _plain(value):
  """A JSON value: NaN and infinity become null, which strict readers accept."""
  if isinstance(value, (bool, np.bool_)):
    return bool(value)
  if isinstance(value, (int, np.integer)):
    return int(value)
  return round(float(value), 6) if np.isfinite(value) else None
