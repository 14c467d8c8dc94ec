"""A disk that is full at every stage of a save, and a run on one: nothing saved before is lost."""

import json
import os
import pathlib
import subprocess

import pytest

from data_tools.errors import UserError
from models import saving
from tests import commands
from tests.faults import comparison
from tests.faults.test_damaged_folders import checkpoints, report, resumed, save
from tests.faults.tiny_runs import RUNS
from train.progress import LAST

pytestmark = pytest.mark.slow


@pytest.fixture()
def disk(tmp_path):
  """A function that makes `tmp_path`/disk a file system of so many bytes, or changes its size."""
  folder = tmp_path / "disk"
  folder.mkdir()

  def mount(size, remount=False):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o",
                           f"{'remount,' if remount else ''}size={size}", "tmpfs", str(folder)],
                          capture_output=True, check=False)
    if done.returncode:
      pytest.skip("no file system can be mounted here")
    return folder

  yield mount
  subprocess.run(["umount", str(folder)], check=False, capture_output=True)


def fill(folder, left):
  """Takes all room but `left` KiB."""
  ballast = folder / "ballast"
  ballast.unlink(missing_ok=True)
  free = os.statvfs(folder)
  ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 1024 * left))
  return ballast


@pytest.mark.parametrize("left", [0, 4, 8])  # for no file, for the data, for data and index
@pytest.mark.parametrize("passes", [1, 2])  # under the number that is there, and another
def test_a_save_that_finds_no_room(disk, left, passes):
  folder = disk("64k")
  run = checkpoints(folder)
  save(run, 1, best=True)
  save(run, 1)
  ballast = fill(folder, left)
  with pytest.raises(UserError, match="could not be written .* untouched.* free some space"):
    save(run, passes)
  with pytest.raises(UserError, match="can't be written .*No space left on device"):
    fill(folder, 0)
    report(folder).write({"step": 1})
  ballast.unlink()
  assert resumed(folder) == (1, 1.0)
  save(checkpoints(folder), 3)
  assert resumed(folder) == (3, 3.0)
  assert sorted(path.name for path in (folder / LAST).iterdir()) == [
      "checkpoint", "ckpt-3.data-00000-of-00001", "ckpt-3.index"]


def test_a_run_on_a_disk_that_becomes_full_goes_on(disk, tmp_path):
  tiny, data, folder = RUNS["contextual_gan"], tmp_path / "data", disk("500k")
  data.mkdir()
  tiny.make_data(data)

  def train(log_root, *more):
    script, *flags = tiny.command(data, log_root, 12, *more)
    return commands.command(pathlib.Path(script).relative_to(commands.ROOT), *flags, eagerly=True)

  assert train(tmp_path / "whole").returncode == 0
  done = train(folder / "run")
  assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-2000:]
  assert "Error: " in done.stderr and "No space left" in done.stderr
  told = [json.loads(line) for line in done.stdout.splitlines()]
  assert 0 < len(told) < 12
  disk("64m", remount=True)
  done = train(folder / "run", "--resume_training")
  assert done.returncode == 0, done.stderr[-2000:]
  assert f"Resuming after epoch {told[-1]['epoch']}" in done.stderr
  comparison.assert_same(tmp_path / "whole", folder / "run")
  assert saving.load_model(folder / "run")[1]["model"] == "contextual_gan"
