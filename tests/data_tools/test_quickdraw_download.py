"""The downloader, against a server of our own on this machine."""

import errno
import io
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from data_tools import quickdraw_download, stroke_files
from data_tools.errors import UserError
from data_tools.quickdraw_download import Source
from tests.data_tools import file_server

_ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def server(monkeypatch):
  with file_server.serving(monkeypatch) as served:
    served.url += "/data"
    served.content["/data/bee.npz"] = served.content["/data/The Mona Lisa.npz"] = _file()
    yield served


def _file():
  rng = np.random.default_rng(0)
  arrays = {}
  for split, count in (("train", 40), ("valid", 5), ("test", 5)):
    arrays[split] = np.empty(count, object)
    arrays[split][:] = [rng.integers(0, 2, [n, 3]).astype(np.int16)
                        for n in rng.integers(5, 50, count)]
  stream = io.BytesIO()
  np.savez_compressed(stream, **arrays)
  return stream.getvalue()


def _fetch(server, folder, category="bee", **more):
  return quickdraw_download.fetch(category, folder, Source(server.url, 3, 0.0), **more)


def test_a_file_comes_whole_and_once(server, tmp_path):
  folder = tmp_path / "new" / "folder"
  report = _fetch(server, folder)
  content = server.content["/data/bee.npz"]
  assert report == {"category": "bee", "path": str(folder / "bee.npz"), "bytes": len(content),
                    "skipped": False, "train": 40, "valid": 5, "test": 5}
  assert (folder / "bee.npz").read_bytes() == content
  assert [path.name for path in folder.iterdir()] == ["bee.npz"]
  assert _fetch(server, folder)["skipped"] and len(server.requests) == 1
  assert not _fetch(server, folder, overwrite=True)["skipped"] and len(server.requests) == 2


def test_spaces_are_quoted(server, tmp_path):
  _fetch(server, tmp_path, "The Mona Lisa")
  assert server.requests == [("/data/The%20Mona%20Lisa.npz", None)]
  assert len(stroke_files.read_drawings(tmp_path / "The Mona Lisa.npz")["train"]) == 40


@pytest.mark.parametrize("faults", [
    ["cut"], ["cut", "cut"], [503], [429, "cut"], ["cut", "no ranges"], ["cut", "wrong range"],
    ["no length"], ["cut", 500]])
def test_faults_that_pass(server, tmp_path, faults):
  server.faults[:] = faults
  _fetch(server, tmp_path)
  assert (tmp_path / "bee.npz").read_bytes() == server.content["/data/bee.npz"]
  assert [path.name for path in tmp_path.iterdir()] == ["bee.npz"]
  if faults == ["cut"]:
    half = len(server.content["/data/bee.npz"]) // 2
    assert [asked for _, asked in server.requests] == [None, f"bytes={half}-"]


def test_an_interrupted_run_is_gone_on_with(server, tmp_path):
  server.faults[:] = ["cut"] * 3
  with pytest.raises(UserError, match="could not be fetched in 3 attempts .*what has come so far"):
    _fetch(server, tmp_path)
  assert [path.name for path in tmp_path.iterdir()] == ["bee.npz.part"]
  size = (tmp_path / "bee.npz.part").stat().st_size
  server.requests.clear()
  _fetch(server, tmp_path)
  assert server.requests == [("/data/bee.npz", f"bytes={size}-")]
  assert (tmp_path / "bee.npz").read_bytes() == server.content["/data/bee.npz"]


@pytest.mark.parametrize("extra", [0, 7])
def test_a_part_that_is_complete_or_too_long(server, tmp_path, extra):
  (tmp_path / "bee.npz.part").write_bytes(server.content["/data/bee.npz"] + b"x" * extra)
  _fetch(server, tmp_path)
  assert (tmp_path / "bee.npz").read_bytes() == server.content["/data/bee.npz"]
  assert len(server.requests) == (2 if extra else 1)


