"""Building data sets of shards: whole, not twice, and nothing else destroyed; with Beam."""

import dataclasses
import json
import os
import sys

import pytest

from data_tools import stroke_files
from data_tools.errors import UserError
from data_tools.shards import build, pipeline
from data_tools.shards.quiet import quiet
from tests.commands import command
from tests.data_tools.test_shards_stages import (SMALL, bytes_of, make, run_plainly, write_ndjson,
                                                 write_npz)


@pytest.fixture(name="plain")
def without_beam(monkeypatch):
  monkeypatch.setattr(pipeline, "run", run_plainly)


@pytest.fixture(name="source")
def make_source(tmp_path):
  write_npz(tmp_path / "in", ("bee",), (9, 2, 1))
  return tmp_path / "in"


def test_a_data_set_is_built_once(plain, source, tmp_path):
  output = tmp_path / "new/out"
  report = build.build(source, output, SMALL)
  assert report["skipped"] is False and [report[name] for name in ("train", "valid", "test")] == [
      9, 2, 1]
  before = bytes_of(output)
  assert sorted(before)[0] == "manifest.json" and report["shards"] == len(before) - 1
  again = build.build(source, output, SMALL)
  assert again["skipped"] is True and again["scale_factor"] == report["scale_factor"]
  assert os.listdir(output.parent) == ["out"]


def test_another_data_set_is_only_replaced_when_told_to(plain, source, tmp_path):
  output, wide = tmp_path / "out", dataclasses.replace(SMALL, png_width=20)
  build.build(source, output, SMALL)
  before = bytes_of(output)
  with pytest.raises(UserError, match="png_width differ"):
    build.build(source, output, wide)
  write_npz(source, ("cat",))
  with pytest.raises(UserError, match="the files differ"):
    build.build(source, output, SMALL)
  assert bytes_of(output) == before
  assert build.build(source, output, wide, ["cat"], overwrite=True)["png_width"] == 20
  assert len({name for name in bytes_of(output) if name.startswith("valid")}) == 1


def test_half_a_data_set_is_refused_or_replaced(plain, source, tmp_path):
  output = tmp_path / "out"
  build.build(source, output, SMALL)
  whole = bytes_of(output)
  (output / "manifest.json").unlink()
  with pytest.raises(UserError, match="part of a data set of shards without .*--overwrite"):
    build.build(source, output, SMALL)
  build.build(source, output, SMALL, overwrite=True)
  assert bytes_of(output) == whole
  sorted(output.glob("train-*"))[0].unlink()
  with pytest.raises(UserError, match="is missing or not as long"):
    build.build(source, output, SMALL)


def test_what_is_no_data_set_is_never_deleted(plain, source, tmp_path):
  output = tmp_path / "out"
  output.mkdir()
  (output / "thesis.txt").write_text("years")
  for overwrite in (False, True):
    with pytest.raises(UserError, match="other files without|thesis.txt, which is no part"):
      build.build(source, output, SMALL, overwrite=overwrite)
  (tmp_path / "file").write_text("")
  with pytest.raises(UserError, match="is a file"):
    build.build(source, tmp_path / "file", SMALL)
  assert (output / "thesis.txt").read_text() == "years"


def test_a_run_that_fails_leaves_the_old_data_set(plain, source, tmp_path, monkeypatch):
  output = tmp_path / "out"
  build.build(source, output, SMALL)
  before = bytes_of(output)

  def fail(files, inputs, folder, *_):
    (folder / "train-00000-of-00003.tfrecord").write_bytes(b"half")
    raise UserError("No room.")

  monkeypatch.setattr(pipeline, "run", fail)
  with pytest.raises(UserError, match="No room"):
    build.build(source, output, SMALL, overwrite=True)
  assert bytes_of(output) == before and sorted(os.listdir(tmp_path)) == ["in", "out"]


def test_leftovers_of_a_killed_run_are_told(plain, source, tmp_path, capsys):
  (tmp_path / ".out.abc").mkdir()
  build.build(source, tmp_path / "out", SMALL)
  assert ".out.abc of a run that was killed" in capsys.readouterr().err


@pytest.mark.parametrize("change,word", [
    ({"format": "csv"}, "no format 'csv'"),
    ({"valid_fraction": 0.6, "test_fraction": 0.4}, "below 1"),
    ({"valid_fraction": -0.1}, "below 0"), ({"valid_fraction": float("nan")}, "fractions"),
    ({"png_width": 3}, "margin"), ({"png_width": 10**6}, "pixels wide")])
