"""Public weight files: found, checked, fetched, refused; against a server on this machine."""

import hashlib
import io
import json
import pathlib
import random
import re
import subprocess
import sys
import tarfile
import time

import pytest

from data_tools.errors import UserError
from data_tools.files import cache_dir
from pretrained import fetch_weights, public_weights
from tests.data_tools import file_server

_ROOT = pathlib.Path(__file__).parents[2]
_CONTENT = random.Random(1).randbytes(5000)
_NAMES = ["inception_2015_tensorflow", "inception_2015_torch", "lpips_alex", "lpips_squeeze",
          "lpips_vgg", "torchvision_alexnet", "torchvision_squeezenet1_1", "torchvision_vgg16"]


@pytest.fixture
def server(monkeypatch, tmp_path):
  """Serves two files and puts a registry of them in the place of the real one."""
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(tmp_path / "cache"))
  with file_server.serving(monkeypatch) as served:
    registry = tmp_path / "registry.json"
    facts = {"size": len(_CONTENT), "sha256": hashlib.sha256(_CONTENT).hexdigest(),
             "licence": "BSD", "what": "noise", "cite": "nobody"}
    registry.write_text(json.dumps({
        "net": {"file": "net.pth", "url": f"{served.url}/net.pth", **facts},
        "graph": {"file": "graph.pb", "url": f"{served.url}/graph.pb",
                  "archive": f"{served.url}/graph.tgz", **facts}}))
    monkeypatch.setattr(public_weights, "REGISTRY", registry)
    served.content |= {"/net.pth": _CONTENT, "/graph.pb": _CONTENT}
    yield served


def test_the_registry_is_complete_and_without_doubles():
  entries = public_weights.entries()
  assert sorted(entries) == _NAMES
  for name, entry in entries.items():
    assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]) and entry["size"] > 5000, name
    assert entry["url"].startswith("https://") and entry["licence"] and entry["what"], name
    # The convention of torch.hub: the name ends in the first digits of the hash.
    digits = re.search(r"-([0-9a-f]{8})\.pth$", entry["file"])
    assert not digits or entry["sha256"].startswith(digits[1]), name
    assert "master" not in entry["url"] and "main" not in entry["url"], f"{name} is not pinned"
  for key in ("file", "url", "sha256"):
    assert len({entry[key] for entry in entries.values()}) == len(entries)


def test_a_file_is_fetched_once_and_checked_every_time(server, capsys):
  path = public_weights.locate("net")
  assert path == cache_dir() / "weights" / "net.pth" and path.read_bytes() == _CONTENT
  said = capsys.readouterr().err
  assert f"Fetching net.pth (5,000 bytes, licence BSD) from {server.url}/net.pth" in said
  assert public_weights.locate("net") == path and len(server.requests) == 1
  path.write_bytes(_CONTENT[::-1])
  assert public_weights.locate("net").read_bytes() == _CONTENT and len(server.requests) == 2
  assert "is not the published file (its sha256 is" in capsys.readouterr().err
  assert [file.name for file in path.parent.iterdir()] == ["net.pth"]


def test_a_server_that_sends_something_else_leaves_nothing(server):
  server.content["/net.pth"] = _CONTENT[::-1]
  with pytest.raises(UserError, match="is not the published net.pth: its sha256 is .*give its path "
                     "with --weights"):
    public_weights.locate("net", flag="--weights")
  assert not list((cache_dir() / "weights").iterdir())


def test_a_server_that_breaks_off_leaves_nothing(server, monkeypatch):
  monkeypatch.setattr(time, "sleep", lambda seconds: None)
  server.faults[:] = ["cut"] * 4
  with pytest.raises(UserError, match="net.pth could not be fetched in 4 attempts"):
    public_weights.locate("net")
  assert not list((cache_dir() / "weights").iterdir())


