"""One run that is never stopped, one that is killed again and again, and that they are the same."""

import collections
import pathlib
from typing import Any

import numpy as np

from data_tools import cli
from models import checkpoint_files
from models.saving import BEST
from tests.faults import killed
from tests.faults.tiny_runs import TinyRun
from tests.train.run_folders import metrics
from train.progress import LAST


def compare(tiny: TinyRun, folder: pathlib.Path, kills: int, passes: int, seed: int
            ) -> dict[str, Any]:
  """Trains both runs.

  Args:
    tiny: what is trained.
    folder: an empty one, for data and runs.
    kills: how often the second run is killed.
    passes: over the data, of a whole run.
    seed: of the moments.

  Returns:
    model, kills by kind, lines and variables that are equal.

  Raises:
    AssertionError: something told is lost, or something differs.
  """
  whole, other, data = folder / "whole", folder / "killed", folder / "data"
  data.mkdir()
  tiny.make_data(data)
  with cli.progress(total=kills + 2, desc=f"Runs of {tiny.model}", unit="run") as bar:
    _, told = killed.run(tiny.command(data, whole, passes), whole, folder / "whole.stderr", None)
    bar.update()
    lines = metrics(whole)
    # The first pass is the longest, as graphs are built in it, in every process again.
    seconds = sum(line["seconds"] for line in told[1:])
    done = _kill(tiny, folder, killed.moments(kills, seconds, len(lines), seed), passes, bar)
  return {"model": tiny.model, "kills": done, "seed": seed,
          "lines": len(lines), "variables": assert_same(whole, other)}


def _kill(tiny, folder, moments, passes, bar) -> dict[str, int]:
  """Runs until it has been killed at all moments, and then to its end; kills by kind."""
  data, other, told = folder / "data", folder / "killed", []
  done = collections.Counter()
  for number, moment in enumerate([*moments, None]):
    was_killed, lines = killed.run(
        tiny.command(data, other, passes, "--resume_training"), other,
        folder / f"{number}.stderr", moment)
    told += lines
    killed.assert_nothing_told_is_lost(other, told)
    bar.update()
    if moment is None:
      return dict(done)
    assert was_killed, (f"it came to its end after {number} kills; give more --passes")
    done[moment.kind] += 1
  raise AssertionError("unreachable")


def assert_same(one: pathlib.Path, two: pathlib.Path) -> int:
  """Both run folders hold the same lines, files and variables, bit by bit; how many variables."""
  assert metrics(one) == metrics(two), "the figures differ"
  assert names(one) == names(two), set(names(one)) ^ set(names(two))
  count = 0
  for folder in (LAST, BEST):
    assert (checkpoint_files.newest(one / folder).rpartition("/")[2]
            == checkpoint_files.newest(two / folder).rpartition("/")[2])
    for number, path in checkpoint_files.numbered(one / folder).items():
      expected, got = killed.values(path), killed.values(checkpoint_files.numbered(
          two / folder)[number])
      assert expected.keys() == got.keys(), path
      for name, value in expected.items():
        np.testing.assert_array_equal(value, got[name], err_msg=f"{folder}: {name}")
      count += len(expected)
  return count


def names(folder: pathlib.Path) -> list[str]:
  """Every file of a run but TensorBoard's, whose names hold the time."""
  return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                if "tensorboard" not in path.parts)
