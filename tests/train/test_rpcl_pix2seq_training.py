"""train/rpcl_pix2seq.py through its command line, on a few tiny drawings."""

import json
import pathlib
import signal
import subprocess
import sys

import pytest
import tensorflow as tf

from data_tools.errors import UserError
from tests import commands
from tests.train import drawing_folders
from tests.train.run_folders import assert_equal_ends, final_values, metrics
from train import rpcl_pix2seq_run
from train.rpcl_pix2seq_run import Options

ROOT = pathlib.Path(__file__).parents[2]
TINY = ("categories=[bee,bus], dec_model=layer_norm, dec_rnn_size=8, z_size=4, batch_size=8, "
        "num_mixture=2, num_steps=12")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
  return drawing_folders.write(tmp_path_factory.mktemp("drawings"))


def command(data_dir, log_root, hparams=TINY, *more):
  return [sys.executable, str(ROOT / "train/rpcl_pix2seq.py"), f"--data_dir={data_dir}",
          f"--log_root={log_root}", f"--hparams={hparams}", *more]


def train(*arguments):
  return commands.command("train/rpcl_pix2seq.py", *command(*arguments)[2:])


@pytest.fixture(scope="module")
def whole_run(data_dir, tmp_path_factory):
  log_root = tmp_path_factory.mktemp("runs") / "whole"
  return log_root, train(data_dir, log_root)


def test_a_run_reports_and_stops_at_num_steps(whole_run):
  log_root, result = whole_run
  assert result.returncode == 0, result.stderr
  lines = [json.loads(line) for line in result.stdout.splitlines()]
  assert [line["step"] for line in lines] == [4, 8, 12]
  assert {"loss", "reconstruction_loss", "image_loss", "alpha_loss", "gaussian_loss",
          "valid_reconstruction_loss", "learning_rate", "live_components"} <= set(lines[0])
  assert lines[-1]["valid_reconstruction_loss"] < lines[0]["valid_reconstruction_loss"]
  assert "4/4" in result.stderr and "Traceback" not in result.stderr
  assert json.loads((log_root / "config.json").read_text())["hparams"]["dec_rnn_size"] == 8


def test_tensorboard_holds_scalars_and_pictures(whole_run):
  tags = set()
  for path in (whole_run[0] / "tensorboard").iterdir():
    for event in tf.compat.v1.train.summary_iterator(str(path)):
      tags |= {value.tag for value in event.summary.value}
  assert {"loss", "valid_reconstruction_loss", "live_components", "learning_rate",
          "sketches"} <= tags


@pytest.mark.slow
def test_resuming_after_a_kill_equals_the_uninterrupted_run(data_dir, whole_run, tmp_path):
  log_root = tmp_path / "killed"
  process = subprocess.Popen(command(data_dir, log_root), stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
  process.stdout.readline()  # the first epoch's line; its checkpoint comes before it
  process.send_signal(signal.SIGKILL)
  process.wait()
  assert len(metrics(log_root)) < 3
  result = train(data_dir, log_root, "", "--resume_training")  # the run knows its settings
  assert result.returncode == 0 and "Resuming after epoch" in result.stderr
  assert metrics(log_root) == metrics(whole_run[0])
  assert assert_equal_ends(whole_run[0], log_root) > 0


def test_a_finished_run_is_not_trained_again(data_dir, whole_run):
  result = train(data_dir, whole_run[0], "", "--resume_training")
  assert result.returncode == 0 and "already come to its end" in result.stderr


def test_no_improvement_reloads_and_stops_after_five(data_dir, tmp_path):
  """With no learning the validation figure never improves on the first; going back to it takes more
  epochs than num_steps has, so that Keras's fit is called again."""
  frozen = f"{TINY}, learning_rate=1e-30, min_learning_rate=0.0"
  result = train(data_dir, tmp_path / "run", frozen)
  assert result.returncode == 0, result.stderr
  lines = [json.loads(line) for line in result.stdout.splitlines()]
  assert [line["failures"] for line in lines] == [0, 1, 2, 3, 4, 5]
  assert "failure 5 of 5" in result.stderr
  state = final_values(tmp_path / "run")
  counters = {name: int(value) for name, value in state.items() if value.ndim == 0
              and any(part in name for part in ("epoch", "passes", "model/step", "model/draws"))}
  by_name = {name.split("/")[1]: value for name, value in counters.items()}
  assert by_name == {"epoch": 1, "passes": 6, "step": 4, "draws": 24}


def test_dry_run_prints_the_hyperparameters(data_dir, tmp_path):
  result = train(data_dir, tmp_path / "run", " batch_size=16", "--dry_run", "--preset=demo")
  resolved = json.loads(result.stdout)
  assert resolved["batch_size"] == 16 and resolved["dec_model"] == "hyper"
  assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("hparams, words", [
  (TINY.replace("bus", "bux"), "bus"),
  (TINY + ", max_seq_len=3", "longer than max_seq_len=3"),
  (TINY.replace("batch_size=8", "batch_size=64"), "fewer than batch_size=64"),
])
def test_bad_hyperparameters_are_sentences(data_dir, tmp_path, hparams, words):
  with pytest.raises(UserError, match=words):
    rpcl_pix2seq_run.run(Options(log_root=str(tmp_path / "run"), data_dir=str(data_dir),
                                 hparams=hparams))
  assert not (tmp_path / "run").exists()


def test_an_error_is_one_sentence_and_exit_code_1(data_dir, tmp_path):
  result = train(data_dir, tmp_path / "run", "batch_size=-4")
  assert (result.returncode, result.stdout) == (1, "")
  assert result.stderr.startswith("Error: batch_size is -4") and result.stderr.count("\n") == 1


def test_an_unknown_flag_is_one_sentence_and_exit_code_2(data_dir, tmp_path):
  result = train(data_dir, tmp_path / "run", TINY, "--presets=demo")
  assert result.returncode == 2
  assert "presets" in result.stderr and "Traceback" not in result.stderr


def test_a_started_run_is_not_overwritten(data_dir, whole_run):
  result = train(data_dir, whole_run[0])
  assert result.returncode == 1 and "--resume_training" in result.stderr


def test_resuming_with_other_sizes_is_a_sentence(data_dir, whole_run):
  other = TINY.replace("dec_rnn_size=8", "dec_rnn_size=9")
  with pytest.raises(UserError, match="hyperparameters of the run"):
    rpcl_pix2seq_run.run(Options(log_root=str(whole_run[0]), data_dir=str(data_dir), hparams=other,
                                 resume=True))
  kept = json.loads((whole_run[0] / "config.json").read_text())["hparams"]
  assert kept["dec_rnn_size"] == 8


def test_missing_data_is_a_sentence(tmp_path):
  with pytest.raises(UserError, match="nowhere"):
    rpcl_pix2seq_run.run(Options(log_root=str(tmp_path / "run"), data_dir=str(tmp_path / "nowhere"),
                                 hparams=TINY))