def test_a_given_file_must_be_the_published_one(server, tmp_path, capsys):
  given = tmp_path / "mine.pth"
  with pytest.raises(UserError, match=r"There is no file .*mine.pth; give net.pth \(5,000 bytes"):
    public_weights.locate("net", given)
  with pytest.raises(UserError, match="There is no file"):
    public_weights.locate("net", tmp_path)
  given.write_bytes(_CONTENT)
  assert public_weights.locate("net", given) == given
  assert public_weights.is_published("net", str(given))
  given.write_bytes(_CONTENT[:-1])
  with pytest.raises(UserError, match="it has 4,999 bytes instead of 5,000.*leave --weights away"):
    public_weights.locate("net", given, flag="--weights")
  given.write_bytes(_CONTENT[::-1])
  with pytest.raises(UserError, match="its sha256 is "):
    public_weights.locate("net", given)
  assert public_weights.locate("net", given, allow_other=True) == given
  assert "Warning" in (said := capsys.readouterr().err) and "can't be compared" in said
  assert not public_weights.is_published("net", given) and not server.requests


def test_an_archive_is_judged_by_what_it_holds(server, tmp_path):
  def archive(content, name="graph.pb"):
    path = tmp_path / "given.tgz"
    with tarfile.open(path, "w:gz") as file:
      info = tarfile.TarInfo(name)
      info.size = len(content)
      file.addfile(info, io.BytesIO(content))
    return path

  member = "classify_image_graph_def.pb"
  path = archive(_CONTENT, member)
  assert public_weights.locate("graph", path) == path
  assert public_weights.is_published("graph", path)
  with pytest.raises(UserError, match="its sha256 is"):
    public_weights.locate("graph", archive(_CONTENT[::-1], member))
  with pytest.raises(UserError, match="archive without classify_image_graph_def.pb"):
    public_weights.locate("graph", archive(_CONTENT))
  with pytest.raises(UserError, match="bytes instead of 5,000"):  # no archive is expected here
    public_weights.locate("net", archive(_CONTENT, member))
  assert public_weights.locate("graph").read_bytes() == _CONTENT  # fetched as it is


def test_offline(server, monkeypatch, capsys):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  with pytest.raises(UserError, match="SKETCH_ZOO_OFFLINE is set; fetch it by hand and put it at "
                     ".*weights/net.pth"):
    public_weights.locate("net")
  assert not capsys.readouterr().err and not server.requests
  path = public_weights.cached_path("net")
  path.parent.mkdir(parents=True)
  path.write_bytes(_CONTENT)
  assert public_weights.locate("net") == path


def test_an_unknown_name():
  with pytest.raises(UserError, match="did you mean torchvision_vgg16"):
    public_weights.locate("torchvision_vgg")


def test_the_command_fetches(server, monkeypatch, capsys):
  monkeypatch.setattr(fetch_weights, "_NAMES", _Flag([" net"]))
  monkeypatch.setattr(fetch_weights, "_ALL", _Flag(False))
  monkeypatch.setattr(fetch_weights, "_LIST", _Flag(False))
  fetch_weights.main()
  line = json.loads(capsys.readouterr().out)
  assert line == {"name": "net", "path": str(public_weights.cached_path("net")), "bytes": 5000,
                  "sha256": hashlib.sha256(_CONTENT).hexdigest(), "licence": "BSD"}
  monkeypatch.setattr(fetch_weights, "_NAMES", _Flag([]))
  monkeypatch.setattr(fetch_weights, "_ALL", _Flag(True))
  fetch_weights.main()
  lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
  assert [line["name"] for line in lines] == ["graph", "net"] and len(server.requests) == 2


class _Flag:
  """Stands for a flag of absl that was parsed."""

  def __init__(self, value):
    self.value = value


def _run(*flags):
  return subprocess.run([sys.executable, "pretrained/fetch_weights.py", *flags], cwd=_ROOT,
                        capture_output=True, text=True, check=False, timeout=60)


def test_the_command_line():
  done = _run("--list")
  assert done.returncode == 0, done.stderr
  lines = [json.loads(line) for line in done.stdout.splitlines()]
  assert [line["name"] for line in lines] == _NAMES and not any(line["in_cache"] for line in lines)
  for flags in ([], ["--all", "--list"]):
    done = _run(*flags)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr == "Error: Give one of --list, --all and --names=NAME,NAME.\n"
  done = _run("--names=lpips_vgg,lpips_alexnet")
  assert done.returncode == 1 and "did you mean lpips_alex?" in done.stderr and not done.stdout
