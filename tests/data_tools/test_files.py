"""Files are whole or not there: errors, a full disk, a kill in the middle."""

import errno
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from data_tools import files
from data_tools.errors import UserError


def _write(path, text):
  with files.atomic_path(path) as scratch:
    scratch.write_text(text)


def test_a_file_takes_its_place_and_nothing_is_left_beside_it(tmp_path):
  path = tmp_path / "new" / "folder" / "file.txt"
  _write(path, "first")
  _write(path, "second")
  assert path.read_text() == "second"
  assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_the_scratch_file_ends_alike_on_the_same_file_system(tmp_path):
  with files.atomic_path(tmp_path / "images_png.npz") as scratch:
    assert scratch.name == "images_png.npz"
    assert os.stat(scratch.parent).st_dev == os.stat(tmp_path).st_dev
    np.savez(scratch, a=1)  # would add .npz to any other ending
  assert np.load(tmp_path / "images_png.npz")["a"] == 1


def test_an_error_leaves_the_old_file(tmp_path):
  path = tmp_path / "file.txt"
  _write(path, "old")
  with pytest.raises(ZeroDivisionError):
    with files.atomic_path(path) as scratch:
      scratch.write_text("half")
      raise ZeroDivisionError
  assert path.read_text() == "old"
  assert [entry.name for entry in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_sentence_and_the_old_file_stays(tmp_path, monkeypatch, number):
  path = tmp_path / "drawings.npz"
  np.savez(path, a=np.arange(3))
  before = path.read_bytes()

  def full(file, **arrays):
    pathlib.Path(file).write_bytes(b"half")
    raise OSError(number, os.strerror(number))

  monkeypatch.setattr(np, "savez", full)
  with pytest.raises(UserError, match="disk is full.*drawings.npz.*untouched.*free some space"):
    with files.atomic_path(path) as scratch:
      np.savez(scratch, a=np.arange(4))
  assert path.read_bytes() == before
  assert [entry.name for entry in tmp_path.iterdir()] == ["drawings.npz"]


def test_a_disk_that_is_full_only_at_the_last_step(tmp_path, monkeypatch):
  path = tmp_path / "file.txt"
  _write(path, "old")

  def full(_):
    raise OSError(errno.ENOSPC, "No space left on device")

  monkeypatch.setattr(os, "fsync", full)
  with pytest.raises(UserError, match="disk is full"):
    _write(path, "new")
  assert path.read_text() == "old"


def test_other_errors_of_the_system_keep_their_traceback(tmp_path):
  with pytest.raises(OSError, match="Input/output"):
    with files.atomic_path(tmp_path / "file"):
      raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_folder_that_can_not_be_made(tmp_path):
  (tmp_path / "file").write_text("in the way")
  with pytest.raises(UserError, match="can't be written"):
    _write(tmp_path / "file" / "inside.txt", "x")
  assert (tmp_path / "file").read_text() == "in the way"


def test_a_kill_in_mid_save_leaves_the_old_file(tmp_path):
  path = tmp_path / "file.txt"
  _write(path, "old")
  program = ("import os, signal, sys\nfrom data_tools import files\n"
             "with files.atomic_path(sys.argv[1]) as scratch:\n"
             "  scratch.write_text('half')\n  os.kill(os.getpid(), signal.SIGKILL)\n")
  done = subprocess.run([sys.executable, "-c", program, path], check=False, timeout=60)
  assert done.returncode == -signal.SIGKILL
  assert path.read_text() == "old"
  _write(path, "new")  # what the killed one left is not in the way
  assert path.read_text() == "new"


def test_the_cache_folder_follows_the_environment(monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_CACHE", "/a/b")
  assert files.cache_dir() == pathlib.Path("/a/b")
  monkeypatch.delenv("SKETCH_ZOO_CACHE")
  monkeypatch.setenv("XDG_CACHE_HOME", "/c")
  assert files.cache_dir() == pathlib.Path("/c/sketch_zoo")
  monkeypatch.delenv("XDG_CACHE_HOME")
  assert files.cache_dir() == pathlib.Path.home() / ".cache" / "sketch_zoo"


def test_a_folder_in_the_way_is_told_in_a_sentence(tmp_path):
  (tmp_path / "file.txt").mkdir()
  with pytest.raises(UserError, match="file.txt can't be written"):
    _write(tmp_path / "file.txt", "new")