def test_settings_that_cannot_be(plain, source, tmp_path, change, word):
  with pytest.raises(UserError, match=word):
    build.build(source, tmp_path / "out", dataclasses.replace(SMALL, **change))
  assert not (tmp_path / "out").exists()


def test_no_drawing_left_for_training(plain, tmp_path):
  write_ndjson(tmp_path / "in", 2)
  settings = dataclasses.replace(SMALL, format="simplified", valid_fraction=0.9999,
                                 test_fraction=0)
  with pytest.raises(UserError, match="none is left for training"):
    build.build(tmp_path / "in", tmp_path / "out", settings)
  assert not (tmp_path / "out").exists()


def test_options_of_runners():
  one, two = (pipeline.local_options("DirectRunner", workers) for workers in (1, 2))
  assert "--direct_running_mode=in_memory" in one and "--direct_num_workers=2" in two
  assert "--direct_running_mode=multi_processing" in two
  assert pipeline.local_options("FlinkRunner", 1) == ["--runner=FlinkRunner"]
  with pytest.raises(UserError, match="not for FlinkRunner"):
    pipeline.local_options("FlinkRunner", 2)


def test_quiet_hides_what_is_written_unless_it_fails(capfd):
  for error, shown in ((None, ""), (UserError("x"), ""), (KeyError("x"), "chatter\n")):
    try:
      with quiet():
        os.write(2, b"chatter\n")
        if error:
          raise error
    except (UserError, KeyError) as caught:
      assert caught is error
    assert capfd.readouterr().err == shown
  with quiet(False):
    os.write(2, b"progress")
  assert capfd.readouterr().err == "progress"


def test_beam_that_is_not_installed_is_one_sentence(source, tmp_path, monkeypatch, capfd):
  monkeypatch.setitem(sys.modules, "apache_beam", None)  # so that importing it fails
  options = pipeline.local_options("DirectRunner", 1)
  with pytest.raises(UserError, match="^Building shards needs Apache Beam.*pip install [^\n]*$"):
    build.build(source, tmp_path / "out", SMALL, options=options)
  assert os.listdir(tmp_path) == ["in"] and capfd.readouterr().err == ""


def test_the_check_by_the_command_line(plain, source, tmp_path):
  shards = tmp_path / "out"
  build.build(source, shards, SMALL)
  done = command("data_tools/check_shards.py", f"--data_dir={shards}")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["ok"]
  (shards / "notes.txt").write_text("")
  sorted(shards.glob("train-*"))[0].write_bytes(b"cut")
  done = command("data_tools/check_shards.py", f"--data_dir={shards}", "--norecords")
  assert done.returncode == 1 and "Traceback" not in done.stderr
  assert len(json.loads(done.stdout)["problems"]) == 2
  assert done.stderr.splitlines()[-1] == (
      f"Error: {shards} has 2 problems; mend what is listed above and check again.")
  done = command("data_tools/check_shards.py", f"--data_dir={source}")
  assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1


def test_beam_gives_the_same_files_by_the_command_line(source, tmp_path):
  pytest.importorskip("apache_beam")
  expected = bytes_of(make(source, tmp_path / "plain"))
  done = command("data_tools/build_dataset.py", f"--input_dir={source}",
                 f"--output_dir={tmp_path / 'out'}", "--png_width=16", "--train_shards=3",
                 "--eval_shards=1")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["train"] == 9 and done.stderr == ""
  assert bytes_of(tmp_path / "out") == expected


def test_what_goes_wrong_within_beam_is_one_sentence(tmp_path):
  pytest.importorskip("apache_beam")
  stroke_files.write_drawings(tmp_path / "in/cat.npz", {"train": [], "valid": [], "test": []})
  where = [f"--input_dir={tmp_path / 'in'}", f"--output_dir={tmp_path / 'out'}"]
  for flags, word in (([], "has no drawings in train"), (["--pipeline_options=x"], "'x' is no"),
                      (["--pipeline_options=--streaming_mode=7", "--runner=Nobody"], "Nobody")):
    done = command("data_tools/build_dataset.py", *where, *flags)
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: ") and word in last and "while running" not in last
    assert os.listdir(tmp_path) == ["in"]
