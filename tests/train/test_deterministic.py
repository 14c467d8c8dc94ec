"""--deterministic: equal commands, in processes of their own, leave equal runs to the bit.

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
           "num_steps=24, learning_rate=0.003")


def test_equal_seeds_give_equal_runs(tmp_path):
  data = drawing_folders.write(tmp_path)
  runs = [tmp_path / "one", tmp_path / "two"]
  processes = [subprocess.Popen(
      [sys.executable, str(ROOT / "train/rpcl_pix2seq.py"), f"--data_dir={data}",
       f"--log_root={run}", f"--hparams={HPARAMS}", "--deterministic"],
      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for run in runs]
  for process in processes:
    error = process.communicate(timeout=600)[1]
    assert process.returncode == 0, error[-2000:]
  one, two = runs
  assert metrics(one) == metrics(two)
  assert assert_equal_ends(one, two) > 100
