"""Fetching files, against a server of our own on this machine."""

import errno
import hashlib
import pathlib
import random
import threading
import time

import pytest

from data_tools import download
from data_tools.errors import UserError
from tests.data_tools import file_server

CONTENT = random.Random(0).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
  with file_server.serving(monkeypatch) as served:
    served.content["/weights.pth"] = CONTENT
    yield served


def _fetch(server, folder, path="/weights.pth", **more) -> pathlib.Path:
  target = folder / "weights.pth"
  more = {"size": len(CONTENT), "sha256": SHA256, "what": "weights.pth", "attempts": 3, "wait": 0.0,
          "hint": "give its path with --weights", **more}
  download.fetch(server.url + path, target, **more)
  return target


def _names(folder):
  return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_and_under_its_name_only(server, tmp_path):
  target = _fetch(server, tmp_path / "new" / "folder")
  assert target.read_bytes() == CONTENT and _names(target.parent) == ["weights.pth"]
  assert download.sha256_of(target) == SHA256


@pytest.mark.parametrize("faults", [
    ["cut"], ["cut", "cut"], [503], [429, "cut"], ["cut", "no ranges"], ["cut", "wrong range"],
    ["no length"], ["cut without length"], ["cut without length", "cut"]])
def test_faults_that_pass(server, tmp_path, faults):
  server.faults[:] = faults
  assert _fetch(server, tmp_path).read_bytes() == CONTENT
  assert _names(tmp_path) == ["weights.pth"]


def test_a_cut_off_run_is_gone_on_with(server, tmp_path):
  server.faults[:] = ["cut"]
  with pytest.raises(UserError, match="could not be fetched in 1 attempts .150,000 of 300,000 bytes"
                     " came.*is kept.*give its path with --weights"):
    _fetch(server, tmp_path, attempts=1)
  assert _names(tmp_path) == ["weights.pth.part"]
  _fetch(server, tmp_path)
  assert server.requests == [("/weights.pth", None), ("/weights.pth", "bytes=150000-")]
  assert _names(tmp_path) == ["weights.pth"]


def test_a_cut_off_part_is_not_kept_where_that_is_asked_for(server, tmp_path):
  server.faults[:] = ["cut"] * 3
  with pytest.raises(UserError, match="in 3 attempts .*run the same command again, or give its"):
    _fetch(server, tmp_path, keep_part=False)
  assert [ranges for _, ranges in server.requests][1:] == ["bytes=150000-", "bytes=225000-"]
  assert not _names(tmp_path)


def test_a_part_that_is_complete_needs_no_request(server, tmp_path):
  (tmp_path / "weights.pth.part").write_bytes(CONTENT)
  assert _fetch(server, tmp_path).read_bytes() == CONTENT and not server.requests


@pytest.mark.parametrize("part", [b"another file's beginning", b"x" * len(CONTENT),
                                  CONTENT + b"too much"])
def test_what_another_file_left_is_fetched_anew(server, tmp_path, part):
  (tmp_path / "weights.pth.part").write_bytes(part)
  assert _fetch(server, tmp_path).read_bytes() == CONTENT
  assert _names(tmp_path) == ["weights.pth"]


def test_a_wrong_hash_is_told_and_nothing_kept(server, tmp_path):
  server.content["/weights.pth"] = wrong = CONTENT[:-2] + b"!?"
  (tmp_path / "weights.pth").write_bytes(b"older")
  with pytest.raises(UserError) as caught:
    _fetch(server, tmp_path)
  sentence = str(caught.value)
  for part in (server.url + "/weights.pth", "weights.pth", SHA256, "--weights",
               hashlib.sha256(wrong).hexdigest()):
    assert part in sentence
  assert "\n" not in sentence and len(server.requests) == 1
  assert _names(tmp_path) == ["weights.pth"]
  assert (tmp_path / "weights.pth").read_bytes() == b"older"


@pytest.mark.parametrize("body", [CONTENT + b"x", b"<html>Log in, please.</html>"])
def test_a_wrong_size_is_told_before_it_is_fetched(server, tmp_path, body):
  server.content["/weights.pth"] = body
  with pytest.raises(UserError, match=f"it has {len(body):,} bytes instead of 300,000; give its"):
    _fetch(server, tmp_path)
  assert not _names(tmp_path)


def test_a_wrong_size_does_not_cost_what_has_come(server, tmp_path):
  server.faults[:] = ["cut", "no ranges"]
  with pytest.raises(UserError):
    _fetch(server, tmp_path, attempts=1)
  server.content["/weights.pth"] = b"<html>Log in, please.</html>"
  with pytest.raises(UserError, match="28 bytes instead"):
    _fetch(server, tmp_path)
  assert (tmp_path / "weights.pth.part").read_bytes() == CONTENT[:150_000]


def test_more_than_there_should_be_without_a_length(server, tmp_path):
  server.content["/weights.pth"] = CONTENT * 2
  server.faults[:] = ["no length"]
  with pytest.raises(UserError, match="it has more than 300,000 bytes"):
    _fetch(server, tmp_path)
  assert not _names(tmp_path)


