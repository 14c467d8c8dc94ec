"""Run folders and model folders that are cut off, damaged, full, or not what they should be."""

import errno
import json
import os
import pathlib
import shutil

import pytest
import tensorflow as tf

from data_tools import files
from data_tools.errors import UserError
from models import checkpoint_files, saving
from tests.models import tiny_contextual_gan
from train import progress, run_start
from train.progress import LAST, RunCheckpoints
from train.reporting import METRICS_FILE, EpochReport
from train.run_start import Options

BEST = saving.BEST


class Small(tf.keras.Model):
  """What a checkpoint of a run holds, and little of it."""

  def __init__(self):
    super().__init__()
    self.weight = tf.Variable(tf.range(50.0))

  def call(self, x):
    return x * self.weight


def checkpoints(root, keep=None):
  model = Small()
  model.compile(optimizer=tf.keras.optimizers.Adam())
  return RunCheckpoints(model, root, keep_best=keep)


def save(run, passes, best=False):
  run.progress.passes.assign(passes)
  run.model.weight.assign(tf.fill([50], float(passes)))
  (run.save_best if best else run.save_last)()


def resumed(root):
  run = checkpoints(root)
  return run.resume() and (int(run.progress.passes), float(run.model.weight[0]))


@pytest.fixture()
def root(tmp_path):
  run = checkpoints(tmp_path)
  save(run, 3, best=True)
  save(run, 3)
  save(run, 4)
  return tmp_path


def cut(path, keep):
  data = path.read_bytes()
  path.write_bytes(data[:int(len(data) * keep)])


PARTS = {"data": "ckpt-4.data-00000-of-00001", "index": "ckpt-4.index"}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("keep", [0, 0.5, 0.99])
def test_a_cut_off_checkpoint_gives_way_to_the_best(root, capsys, part, keep):
  cut(root / LAST / PARTS[part], keep)
  assert resumed(root) == (3, 3.0)
  error = capsys.readouterr().err
  assert f"{LAST}/ckpt-4 can't be read" in error and f"going on from {root / BEST}/ckpt-3" in error


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_gives_way_to_the_best(root, part):
  (root / LAST / PARTS[part]).unlink()
  assert resumed(root) == (3, 3.0)


def test_without_another_checkpoint_it_is_a_sentence_and_nothing_is_touched(root):
  shutil.rmtree(root / BEST)
  cut(root / LAST / PARTS["data"], 0.5)
  before = sorted(path.name for path in (root / LAST).iterdir())
  with pytest.raises(UserError, match="ckpt-4 can't be read .* no other checkpoint .* can; put"):
    resumed(root)
  assert sorted(path.name for path in (root / LAST).iterdir()) == before
  with pytest.raises(UserError, match="already holds a run"):
    run_start.start_of(Options(str(root)), "rpcl_pix2seq", {"full": None})


@pytest.mark.parametrize("state", [b"", b"model_checkpoint_path: \"ck", b"\xff\xfe",
                                   b'model_checkpoint_path: "ckpt-9"\n', None])
def test_a_damaged_state_file_is_made_anew(root, state):
  path = root / LAST / checkpoint_files.STATE
  path.unlink()
  if state is None:
    path.mkdir()  # a folder in place of a file
  else:
    path.write_bytes(state)
  assert progress.is_begun(root) and resumed(root) == (4, 4.0)
  save(checkpoints(root), 5)
  assert sorted(p.name for p in (root / LAST).iterdir()) == [
      "checkpoint", "ckpt-5.data-00000-of-00001", "ckpt-5.index"]


def test_what_a_killed_first_save_left_is_no_run(tmp_path):
  folder = tmp_path / LAST
  (folder / "ckpt-0_temp").mkdir(parents=True)
  (folder / "ckpt-0_temp" / "part-0").write_bytes(b"half")
  (folder / "ckpt-0.data-00000-of-00001").write_bytes(b"data")
  (folder / "ckpt-0.index").write_bytes(b"")
  assert not progress.is_begun(tmp_path) and not resumed(tmp_path)
  assert not list(folder.iterdir())


def test_a_save_under_the_same_number_never_leaves_none(root, monkeypatch):
  """At any of its steps, what stands there before, or the new one, can be read."""
  run, seen = checkpoints(root), set()
  assert run.resume()  # as a run that is killed before its first step goes on

  def look():
    path = checkpoint_files.newest(root / LAST)
    seen.add(float(tf.train.load_variable(path, "model/weight/.ATTRIBUTES/VARIABLE_VALUE")[0]))

  for module, name in ((os, "link"), (os, "replace"), (pathlib.Path, "unlink"), (os, "fsync")):
    true = getattr(module, name)
    def watched(*args, _true=true, **named):
      look()
      try:
        return _true(*args, **named)
      finally:
        look()
    monkeypatch.setattr(module, name, watched)
  run.progress.passes.assign(4)
  run.model.weight.assign(tf.fill([50], 40.0))
  run.save_last()
  look()
  assert seen == {4.0, 40.0}
  assert not list((root / LAST).glob("before-*"))


