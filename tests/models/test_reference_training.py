"""First gradient and six training steps, EM and RPCL, against the original's.

In a process of its own, since the rounding of the convolutions has to be chosen before TensorFlow
is imported; tolerances and their reasons stand in reference_checks/training.py.
"""

import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).parents[1]
SYNTHETIC = TESTS / "reference" / "rpcl" / "synthetic"


def test_six_steps_are_the_originals():
  done = subprocess.run(
      [sys.executable, str(TESTS / "check_reference.py"), f"--reference_dir={SYNTHETIC}",
       "--only=train_hyper.npz"], capture_output=True, text=True)
  assert done.returncode == 0, done.stdout + done.stderr
  assert done.stdout.count(" ok\n") >= 30 and "FAILED" not in done.stdout