def test_less_than_announced(server, tmp_path):
  server.faults[:] = ["short"] * 3
  with pytest.raises(UserError, match="in 3 attempts .*bytes came"):
    _fetch(server, tmp_path, size=None)
  assert _names(tmp_path) == ["weights.pth.part"]


def test_redirects_are_followed(server, tmp_path):
  server.content["/moved"] = server.url + "/weights.pth"
  server.content["/loop"] = server.url + "/loop"
  server.content["/disk"] = "file:///etc/hostname"
  server.faults[:] = [503, 503, "cut"]  # the third spoils the redirect's target
  with pytest.raises(UserError, match="in 2 attempts"):
    _fetch(server, tmp_path, "/moved", attempts=2)
  server.faults[:] = []
  assert _fetch(server, tmp_path, "/moved").read_bytes() == CONTENT
  for path in ("/loop", "/disk"):
    with pytest.raises(UserError, match="The server answered 302") as caught:
      _fetch(server, tmp_path, path)
    assert "\n" not in str(caught.value)


def test_what_the_server_does_not_have(server, tmp_path):
  with pytest.raises(UserError, match="404 Not Found for .*ant.pth; give its path with --weights"):
    _fetch(server, tmp_path, "/ant.pth")
  assert len(server.requests) == 1 and not _names(tmp_path)


def test_no_network_and_wrong_addresses(server, tmp_path, monkeypatch):
  for url, message in (("http://127.0.0.1:9/w", "2 attempts .*refused.*check the network.*or ask"),
                       ("file:///etc/hostname", "neither http nor https; ask"),
                       ("http://[half/w", "is no web address"), ("http://a:b/w", "no web address"),
                       ("http://127.0.0.1/two words", "is no web address")):
    with pytest.raises(UserError, match=message):
      download.fetch(url, tmp_path / "w", attempts=2, wait=0.0, hint="ask")
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  with pytest.raises(UserError, match="SKETCH_ZOO_OFFLINE is set; give its path with --weights"):
    _fetch(server, tmp_path)
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "0")
  assert _fetch(server, tmp_path).exists()


def test_a_check_decides_before_the_name_is_given(server, tmp_path):
  def refuse(part):
    assert part.read_bytes() == CONTENT and _names(tmp_path) == ["weights.pth.part"]
    raise UserError("no")

  with pytest.raises(UserError, match="no"):
    _fetch(server, tmp_path, check=refuse)
  assert not _names(tmp_path)
  assert _fetch(server, tmp_path, check=lambda part: None).exists()


def test_a_full_disk_keeps_the_part_and_the_old_file(server, tmp_path, monkeypatch):
  def full(_):
    raise OSError(errno.ENOSPC, "No space left on device")

  (tmp_path / "weights.pth").write_bytes(b"older")
  monkeypatch.setattr(download.os, "fsync", full)
  with pytest.raises(UserError, match="disk is full"):
    _fetch(server, tmp_path)
  assert (tmp_path / "weights.pth").read_bytes() == b"older"
  assert _names(tmp_path) == ["weights.pth", "weights.pth.part"]


def test_a_folder_that_can_not_be_made(server, tmp_path):
  (tmp_path / "file").write_text("in the way")
  with pytest.raises(UserError, match="folder that you may write to"):
    _fetch(server, tmp_path / "file")


def _until_said(capsys, text, times):
  said = ""
  for _ in range(3000):
    said += capsys.readouterr().err
    if said.count(text) == times:
      return
    time.sleep(0.01)
  raise AssertionError(said)


def test_two_at_once_fetch_it_once(server, tmp_path, capsys):
  """Locks belong to open files, so that two threads stand for two processes."""
  server.hold.clear()
  results = []

  def run():
    results.append(_fetch(server, tmp_path).read_bytes())

  threads = [threading.Thread(target=run) for _ in range(3)]
  for thread in threads:
    thread.start()
  _until_said(capsys, "waiting for it", 2)
  server.hold.set()
  for thread in threads:
    thread.join()
  assert results == [CONTENT] * 3
  assert len(server.requests) == 1 and _names(tmp_path) == ["weights.pth"]


def test_the_next_one_goes_on_where_a_failed_one_stopped(server, tmp_path, capsys):
  server.hold.clear()
  server.faults[:] = ["cut"]
  failed = []

  def run():
    try:
      _fetch(server, tmp_path, attempts=1)
    except UserError as error:
      failed.append(error)

  threads = [threading.Thread(target=run) for _ in range(2)]
  for thread in threads:
    thread.start()
  _until_said(capsys, "waiting for it", 1)
  server.hold.set()
  for thread in threads:
    thread.join()
  assert len(failed) == 1 and (tmp_path / "weights.pth").read_bytes() == CONTENT
  assert [asked for _, asked in server.requests] == [None, "bytes=150000-"]
