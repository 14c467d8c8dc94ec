"""train/tom.py through its functions and its command line, on a few small pictures."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from models import saving
from tests import commands
from tests.train.run_folders import assert_equal_ends, final_values, metrics
from train import tom_run
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.tom_options import TomOptions

pytestmark = pytest.mark.usefixtures("eagerly")

TINY = "im_size=32, generator_width=2, batch_size=2, total_iter=5, save_every=2"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
  """Three photos, flat, and two sketches in a folder below."""
  root, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
  for name in ("photos/a.png", "photos/b.jpg", "photos/c.png", "sketches/x/1.png",
               "sketches/x/2.png"):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    pixels = random.integers(0, 256, [40, 30, 3]).astype(np.uint8)
    Image.fromarray(pixels).save(root / name)
  return {"path_a": str(root / "photos"), "path_b": str(root / "sketches")}


def train(folders, log_root, hparams=TINY, vgg="random", **options):
  tom_run.run(TomOptions(log_root=str(log_root), hparams=hparams, vgg=vgg, **folders, **options))


@pytest.fixture(scope="module")
def whole_run(folders, tmp_path_factory):
  log_root = tmp_path_factory.mktemp("runs") / "whole"
  train(folders, log_root)
  return log_root


def test_a_run_reports_draws_and_keeps_every_checkpoint(whole_run):
  lines = metrics(whole_run)
  assert [(line["epoch"], line["step"], line["kept"]) for line in lines] == [
      (1, 2, 2), (2, 4, 4), (3, 5, 5)]
  assert {"loss_D", "loss_G", "loss_gram", "real_probability", "fake_probability",
          "generated_probability"} <= set(lines[0]) and "failures" not in lines[0]
  kept = sorted(path.name for path in (whole_run / "checkpoints/best").glob("*.index"))
  assert kept == ["ckpt-2.index", "ckpt-4.index", "ckpt-5.index"]
  model, content = saving.load_model(whole_run)
  assert int(model.step) == 5
  assert content["data"] == {"pictures": content["data"]["pictures"], "photos": 3, "sketches": 2,
                             "vgg": "random"}
  sheets = sorted(path.name for path in (whole_run / "pictures").iterdir())
  assert sheets == [f"step_{step:06d}.png" for step in (0, 2, 4, 5)]
  tags = set()
  for path in (whole_run / "tensorboard").iterdir():
    for event in tf.compat.v1.train.summary_iterator(str(path)):
      tags |= {value.tag for value in event.summary.value}
  assert {"loss_G", "loss_gram", "sketches"} <= tags


@pytest.mark.slow
def test_resuming_after_a_stop_equals_the_uninterrupted_run(folders, whole_run, tmp_path,
                                                           monkeypatch):
  log_root = tmp_path / "stopped"

  def stop(self, batch, logs=None):
    if int(self.model.step.numpy()) == 3:  # between two checkpoints
      raise KeyboardInterrupt

  with monkeypatch.context() as patch:
    patch.setattr(EpochReport, "on_train_batch_end", stop)
    with pytest.raises(KeyboardInterrupt):
      train(folders, log_root)
  assert len(metrics(log_root)) == 1
  train(folders, log_root, "", vgg=None, resume=True)  # the run knows its settings and its VGG-16
  assert metrics(log_root) == metrics(whole_run)
  assert saving.read_config(log_root)["data"]["vgg"] == "random"
  assert assert_equal_ends(whole_run, log_root) > 100  # both Adams' moments, too


def test_a_finished_run_goes_on_only_when_it_is_made_longer(folders, whole_run, tmp_path, capsys):
  before = metrics(whole_run)
  train(folders, whole_run, "", vgg=None, resume=True)
  assert "raise total_iter" in capsys.readouterr().err and metrics(whole_run) == before
  with pytest.raises(UserError, match="already holds a run"):
    train(folders, whole_run)
  with pytest.raises(UserError, match="leave --vgg away"):
    train(folders, whole_run, "", resume=True)
  with pytest.raises(UserError, match="began with 3 photos and 2 sketches .* the same ones"):
    train({**folders, "path_a": folders["path_b"]}, whole_run, "", vgg=None, resume=True)


def test_beginning_with_another_runs_weights(folders, whole_run, tmp_path):
  train(folders, tmp_path / "next", "total_iter=1", vgg=None, init_from=str(whole_run))
  content = saving.read_config(tmp_path / "next")
  assert content["hparams"].generator_width == 2 and content["data"]["vgg"] == "random"
  assert metrics(tmp_path / "next")[0]["step"] == 1
  values = final_values(tmp_path / "next")
  assert next(value for name, value in values.items() if name.startswith("optimizer/iter")) == 6


def test_training_that_diverges_is_a_sentence(folders, tmp_path, monkeypatch):
  monkeypatch.setattr("train.keep_all.math.isfinite", lambda value: False)
  with pytest.raises(UserError, match="loss_G is .*: training diverged"):
    train(folders, tmp_path / "run")


@pytest.mark.parametrize("changes, words", [
    ({"path_a": "none"}, "There is no folder"), ({"path_a": None}, "--path_b is given without"),
    ({"vgg": "none.pth"}, "There is no file .*--vgg=random"),
    ({"hparams": "im_size=50"}, "a multiple of 32"), ({"hparams": "iter=3"}, "nearest name is"),
    ({"init_from": "none"}, "holds no config.json")])
def test_bad_input_is_a_sentence_before_anything_is_written(folders, tmp_path, changes, words):
  given = {**folders, "hparams": TINY, "vgg": "random", **changes}
  with pytest.raises(UserError, match=words):
    tom_run.run(TomOptions(log_root=str(tmp_path / "run"), **given))
  assert not (tmp_path / "run").exists()


def test_a_damaged_picture_is_told_before_training(folders, tmp_path):
  (tmp_path / "photos").mkdir()
  whole = pathlib.Path(folders["path_a"], "a.png").read_bytes()
  (tmp_path / "photos/a.png").write_bytes(whole[:200])
  with pytest.raises(UserError, match="damaged or cut off"):
    train({**folders, "path_a": str(tmp_path / "photos")}, tmp_path / "run")
  assert not (tmp_path / "run").exists()


def test_without_the_network_of_features_there_is_a_way(folders, tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  with pytest.raises(UserError, match="--vgg=random tries the program without"):
    train(folders, tmp_path / "run", vgg=None)


def test_checkpoints_are_named_after_steps_only_where_asked(tmp_path):
  model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=[1])])
  model.compile("sgd")
  checkpoints = RunCheckpoints(model, tmp_path, keep_best=None)
  for step in range(12):
    checkpoints.save_best(100 * step)
  assert len(list((tmp_path / "checkpoints/best").glob("ckpt-*00.index"))) == 11


def command(*flags):
  return commands.command("train/tom.py", *flags)


def test_the_originals_command_line(tmp_path):
  done = command("--dry_run", "--path_a=photos", "--path_b=./sketches/", "--im_size", "512",
                 "--trial_name=test1", "--gpu_id=0", "--lr=0.001", "--batch_size=8",
                 "--total_iter=70", "--mse_weight=0.5", "--gram_weight=2", "--checkpoint=None",
                 f"--log_root={tmp_path}")
  assert done.returncode == 0, done.stderr
  resolved = json.loads(done.stdout)
  assert resolved == {"im_size": 512, "generator_width": 128, "synchronized_batch_norm": False,
                      "batch_size": 8, "total_iter": 70, "save_every": 100, "lr": 0.001,
                      "mse_weight": 0.5, "gram_weight": 2.0}
  assert not list(tmp_path.iterdir())
  done = command("--batch_size=two", "--dry_run")
  assert done.returncode == 1 and "takes a whole number" in done.stderr
