"""Training commands with shards for --data_dir, on a few tiny drawings."""

import dataclasses
import json

import pytest

from data_tools.shards.stages import Settings
from tests import commands
from tests.data_tools.test_shards_stages import make
from tests.train import drawing_folders
from tests.train.run_folders import assert_equal_ends, copied, metrics
from tests.train.test_two_workers import NET, RPCL, Cluster, assert_only_the_chief_wrote
from train import rpcl_pix2seq_run, sketch_a_net_run
from train.run_start import Options

TINY = ("categories=[bee,bus], dec_model=layer_norm, dec_rnn_size=8, z_size=4, batch_size=8, "
        "num_mixture=2, num_steps=8")


@pytest.fixture(name="shards", scope="module")
def make_shards(tmp_path_factory):
  folder = tmp_path_factory.mktemp("shards")
  drawing_folders.write(folder / "in", 17)
  return make(folder / "in", folder / "out", Settings(train_shards=4, eval_shards=2))


@pytest.fixture(name="run", scope="module")
def train_run(shards, tmp_path_factory):
  """A whole run, and what was there of it when it had begun its second pass."""
  folder = tmp_path_factory.mktemp("runs")
  options = Options(log_root=str(folder / "whole"), data_dir=str(shards), hparams=TINY)
  with copied(folder / "whole", folder / "killed", step=6):
    rpcl_pix2seq_run.run(options)
  return folder / "whole", folder / "killed"


@pytest.mark.slow
def test_a_resumed_run_equals_the_uninterrupted_one(shards, run):
  whole, killed = run
  assert [line["step"] for line in metrics(whole)] == [4, 8] and len(metrics(killed)) == 1
  done = commands.command("train/rpcl_pix2seq.py", f"--data_dir={shards}", f"--log_root={killed}",
                          "--resume_training")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout.splitlines()[-1])["step"] == 8
  assert assert_equal_ends(whole, killed) > 50
  assert metrics(killed) == metrics(whole)
  told = json.loads((whole / "config.json").read_text())["data"]
  assert told["drawings"] == {"train": 34, "valid": 10, "test": 8} and told["scale_factor"] > 1


@pytest.mark.slow
def test_shards_that_are_damaged_get_a_sentence(shards, tmp_path):
  copy = tmp_path / "copy"
  copy.mkdir()
  for path in shards.iterdir():
    (copy / path.name).write_bytes(path.read_bytes())
  path = sorted(copy.glob("train-*"))[0]
  content = bytearray(path.read_bytes())
  content[100] ^= 1
  path.write_bytes(content)
  done = commands.command("train/rpcl_pix2seq.py", f"--data_dir={copy}",
                          f"--log_root={tmp_path / 'run'}", f"--hparams={TINY}")
  assert done.returncode == 1 and "Traceback" not in done.stderr
  assert "are damaged (corrupted record" in done.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("script, flags, figures", [
    ("retrieval", ["--generate", "--split=valid"], {"ret_at_1", "drawings"}),
    ("sample", ["--num_samples=2"], {"output_dir"})])
def test_a_run_is_evaluated_on_its_shards(shards, run, tmp_path, script, flags, figures):
  output = [f"--output_dir={tmp_path / 'out'}"] if script == "sample" else []
  done = commands.command(f"evaluate/{script}.py", f"--model={run[0]}", f"--data_dir={shards}",
                          *flags, *output)
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert figures <= set(report)
  assert report.get("drawings", 10) == 10


@pytest.mark.slow
def test_sketch_a_net_trains_on_shards(shards, tmp_path):
  runs = [tmp_path / name for name in ("one", "two")]
  options = Options(log_root=str(runs[0]), data_dir=str(shards), hparams=NET)
  with copied(*runs, step=6):
    sketch_a_net_run.run(options)
  sketch_a_net_run.run(dataclasses.replace(options, log_root=str(runs[1]), hparams="",
                                           resume=True))
  assert [line["step"] for line in metrics(runs[0])] == [4, 8]
  assert assert_equal_ends(*runs) > 20 and metrics(runs[0]) == metrics(runs[1])


@pytest.mark.slow
def test_two_workers_train_each_on_its_own_shards(shards, tmp_path):
  cluster = Cluster(tmp_path, "rpcl_pix2seq", f"--data_dir={shards}",
                    f"--log_root={tmp_path / 'two'}", f"--hparams={RPCL}")
  ends = cluster.ends()
  assert_only_the_chief_wrote(ends, cluster, tmp_path / "two")
  last = metrics(tmp_path / "two")[-1]
  assert last["step"] == 8 and last["valid_reconstruction_loss"] > 0
