"""Two processes on this machine, each a worker of a cluster, against one process."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from tests.data_tools import joint_folders
from tests.train import drawing_folders
from tests.train.run_folders import final_values, metrics
from train import contextual_gan_run, rpcl_pix2seq_run, sketch_a_net_run
from train.contextual_gan_options import ContextualGanOptions
from train.run_start import Options

ROOT = pathlib.Path(__file__).parents[2]
pytestmark = pytest.mark.slow
# Adam begins with steps by the sign of a gradient, and one within rounding of zero may fall on
# either side. With small steps that is no matter, and the moments still tell what was learnt from.
RPCL = ("categories=[bee,bus], dec_model=layer_norm, dec_rnn_size=8, z_size=4, batch_size=8, "
        "num_mixture=2, num_steps=8, use_input_dropout=1, learning_rate=1e-6, "
        "min_learning_rate=1e-7")
NET = ("categories=[bee,bus], channels=6, image_width=81, width_multiplier=0.1, batch_size=8, "
       "num_steps=8, learning_rate=1e-6")
GAN = ("image_size=16, width=2, z_size=4, batch_size=2, num_epochs=4, save_every=2, iterations=3, "
       "num_init=2, synchronized_batch_norm=1, learning_rate=1e-5")


@pytest.fixture(scope="module")
def drawings(tmp_path_factory):
  return drawing_folders.write(tmp_path_factory.mktemp("drawings"))


@pytest.fixture(scope="module")
def joint(tmp_path_factory):
  root = tmp_path_factory.mktemp("joint")
  for seed, name in enumerate(("train/xdog/a", "train/xdog/b", "train/xdog/c", "train/xdog/d",
                               "valid/xdog/e")):
    joint_folders.save(root / f"{name}.png", joint_folders.picture(seed, 16, 32))
  return root


def free_ports(count):
  sockets = [socket.socket() for _ in range(count)]
  for one in sockets:
    one.bind(("localhost", 0))
  ports = [one.getsockname()[1] for one in sockets]
  for one in sockets:
    one.close()
  return ports


class Cluster:
  """A training command, once in each worker."""

  def __init__(self, folder, command, *arguments, count=2):
    workers = [f"localhost:{port}" for port in free_ports(count)]
    self.scratch, self._processes = [], []
    for index in range(count):
      self.scratch.append(folder / f"scratch{index}")
      self.scratch[-1].mkdir(exist_ok=True)
      task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
      self._processes.append(subprocess.Popen(
          [sys.executable, str(ROOT / f"train/{command}.py"), "--strategy=multi_worker",
           *arguments], stdout=subprocess.PIPE, stderr=open(folder / f"stderr{index}", "w"),
          text=True, env={**os.environ, "TF_CONFIG": json.dumps(task),
                          "TMPDIR": str(self.scratch[-1]), "PYTHONPATH": str(ROOT)}))
    self._folder = folder

  def __getitem__(self, index):
    return self._processes[index]

  def ends(self):
    """Exit code, stdout and stderr of each worker."""
    outputs = [process.communicate(timeout=400)[0] for process in self._processes]
    return [(process.returncode, output, (self._folder / f"stderr{index}").read_text())
            for index, (process, output) in enumerate(zip(self._processes, outputs))]


def variables(one, two, tolerance):
  """Both runs told the same, to a relative tolerance; name, value and other value of each
  variable that they ended with."""
  assert len(metrics(one)) == len(metrics(two))
  for expected, got in zip(metrics(one), metrics(two)):
    assert got == pytest.approx(expected, rel=tolerance, abs=0.1 * tolerance)
  expected, got = final_values(one), final_values(two)
  assert expected.keys() == got.keys()
  # Not the sums behind the figures, which count each worker's rows or each worker once.
  return [(name, value, got[name]) for name, value in expected.items()
          if "/total/" not in name and "/count/" not in name]


def assert_alike(one, two, moments=1e-5):
  """Both runs told the same and ended with the same variables.

  Moments of Adam's may differ by more, as the gradients of some terms are badly conditioned: two
  replicas in one process differ from one by as much.
  """
  for name, value, other in variables(one, two, 1e-5):
    if value.dtype.kind == "f" and np.isfinite(value).all():
      difference, largest = np.abs(other - value), np.abs(value).max(initial=0.0)
      mean = moments if "OPTIMIZER_SLOT" in name else 1e-5
      # A bias before a norm has a gradient of rounding alone, and goes this way or that.
      floor = 1e-5 if largest < 1e-5 else 1e-7
      assert difference.mean() <= mean * largest + floor, name
      assert difference.max(initial=0.0) <= max(20 * mean, 1e-3) * largest + floor, name
    else:
      assert np.all(value == other), name


def assert_only_the_chief_wrote(ends, cluster, log_root):
  assert [code for code, _, _ in ends] == [0, 0], [error[-2000:] for _, _, error in ends]
  lines = [json.loads(line) for line in ends[0][1].splitlines()]
  assert [line["step"] for line in lines] == [line["step"] for line in metrics(log_root)]
  assert ends[1][1] == ""
  assert not list(cluster.scratch[1].glob("sketch_zoo_worker*"))
  assert len(list((log_root / "tensorboard").iterdir())) == 1


def names(folder):
  return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                if path.is_file() and "tensorboard" not in str(path))


@pytest.mark.parametrize("command, module, hparams, moments", [
  ("rpcl_pix2seq", rpcl_pix2seq_run, RPCL, 2e-3), ("sketch_a_net", sketch_a_net_run, NET, 1e-5)])
def test_two_workers_train_like_one_process(drawings, tmp_path, command, module, hparams, moments):
  """Batches, noise, dropout, evaluation, the best checkpoint, pictures."""
  cluster = Cluster(tmp_path, command, f"--data_dir={drawings}", f"--log_root={tmp_path / 'two'}",
                    f"--hparams={hparams}")
  ends = cluster.ends()
  assert_only_the_chief_wrote(ends, cluster, tmp_path / "two")
  module.run(Options(log_root=str(tmp_path / "one"), data_dir=str(drawings), hparams=hparams))
  assert_alike(tmp_path / "one", tmp_path / "two", moments)
  assert names(tmp_path / "one") == names(tmp_path / "two")


def test_a_lost_worker_ends_the_run_which_then_resumes(joint, tmp_path):
  arguments = (f"--data_dir={joint}", f"--log_root={tmp_path / 'two'}")
  cluster = Cluster(tmp_path, "contextual_gan", *arguments, f"--hparams={GAN}")
  assert json.loads(cluster[0].stdout.readline())["epoch"] == 1
  cluster[1].send_signal(signal.SIGKILL)
  code, _, error = cluster.ends()[0]
  assert code == 1 and "start all of them again with --resume_training" in error
  assert "Traceback" not in error and len(metrics(tmp_path / "two")) < 4
  cluster = Cluster(tmp_path, "contextual_gan", *arguments, "--resume_training")
  ends = cluster.ends()
  assert [code for code, _, _ in ends] == [0, 0], [error[-2000:] for _, _, error in ends]
  assert all("Resuming after epoch" in error for _, _, error in ends) and not ends[1][1]
  contextual_gan_run.run(ContextualGanOptions(log_root=str(tmp_path / "one"), data_dir=str(joint),
                                              hparams=GAN))
  assert_alike(tmp_path / "one", tmp_path / "two")
  assert names(tmp_path / "one") == names(tmp_path / "two")
