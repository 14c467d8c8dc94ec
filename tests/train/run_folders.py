"""What a training run left behind, for comparing two of them."""

import contextlib
import json
import pathlib
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from train.reporting import METRICS_FILE, EpochReport


@contextlib.contextmanager
def copied(log_root: pathlib.Path, copy: pathlib.Path, step: int) -> Iterator[None]:
  """Inside, a run in `log_root` is copied after a step: what is there of one that is killed."""
  def after(self, batch, logs=None):
    if int(self.model.step.numpy()) == step:
      shutil.copytree(log_root, copy)

  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(EpochReport, "on_train_batch_end", after)
    yield


def final_values(log_root: pathlib.Path) -> dict[str, np.ndarray]:
  """Every variable of the newest checkpoint by its name there."""
  reader = tf.train.load_checkpoint(str(log_root / "checkpoints/last"))
  return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
          if "OBJECT_GRAPH" not in name and "save_counter" not in name}


def metrics(log_root: pathlib.Path) -> list[dict]:
  """The lines of metrics.jsonl without the time that they took."""
  lines = [json.loads(line) for line in (log_root / METRICS_FILE).read_text().splitlines()]
  return [{k: v for k, v in line.items() if k != "seconds"} for line in lines]


def assert_equal_ends(one: pathlib.Path, two: pathlib.Path) -> int:
  """Both runs ended with the same variables, bit by bit; returns how many there are."""
  expected, got = final_values(one), final_values(two)
  assert expected.keys() == got.keys()
  for name, value in expected.items():
    np.testing.assert_array_equal(value, got[name], err_msg=name)
  return len(expected)
