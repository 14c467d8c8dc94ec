"""train/sketch_a_net.py through its command line, on a few small pictures."""

import json

import pytest
import tensorflow as tf

from data_tools.errors import UserError
from tests import commands
from tests.train import drawing_folders
from tests.train.run_folders import assert_equal_ends, metrics
from train import rpcl_pix2seq_run, sketch_a_net_run
from train.keep_best import KeepBest
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.run_start import Options
from tests.models import tiny_sketch_a_net

TINY = ("categories=[bee,bus], channels=6, image_width=81, width_multiplier=0.1, batch_size=8, "
        "num_steps=12")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
  return drawing_folders.write(tmp_path_factory.mktemp("drawings"))


def train(data_dir, log_root, hparams=TINY, resume=False):
  sketch_a_net_run.run(Options(log_root=str(log_root), data_dir=str(data_dir), hparams=hparams,
                               resume=resume))


@pytest.fixture(scope="module")
def whole_run(data_dir, tmp_path_factory):
  log_root = tmp_path_factory.mktemp("runs") / "whole"
  train(data_dir, log_root)
  return log_root


def test_a_run_reports_and_stops_at_num_steps(whole_run):
  lines = metrics(whole_run)
  assert [line["step"] for line in lines] == [4, 8, 12]
  assert {"loss", "accuracy", "valid_loss", "valid_accuracy", "learning_rate"} <= set(lines[0])
  content = json.loads((whole_run / "config.json").read_text())
  assert content["model"] == "sketch_a_net" and content["data"]["categories"] == ["bee", "bus"]
  tags = set()
  for path in (whole_run / "tensorboard").iterdir():
    for event in tf.compat.v1.train.summary_iterator(str(path)):
      tags |= {value.tag for value in event.summary.value}
  assert {"loss", "valid_accuracy", "learning_rate", "training"} <= tags


def test_resuming_after_a_stop_equals_the_uninterrupted_run(data_dir, whole_run, tmp_path,
                                                           monkeypatch):
  log_root = tmp_path / "stopped"

  def stop(self, batch, logs=None):
    if int(self.model.step.numpy()) == 6:  # in the second epoch
      raise KeyboardInterrupt

  with monkeypatch.context() as patch:
    patch.setattr(EpochReport, "on_train_batch_end", stop)
    with pytest.raises(KeyboardInterrupt):
      train(data_dir, log_root)
  assert len(metrics(log_root)) == 1
  train(data_dir, log_root, "", resume=True)  # the run knows its settings
  assert metrics(log_root) == metrics(whole_run)
  assert assert_equal_ends(whole_run, log_root) > 0


@pytest.mark.parametrize("hparams, words", [
    ("channels=3", "channels is 3"), ("png_width=48", "nearest name is"),
    (TINY.replace("bus", "bux"), "bus"),
    (TINY.replace("batch_size=8", "batch_size=64"), "fewer than batch_size=64")])
def test_bad_hyperparameters_are_sentences(data_dir, tmp_path, hparams, words):
  with pytest.raises(UserError, match=words):
    train(data_dir, tmp_path / "run", hparams)
  assert not (tmp_path / "run").exists()


def test_a_run_of_another_model_is_not_resumed(data_dir, whole_run):
  with pytest.raises(UserError, match="a run of sketch_a_net, not of rpcl_pix2seq"):
    rpcl_pix2seq_run.run(Options(log_root=str(whole_run), data_dir=str(data_dir), resume=True))
  with pytest.raises(UserError, match="already holds a run"):
    train(data_dir, whole_run)


def test_a_finished_run_is_not_trained_again(data_dir, whole_run, capsys):
  before = metrics(whole_run)
  train(data_dir, whole_run, "", resume=True)
  assert "already come to its end" in capsys.readouterr().err
  assert metrics(whole_run) == before


def test_the_command_line(tmp_path):
  done = commands.command("train/sketch_a_net.py", "--preset=demo", "--dry_run",
                          "--hparams=batch_size=7", f"--log_root={tmp_path}/run")
  resolved = json.loads(done.stdout)
  assert resolved["batch_size"] == 7 and resolved["channels"] == 1
  assert not (tmp_path / "run").exists()


class FixedFigures(KeepBest):
  """Evaluations with given results."""

  figures = None

  def _figures(self, batches, split):
    return {f"{split}_{name}": value for name, value in self.figures.items()}


def test_the_best_is_kept_and_of_equals_the_later(tmp_path):
  model = tiny_sketch_a_net.model()
  checkpoints = RunCheckpoints(model, tmp_path, worst=-float("inf"))
  schedule = FixedFigures(checkpoints, "accuracy", valid=None, test=None, save_every=2,
                          num_steps=99)
  schedule.set_model(model)
  improved = []
  for accuracy in (0.1, 0.5, 0.9, 0.4, 0.9, 0.5, 0.9, 0.3):
    schedule.figures = {"accuracy": accuracy, "loss": 1.0}
    logs = {}
    model.step.assign_add(1)
    schedule.on_epoch_begin(0)
    schedule.on_epoch_end(0, logs)
    improved.append(logs.get("improved"))
  assert improved == [None, True, None, False, None, True, None, False]
  assert int(checkpoints.progress.failures.numpy()) == 1
  best = tf.train.load_checkpoint(str(tmp_path / "checkpoints/best"))
  assert best.get_tensor("model/step/.ATTRIBUTES/VARIABLE_VALUE") == 6


def test_a_diverged_run_is_a_sentence(tmp_path):
  model = tiny_sketch_a_net.model()
  schedule = FixedFigures(RunCheckpoints(model, tmp_path), "accuracy", valid=None, test=None,
                          save_every=1, num_steps=99)
  schedule.set_model(model)
  schedule.figures = {"accuracy": 0.5, "loss": float("nan")}
  schedule.on_epoch_begin(0)
  with pytest.raises(UserError, match="diverged"):
    schedule.on_epoch_end(0, {})
