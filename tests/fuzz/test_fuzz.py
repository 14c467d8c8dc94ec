"""Of damaged and hostile files comes what they hold, or a sentence; nothing else.

The large run: `python tests/fuzz/run.py --files=5000`.
"""

import os
import pathlib
import pickle
import random

import pytest

from data_tools.errors import UserError
from tests.fuzz import containers, sandbox
from tests.fuzz.containers import record_pack, record_parts
from tests.fuzz.mutations import TRAP, Mutator, payloads
from tests.fuzz.readers import READERS, Reader

_FEW, _MANY = 12, 300


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_are_read_or_refused_in_a_sentence(name):
  _run(name, _FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_mutated_files_are_read_or_refused_in_a_sentence(name):
  _run(name, _MANY)


def _run(name, files):
  outcome = sandbox.run(name, files, seed=0)
  assert not [(one.kind, one.what) for one in outcome.defects]
  assert sum(outcome.counts.values()) == files and outcome.counts["refused"] > files / 10


def test_the_same_seed_makes_the_same_files():
  content, others = bytes(range(256)), [b"1, 2, 3"]
  one, same, other = ([Mutator(seed, "m").mutate(content, others) for _ in range(20)]
                      for seed in (1, 1, 2))
  assert one == same != other and content not in one[:5]


def test_the_traps_are_pickles_that_do_something(tmp_path):
  marker = tmp_path / "marker"
  for payload in payloads(str(marker))[::5]:
    pickle.loads(payload)
    assert marker.exists()
    marker.rmdir() if marker.is_dir() else marker.unlink()
  assert TRAP.encode() in payloads("m")[0]


@pytest.mark.parametrize("container,name", [
    (containers.ZIP, "npz"), (containers.PNG, "png"), (containers.PACKED_MAT, "packed_mat"),
    (containers.RECORDS, "shard")])
def test_what_is_taken_apart_and_packed_again_is_still_valid(container, name, tmp_path):
  path = READERS[name].seeds(tmp_path)[0]
  parts = container.parts(path.read_bytes())
  content = container.pack(parts, random.Random(3))
  assert container.parts(content) == parts and len(parts) > 1
  READERS[name].place(path, content)
  READERS[name].read(path)


def test_checksums_of_records_are_those_of_tensorflow(tmp_path):
  content = READERS["shard"].seeds(tmp_path)[0].read_bytes()
  assert record_pack(record_parts(content)) == content


def _raise(path):
  raise KeyError(path.name)


def _two_lines(path):
  raise UserError(f"{path}\nand more")


def _write(path):
  path.with_name("other").write_bytes(b"")


def _call(path):
  os.system("true")


def _fill(path):
  return len(b"x" * (2**20 * (sandbox.MEGABYTES + 100)))


def _die(path):
  os.abort()


@pytest.mark.parametrize("read,kind", [
    (_raise, "traceback"), (_two_lines, "traceback"), (_write, "action"), (_call, "action"),
    (_fill, "memory"), (_die, "crash"), (pathlib.Path.read_bytes, "read")])
def test_every_kind_of_defect_is_seen(read, kind):
  outcome = sandbox.run(Reader(READERS["binary"].seeds, _Spoilt(read)), 2, 0)
  assert outcome.counts == {kind: 2}
  assert [one.kind for one in outcome.defects] == [kind] * 2 * (kind != "read")


class _Spoilt:
  """A reader that has a defect with mutated files only; can be sent to another process."""

  def __init__(self, read):
    self._read = read

  def __call__(self, path):
    if (path.parent / "last").exists():
      self._read(path)
