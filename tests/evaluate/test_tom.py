"""evaluate/tom.py: sets of sketches by several checkpoints, names, files and bad input."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from data_tools.sketch_sets import paired_folders
from data_tools.unpaired.store import square
from evaluate import tom_sketches_run
from evaluate.tom_sketches_run import Options
from models import frozen_weights, saving
from models.tom.model import THRESHOLD
from tests.models import tiny_sc_lmser
from tests.models import tiny_tom as tiny
from train.progress import RunCheckpoints

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
  """As training leaves it: checkpoints after 2 and 4 steps, and the frozen weights."""
  folder = tmp_path_factory.mktemp("run")
  model = tiny.model()
  checkpoints = RunCheckpoints(model, folder, keep_best=None)
  saving.write_config(model, folder, {"vgg": "random"})
  frozen_weights.write(model, folder)
  for step in (2, 4):
    model.fit(tf.data.Dataset.from_tensors(tiny.batch()).repeat(2), verbose=0)
    checkpoints.save_best(step)
  return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
  folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
  for name, size in (("b.jpg", (40, 50)), ("a.png", (32, 32)), ("c.png", (100, 20))):
    Image.fromarray(random.integers(0, 256, [*size, 3]).astype(np.uint8)).save(folder / name)
  return folder


def make(run_folder, photos, output, **options):
  return tom_sketches_run.run(Options(str(run_folder), str(photos), str(output), **options))


def read(folder):
  return {path.name: np.asarray(Image.open(path)) for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module", name="made")
def two_sets(run_folder, photos, tmp_path_factory):
  output = tmp_path_factory.mktemp("sketches") / "new"
  return output, make(run_folder, photos, output, checkpoints=("4", "2"), batch_size=2)


def test_a_set_for_each_checkpoint_under_the_photos_names(run_folder, photos, made):
  output, report = made
  assert sorted(path.name for path in output.iterdir()) == ["sketch_1", "sketch_2"]
  assert [one["step"] for one in report["sets"]] == [4, 2]
  assert report["count"] == 3 and report["size"] == 32 and report["threshold"] == THRESHOLD
  model, _ = saving.load_model(run_folder)
  paths = [photos / name for name in ("a.png", "b.jpg", "c.png")]
  for number, step in ((1, 4), (2, 2)):
    saving.restore_weights(model, str(run_folder / f"checkpoints/best/ckpt-{step}"))
    found = read(output / f"sketch_{number}")
    assert list(found) == ["a.png", "b.png", "c.png"]
    grey = model.photo_to_sketch(np.stack([square(path, 32) for path in paths])).numpy()[..., 0]
    for sketch, expected in zip(found.values(), grey):
      near = np.abs(expected - np.float32(THRESHOLD)) < 1e-5
      np.testing.assert_array_equal(sketch[~near], np.where(expected > 0.7, 255, 0)[~near])
    ink = np.mean([sketch < 128 for sketch in found.values()])
    assert report["sets"][number - 1]["ink"] == pytest.approx(ink, abs=1e-6)


def test_the_sets_pair_with_the_photos(photos, made):
  found = paired_folders.find(photos, [made[0] / "sketch_1", made[0] / "sketch_2"])
  assert len(found) == 3


def test_greys_sizes_and_jpeg(run_folder, photos, tmp_path):
  report = make(run_folder, photos, tmp_path, threshold=None, im_size=64, format="jpg")
  found = read(tmp_path / "sketch_1")
  assert list(found) == ["a.jpg", "b.jpg", "c.jpg"] and report["sets"][0]["step"] == 4
  assert all(sketch.shape == (64, 64) for sketch in found.values())
  assert len(np.unique(found["a.jpg"])) > 20 and report["threshold"] is None


def test_a_model_folder_makes_one_set(photos, tmp_path):
  model = tiny.model()
  saving.save_model(model, tmp_path / "model", {})
  report = make(tmp_path / "model", photos, tmp_path / "out")
  assert [path.name for path in (tmp_path / "out").iterdir()] == ["sketch_1"]
  assert report["sets"][0]["step"] == 0
  with pytest.raises(UserError, match="it has: none, as it is no run folder"):
    make(tmp_path / "model", photos, tmp_path / "other", checkpoints=("7",))


@pytest.mark.parametrize("changes, words", [
    ({"checkpoints": ("2", "3")}, "no checkpoint of step 3; it has: 2, 4"),
    ({"im_size": 100}, "multiple of 32"), ({"model": "none"}, "neither a folder nor a model"),
    ({"input_dir": "none"}, "There is no folder"), ({"input_dir": "empty"}, "is empty"),
    ({"input_dir": "broken"}, "damaged or cut off"), ({"input_dir": "twins"}, "the same name but"),
    ({"model": "faces"}, "a model of the kind sc_lmser"), ({"output_dir": "file"}, "can't be made"),
    ({"output_dir": "full"}, "is there already")])
def test_bad_input_is_a_sentence_and_makes_no_set(run_folder, photos, tmp_path, changes, words):
  for name in ("empty", "broken", "twins", "full/sketch_1"):
    (tmp_path / name).mkdir(parents=True)
  (tmp_path / "file").write_text("")
  (tmp_path / "full/sketch_1/a.png").write_text("")
  (tmp_path / "broken/a.png").write_bytes((photos / "a.png").read_bytes()[:100])
  for name in ("a.png", "a.jpg"):
    (tmp_path / "twins" / name).write_bytes((photos / "a.png").read_bytes())
  if changes.get("model") == "faces":
    saving.write_config(tiny_sc_lmser.model(), tmp_path / "faces", {})
  given = {"model": str(run_folder), "input_dir": str(photos), "output_dir": str(tmp_path / "out"),
           **{name: str(tmp_path / value) if isinstance(value, str) else value
              for name, value in changes.items()}}
  before = sorted(tmp_path.rglob("*"))
  with pytest.raises(UserError, match=words):
    tom_sketches_run.run(Options(**given))
  assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] in (
      [], [tmp_path / "out"])


def test_a_stop_within_a_set_leaves_whole_ones_only(run_folder, photos, tmp_path, monkeypatch):
  calls, save = [], Image.Image.save

  def stop(self, *arguments, **options):
    calls.append(1)
    if len(calls) == 5:  # in the second set
      raise KeyboardInterrupt
    save(self, *arguments, **options)

  monkeypatch.setattr(Image.Image, "save", stop)
  with pytest.raises(KeyboardInterrupt):
    make(run_folder, photos, tmp_path, checkpoints=("2", "4"))
  assert [path.name for path in tmp_path.iterdir()] == ["sketch_1"]
  assert len(list((tmp_path / "sketch_1").iterdir())) == 3


def test_a_model_that_makes_nan_is_told(photos, tmp_path):
  model = tiny.model()
  model.G.final.bias.assign([np.nan] * 3)
  saving.save_model(model, tmp_path / "model", {})
  with pytest.raises(UserError, match="makes NaN instead of sketches"):
    make(tmp_path / "model", photos, tmp_path / "out")
  assert not list((tmp_path / "out").iterdir())


@pytest.mark.slow
def test_the_command_line(run_folder, photos, tmp_path):
  command = lambda *flags: subprocess.run(
      [sys.executable, str(ROOT / "evaluate/tom.py"), f"--model={run_folder}",
       f"--input_dir={photos}", f"--output_dir={tmp_path / 'out'}", *flags],
      capture_output=True, text=True, check=False)
  done = command("--checkpoints=2,4", "--threshold=0.5")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout)
  assert [one["step"] for one in report["sets"]] == [2, 4] and report["threshold"] == 0.5
  done = command("--threshold=2")
  assert done.returncode == 2 and "--help" in done.stderr