def test_a_size_that_stays_wrong(server, tmp_path):
  server.faults[:] = ["short"] * 3
  with pytest.raises(UserError, match="in 3 attempts .*bytes came"):
    _fetch(server, tmp_path)
  assert not (tmp_path / "bee.npz").exists()


def test_what_is_no_drawing_file_is_not_kept(server, tmp_path):
  server.content["/data/bee.npz"] = b"<html>sorry</html>"
  with pytest.raises(UserError, match="sent is no drawing file"):
    _fetch(server, tmp_path)
  assert not list(tmp_path.iterdir())


def test_a_stale_part_does_not_spoil_later_runs(server, tmp_path):
  (tmp_path / "bee.npz.part").write_bytes(b"another file's beginning")
  with pytest.raises(UserError, match="run the command again"):
    _fetch(server, tmp_path)
  _fetch(server, tmp_path)
  assert (tmp_path / "bee.npz").read_bytes() == server.content["/data/bee.npz"]


def test_a_category_the_server_does_not_have(server, tmp_path):
  with pytest.raises(UserError, match="404 .*ant.npz; check"):
    _fetch(server, tmp_path, "ant")
  assert len(server.requests) == 1 and not list(tmp_path.iterdir())


def test_no_server(tmp_path):
  with pytest.raises(UserError, match="in 2 attempts .*refused"):
    quickdraw_download.fetch("bee", tmp_path, Source("http://127.0.0.1:9/data", 2, 0.0))
  with pytest.raises(UserError, match="neither http nor https"):
    Source("file:///etc")


def test_a_damaged_file_that_is_there_is_told_and_kept(server, tmp_path):
  (tmp_path / "bee.npz").write_bytes(b"mine")
  with pytest.raises(UserError, match="--overwrite"):
    _fetch(server, tmp_path)
  assert (tmp_path / "bee.npz").read_bytes() == b"mine"
  _fetch(server, tmp_path, overwrite=True)
  assert (tmp_path / "bee.npz").read_bytes() == server.content["/data/bee.npz"]


def test_a_full_disk_keeps_the_part_and_the_old_file(server, tmp_path, monkeypatch):
  _fetch(server, tmp_path)
  before = (tmp_path / "bee.npz").read_bytes()

  def full(_):
    raise OSError(errno.ENOSPC, "No space left on device")

  monkeypatch.setattr(quickdraw_download.os, "fsync", full)
  with pytest.raises(UserError, match="disk is full"):
    _fetch(server, tmp_path, overwrite=True)
  assert (tmp_path / "bee.npz").read_bytes() == before
  assert (tmp_path / "bee.npz.part").exists()


def test_a_folder_that_can_not_be_made(server, tmp_path):
  (tmp_path / "file").write_text("in the way")
  with pytest.raises(UserError, match="folder that you may write to"):
    _fetch(server, tmp_path / "file")


def _run(*flags):
  done = subprocess.run([sys.executable, "data_tools/download_quickdraw.py", "--wait=0", *flags],
                        cwd=_ROOT, capture_output=True, text=True, check=False, timeout=60)
  return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_command(server, tmp_path):
  code, reports, messages = _run(f"--base_url={server.url}", f"--output_dir={tmp_path}",
                                 "--categories=[bee, 'The Mona Lisa']")
  assert code == 0, messages
  assert [report["category"] for report in reports] == ["bee", "The Mona Lisa"]
  assert (tmp_path / "The Mona Lisa.npz").is_file()


@pytest.mark.parametrize("flags, message", [
    (["--categories=girafe"], "did you mean 'giraffe'"),
    ([], "either --categories=bee,bus or --all"),
    (["--all", "--categories=bee"], "either --categories=bee,bus or --all"),
    (["--categories=bee", "--base_url=ftp://host/"], "neither http nor https")])
def test_wrong_flags_end_in_one_sentence(tmp_path, flags, message):
  code, reports, messages = _run(f"--output_dir={tmp_path}", *flags)
  assert code == 1 and not reports and not list(tmp_path.iterdir())
  assert messages.startswith("Error: ") and message in messages and messages.count("\n") == 1
