"""train/sc_lmser.py through its functions and its command line, on a few small faces."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools import builtin_faces
from data_tools.errors import UserError
from models import saving
from tests.data_tools import face_folders
from tests import commands
from tests.models import tiny_sc_lmser
from tests.train.run_folders import assert_equal_ends, copied, final_values, metrics
from train import face_run_data, face_schedule, sc_lmser_run
from train.face_options import FaceOptions
from train.face_schedule import FaceSchedule
from train.progress import RunCheckpoints

pytestmark = pytest.mark.usefixtures("eagerly")

TINY = ("in_size=[48,60], pad_size=[72,72], out_size=[64,64], generator_width=2, "
        "discriminator_width=4, batch_size=2, num_epochs=2, select_by=fsim")


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
  return builtin_faces.ensure(6, 1, folder=tmp_path_factory.mktemp("faces") / "builtin")


def train(data_dir, log_root, hparams=TINY, **options):
  sc_lmser_run.run(FaceOptions(log_root=str(log_root), data_dir=str(data_dir), hparams=hparams,
                               **options))


@pytest.fixture(scope="module")
def whole_run(faces, tmp_path_factory):
  """Beside it "stopped", the same run in the second epoch."""
  root = tmp_path_factory.mktemp("runs")
  with copied(root / "whole", root / "stopped", 3):
    train(faces, root / "whole")
  return root / "whole"


@pytest.mark.slow
def test_a_run_reports_draws_and_keeps_the_best(whole_run):
  lines = metrics(whole_run)
  assert [(line["epoch"], line["step"]) for line in lines] == [(0, 0), (1, 2), (2, 4)]
  assert {"loss_Dy1", "loss_Dy2", "loss_Dx", "loss_F", "loss_G1", "loss_G2", "valid_fsim"} <= set(
      lines[1])
  best = max(range(3), key=lambda epoch: (lines[epoch]["valid_fsim"], epoch))
  assert [line["improved"] for line in lines] == [
      line["valid_fsim"] == max(other["valid_fsim"] for other in lines[:place + 1])
      for place, line in enumerate(lines)]
  model, content = saving.load_model(whole_run)
  assert int(model.step) == lines[best]["step"]
  assert content["data"] == {"data_type": "BUILTIN", "selected_on": "held_out",
                             "pairs": {"train": 4, "held_out": 1}}
  sheets = sorted(path.name for path in (whole_run / "pictures").iterdir())
  assert sheets == [*(f"epoch_{epoch:04d}.png" for epoch in range(3)), "progress.npz",
                    "progress.png"]
  with np.load(whole_run / "pictures" / "progress.npz") as kept:
    assert kept.files == ["0", "1", "2"]
  assert Image.open(whole_run / "pictures" / sheets[0]).size[0] > 4 * 48
  tags = set()
  for path in (whole_run / "tensorboard").iterdir():
    for event in tf.compat.v1.train.summary_iterator(str(path)):
      tags |= {value.tag for value in event.summary.value}
  assert {"loss_G2", "valid_fsim", "faces"} <= tags


@pytest.mark.slow
def test_resuming_after_a_stop_equals_the_uninterrupted_run(faces, whole_run):
  log_root = whole_run.with_name("stopped")
  assert len(metrics(log_root)) == 2
  train(faces, log_root, "", resume=True)  # the run knows its settings
  assert metrics(log_root) == metrics(whole_run)
  assert assert_equal_ends(whole_run, log_root) > 600  # the six Adams, too


@pytest.mark.slow
def test_a_new_run_goes_on_from_a_model_with_its_optimisers(faces, whole_run, tmp_path):
  """Their moments and counts, but its own hyperparameters, epochs and steps."""
  train(faces, tmp_path / "new", "num_epochs=1, generator_learning_rate=1e-9",
        init_from=str(whole_run))
  assert [(line["epoch"], line["step"]) for line in metrics(tmp_path / "new")] == [(0, 0), (1, 2)]
  best = saving.read_config(tmp_path / "new")
  assert best["hparams"].generator_width == 2 and best["hparams"].num_epochs == 1
  before = max(range(3), key=lambda epoch: (metrics(whole_run)[epoch]["valid_fsim"], epoch))
  values = final_values(tmp_path / "new")
  counts = {int(value) for name, value in values.items() if name.endswith(
      "/iter/.ATTRIBUTES/VARIABLE_VALUE")}
  assert counts == {2 * before + 2}
  first, last = metrics(tmp_path / "new")
  assert first["valid_fsim"] == pytest.approx(metrics(whole_run)[before]["valid_fsim"], abs=1e-6)
  assert last["valid_fsim"] == pytest.approx(first["valid_fsim"], abs=1e-3)
  with pytest.raises(UserError, match="not a model folder"):
    train(faces, tmp_path / "none", "", init_from=str(tmp_path))


@pytest.mark.slow
def test_a_finished_run_is_not_trained_again(faces, whole_run, capsys):
  before = metrics(whole_run)
  train(faces, whole_run, "", resume=True)
  assert "raise num_epochs" in capsys.readouterr().err
  assert metrics(whole_run) == before
  with pytest.raises(UserError, match="already holds a run"):
    train(faces, whole_run)


def test_whole_persons_are_held_out_unless_the_test_faces_choose(faces, capsys):
  config = tiny_sc_lmser.config()
  split = lambda name: {picture.removesuffix(".png")
                        for person in builtin_faces.read_list(faces)["identities"]
                        if person["split"] == name for picture in person["images"]}
  names = lambda faces: {name.removeprefix("BUILTIN") for name in faces.names}
  found = face_run_data.load(config, faces)
  assert names(found.train) == split("train") and names(found.chosen_on) == split("valid")
  found = face_run_data.load(tiny_sc_lmser.config(select_on_test=True), faces)
  assert names(found.train) == split("train") | split("valid")
  assert names(found.chosen_on) == split("test") and found.selected_on == "test"
  assert "TEST pairs" in capsys.readouterr().err


def test_a_share_of_each_folder_is_held_out(tmp_path):
  face_folders.make(tmp_path, ("CUHK",), 10)
  config = tiny_sc_lmser.config(data_type="cuhk", held_out_share=0.2)
  found = face_run_data.load(config, tmp_path)
  assert (len(found.train), len(found.chosen_on)) == (8, 2)
  assert not set(found.train.names) & set(found.chosen_on.names)
  assert found.info()["pairs"] == {"train": 8, "held_out": 2}


class FixedEvaluation:
  """Evaluations with given results."""

  def __init__(self, *figures):
    self._figures = iter(figures)

  def __call__(self):
    return {"fid": next(self._figures)}


@pytest.mark.parametrize("figure, expected", [("fid", [False, True, False]), ("last", [True] * 3)])
def test_a_lower_fid_is_better_and_nan_never_or_the_newest_counts(tmp_path, figure, expected):
  model = tiny_sc_lmser.model()
  checkpoints = RunCheckpoints(model, tmp_path, face_schedule.worst(figure), keep_best=1)
  schedule = FaceSchedule(checkpoints, FixedEvaluation(90.0, float("nan"), 80.0, 85.0), figure,
                          "loss_G2", evaluate_every=1, num_steps=9)
  schedule.set_model(model)
  assert schedule.judge_start()["improved"]
  improved = []
  for _ in range(3):
    logs = {"loss_G2": 1.0}
    schedule.on_epoch_begin(0)
    schedule.on_epoch_end(0, logs)
    improved.append(logs["improved"])
  assert improved == expected
  with pytest.raises(UserError, match="diverged"):
    schedule.judge({"loss_G2": float("inf"), "valid_fid": 1.0, "step": 9})


def test_fid_without_its_network_is_a_sentence(tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  face_folders.make(tmp_path, ("CUHK",), 10)
  with pytest.raises(UserError, match="--select_by=fsim"):
    train(tmp_path, tmp_path / "run", TINY.replace("select_by=fsim", "select_by=fid, "
                                                   "data_type=cuhk, held_out_share=0.2"))


@pytest.mark.parametrize("hparams, words", [
    (TINY.replace("batch_size=2", "batch_size=9"), "batch_size is 9"),
    ("data_type=cufsx", "cufs, cufsf"), ("pool=3", "nearest name is")])
def test_bad_hyperparameters_are_sentences(faces, tmp_path, hparams, words):
  with pytest.raises(UserError, match=words):
    train(faces, tmp_path / "run", hparams)
  assert not (tmp_path / "run").exists()


def test_bad_folders_are_sentences(tmp_path):
  with pytest.raises(UserError, match="There is no folder"):
    train(tmp_path / "none", tmp_path / "run")
  face_folders.make(tmp_path, ("CUHK",), 1)
  with pytest.raises(UserError, match="too few to hold some out"):
    train(tmp_path, tmp_path / "run", TINY + ", data_type=cuhk")
  (next((tmp_path / "CUHK" / "Training Sketches").iterdir())).unlink()
  with pytest.raises(UserError):
    train(tmp_path, tmp_path / "run", TINY + ", data_type=cuhk")
  assert not (tmp_path / "run").exists()


def command(*flags):
  return commands.command("train/sc_lmser.py", *flags)


def test_the_originals_command_line(tmp_path):
  done = command("--preset=demo", "--dry_run", "--data_type", "CUFSF", "--l1_lambda=5", "--gpu=1",
                 "--select_on_test", "--out_size=256,224", "--hparams=batch_size=7", "--lr=0.1",
                 "--alpha=2", f"--log_root={tmp_path}", "--sub_node=run")
  assert done.returncode == 0, done.stderr
  resolved = json.loads(done.stdout)
  assert resolved["data_type"] == "cufsf" and resolved["l1_lambda"] == 5
  assert resolved["select_on_test"] is True and resolved["batch_size"] == 7
  assert resolved["out_size"] == [256, 224] and resolved["generator_width"] == 8
  assert "--lr, --alpha: without effect" in done.stderr and not (tmp_path / "run").exists()
  done = command("--batch_size=two", "--dry_run")
  assert done.returncode == 1 and "takes a whole number" in done.stderr
  done = command("--data_load_mode=create", "--dry_run")
  assert done.returncode == 1 and "--lists_dir" in done.stderr