def test_a_failed_save_under_the_same_number_leaves_the_older_one(root, monkeypatch):
  run = checkpoints(root)

  def full(*args, **named):
    raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

  with monkeypatch.context() as patch:
    patch.setattr(tf.train.CheckpointManager, "save", full)
    with pytest.raises(UserError, match="No space left .* earlier ones are untouched"):
      save(run, 4)
  assert resumed(root) == (4, 4.0)
  assert sorted(p.name for p in (root / LAST).iterdir()) == [
      "checkpoint", "ckpt-4.data-00000-of-00001", "ckpt-4.index"]


def test_a_best_without_a_last_is_not_overwritten(root):
  shutil.rmtree(root / LAST)
  with pytest.raises(UserError, match="holds a run's best checkpoints, but nothing under"):
    run_start.start_of(Options(str(root), resume=True), "rpcl_pix2seq", {"full": None})


def report(root):
  return EpochReport(root, dict, dict)


def test_lines_that_were_not_saved_are_taken_out(tmp_path, capsys):
  one = report(tmp_path)
  for step in (0, 2, 4, 6):
    one.write({"step": step})
  assert not capsys.readouterr().out
  one.commit()
  assert [json.loads(line)["step"] for line in capsys.readouterr().out.splitlines()] == [0, 2, 4, 6]
  with open(tmp_path / METRICS_FILE, "a") as file:
    file.write('{"step": 8, "lo')  # a full disk's
  report(tmp_path).go_on_after(2)
  assert (tmp_path / METRICS_FILE).read_text() == '{"step": 0}\n{"step": 2}\n{"step": 4}\n'


def test_figures_that_cannot_be_written_are_a_sentence(tmp_path):
  (tmp_path / METRICS_FILE).mkdir()
  with pytest.raises(UserError, match="metrics.jsonl can't be written .* --resume_training"):
    report(tmp_path).write({"step": 1})


def test_leftovers_of_killed_writers_go_and_nothing_else(tmp_path):
  scratch = tmp_path / ".config.json.ab12_xyz"
  scratch.mkdir()
  (scratch / "config.json").write_text("{")
  (tmp_path / ".mine.ab12_xyz").mkdir()
  (tmp_path / ".mine.ab12_xyz" / "other").write_text("")
  (tmp_path / ".cache").mkdir()
  files.remove_leftovers(tmp_path)
  assert sorted(path.name for path in tmp_path.iterdir()) == [".cache", ".mine.ab12_xyz"]


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
  folder = tmp_path_factory.mktemp("models") / "model"
  saving.save_model(tiny_contextual_gan.model(), folder, {"styles": ["xdog"]})
  return folder


@pytest.mark.parametrize("name, keep", [("weights.index", 0), ("weights.index", 0.5),
                                        ("weights.data-00000-of-00001", 0.5),
                                        ("config.json", 0.5)])
def test_a_cut_off_model_folder_is_a_sentence(model_folder, tmp_path, name, keep):
  shutil.copytree(model_folder, tmp_path / "copy")
  cut(tmp_path / "copy" / name, keep)
  with pytest.raises(UserError, match="can't be read|is not a model description"):
    saving.load_model(tmp_path / "copy")


@pytest.mark.parametrize("kind", ["folder", "dangling"])
def test_what_is_no_config_file_is_a_sentence(tmp_path, kind):
  path = tmp_path / saving.CONFIG_FILE
  path.mkdir() if kind == "folder" else path.symlink_to(tmp_path / "gone")
  with pytest.raises(UserError, match="holds no config.json"):
    saving.read_config(tmp_path)


def test_a_disk_that_fails_is_a_sentence(model_folder, monkeypatch):
  def fails(self, *args, **named):
    raise OSError(errno.EIO, "Input/output error")

  monkeypatch.setattr(pathlib.Path, "read_text", fails)
  with pytest.raises(UserError, match="config.json can't be read .Input/output error"):
    saving.read_config(model_folder)


def test_a_model_that_cannot_take_its_place_leaves_the_older_one(model_folder, tmp_path,
                                                                 monkeypatch):
  shutil.copytree(model_folder, tmp_path / "model")
  true = os.replace

  def fails(source, target):
    if pathlib.Path(source).name == "model" and pathlib.Path(target) == tmp_path / "model":
      raise OSError(errno.EIO, "Input/output error")
    true(source, target)

  with monkeypatch.context() as patch:
    patch.setattr(os, "replace", fails)
    with pytest.raises(UserError, match="could not be written"):
      saving.save_model(tiny_contextual_gan.model(seed=1), tmp_path / "model", {})
  assert saving.load_model(tmp_path / "model")[1]["data"] == {"styles": ["xdog"]}
  assert [path.name for path in tmp_path.iterdir()] == ["model"]
