"""A training command that is killed, and what it had told by then."""

import dataclasses
import json
import os
import pathlib
import random
import signal
import time

import numpy as np
import tensorflow as tf

from models import checkpoint_files
from models.saving import BEST
from tests import commands
from tests.train.run_folders import metrics
from train.progress import LAST

TRAINING, SAVING = "training", "saving"
_TIMEOUT = 1200  # seconds
# Longer than the tiny checkpoints take from the first file to the line on stdout.
_SAVE_SECONDS = 0.06
_SIGNS = ("_temp", "before-", "checkpoint.tmp")  # in the names of files of a save under way


@dataclasses.dataclass(frozen=True)
class Moment:
  """When to kill.

  Attributes:
    kind: TRAINING: `seconds` after training begins or goes on; SAVING: at a file of a save that
      has just appeared, or `seconds` later.
    seconds: see there.
    saves: how many to let pass, for SAVING.
  """

  kind: str
  seconds: float
  saves: int = 0


def moments(kills: int, seconds: float, passes: int, seed: int) -> list[Moment]:
  """Random moments, half of them while something is saved.

  Args:
    kills: how many.
    seconds: that a whole run trains for.
    passes: that it has.
    seed: of the moments.
  """
  choose, found = random.Random(seed), []
  for number in range(kills):
    if number % 2:
      found.append(Moment(SAVING, choose.choice((0.0, choose.uniform(0, _SAVE_SECONDS))),
                          choose.randrange(max(1, passes // kills))))
    else:
      found.append(Moment(TRAINING, choose.uniform(0, seconds / kills)))
  return found


def run(command: list[str], log_root: pathlib.Path, output: pathlib.Path, moment: Moment | None
        ) -> tuple[bool, list[dict]]:
  """Runs a command to its end, or until it is killed with SIGKILL.

  Args:
    command: of training.
    log_root: its run folder.
    output: where its stderr goes, and its stdout under another ending.
    moment: None: it is not killed.

  Returns:
    Whether it was killed, and the lines that it had told on stdout.

  Raises:
    AssertionError: it ended with an error, or with a traceback.
  """
  told = output.with_suffix(".stdout")
  process = commands.started(command, [told, output], eagerly=True)
  try:
    if moment is not None:
      _wait_for(moment, process, log_root, output)
      process.kill()
    process.join(_TIMEOUT)
  finally:
    process.kill()
  text = output.read_text(errors="replace")
  assert process.exitcode in (0, -signal.SIGKILL) and "Traceback" not in text, text[-3000:]
  return process.exitcode != 0, [json.loads(line) for line in told.read_text().splitlines()]


def _wait_for(moment, process, log_root, output):
  until = time.monotonic() + _TIMEOUT
  while process.is_alive() and not _has_begun(output):
    assert time.monotonic() < until, "training has not begun"
    time.sleep(0.01)
  if moment.kind == SAVING:
    _wait_for_save(moment.saves, process, log_root)
  time.sleep(moment.seconds)


def _has_begun(output):
  return output.exists() and "Epoch " in output.read_text(errors="replace")


def _wait_for_save(saves, process, log_root):
  """Until a file of a save appears, after so many saves that came and went."""
  for number in range(saves + 1):
    while process.is_alive() and not _is_saving(log_root):
      pass  # a save takes milliseconds
    while number < saves and process.is_alive() and _is_saving(log_root):
      pass


def _is_saving(log_root):
  for folder in (LAST, BEST):
    try:
      if any(sign in name for name in os.listdir(log_root / folder) for sign in _SIGNS):
        return True
    except FileNotFoundError:
      pass
  return False


def assert_nothing_told_is_lost(log_root: pathlib.Path, told: list[dict]) -> None:
  """What a killed run had told on stdout is in the run folder, and its checkpoints are whole.

  Args:
    log_root: the run folder as the kill left it.
    told: all lines of it so far, each once.
  """
  if not told:
    return
  lines = iter(enumerate(metrics(log_root), start=1))
  for line in told:  # in the same order; of one that was saved the kill may have prevented the line
    line = {name: value for name, value in line.items() if name != "seconds"}
    last = next((number for number, one in lines if one == line), None)
    assert last is not None, f"{line} was told, but is not in the run folder"
  newest = checkpoint_files.newest(log_root / LAST)
  passes = tf.train.load_variable(newest, "progress/passes/.ATTRIBUTES/VARIABLE_VALUE")
  assert passes >= last, f"pass {last} was told, but {newest} is of pass {passes}"
  values(newest)
  if any("improved" in line or "kept" in line for line in told):
    values(checkpoint_files.newest(log_root / BEST))


def values(checkpoint: str) -> dict[str, np.ndarray]:
  """Every variable of a checkpoint by its name there, but for the number of saves."""
  reader = tf.train.load_checkpoint(checkpoint)
  return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
          if "OBJECT_GRAPH" not in name and "save_counter" not in name}
