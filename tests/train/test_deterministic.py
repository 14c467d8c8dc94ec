"""--deterministic: equal commands, in processes of their own, leave equal runs to the bit; so does
a run that stops and goes on.

Without it TensorFlow rewrites a graph of this size in another order in most processes, and the runs
differ after some steps.
"""

import subprocess
import sys

import pytest

from tests.commands import ROOT
from tests.train import drawing_folders
from tests.train.run_folders import assert_equal_ends, metrics

pytestmark = pytest.mark.slow
HPARAMS = ("categories=[bee,bus], dec_model=hyper, dec_rnn_size=64, z_size=16, batch_size=8, "
           "learning_rate=0.003, num_steps=")


def start(data, run, steps, *flags):
  return subprocess.Popen(
      [sys.executable, str(ROOT / "train/rpcl_pix2seq.py"), f"--data_dir={data}",
       f"--log_root={run}", f"--hparams={HPARAMS}{steps}", "--deterministic", *flags],
      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def assert_ended(process):
  error = process.communicate(timeout=600)[1]
  assert process.returncode == 0, error[-2000:]


def test_equal_seeds_give_equal_runs(tmp_path):
  data = drawing_folders.write(tmp_path)
  whole, again, stopped = (tmp_path / name for name in ("whole", "again", "stopped"))
  processes = [start(data, whole, 24), start(data, again, 24), start(data, stopped, 8)]
  for process in processes:
    assert_ended(process)
  assert_ended(start(data, stopped, 24, "--resume_training"))
  for other in (again, stopped):
    assert metrics(whole) == metrics(other)
    assert assert_equal_ends(whole, other) > 100
