"""Kills training at random moments, half of them while it saves, and goes on each time.

  python tests/faults/run.py --model=rpcl_pix2seq --kills=20 --seed=0
  python tests/faults/run.py --model=contextual_gan --kills=20 --seed=0

Steps run eagerly, as building graphs would take most of the time of so many processes. Trains a
small model once without a stop, and once with `kill -9` and --resume_training as often as
it is asked for. After each kill what the run had told is looked for in its folder; in the end both
runs have to have told the same figures, kept the same checkpoints with the same variables, bit by
bit, and hold the same files. One JSON line; exits with 1 where anything differs.
"""

import os
import pathlib
import sys
import tempfile

# The folder of this script is on the path, whose tests/models would hide the package `models`.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))

from data_tools import cli  # noqa: E402  (before TensorFlow is imported)

from absl import flags  # noqa: E402

from data_tools.errors import UserError  # noqa: E402
from tests.faults import comparison  # noqa: E402
from tests.faults.tiny_runs import RUNS  # noqa: E402

def define() -> None:
  """Defines the flags; not on import, as the processes that train import this script, too."""
  flags.DEFINE_enum("model", "rpcl_pix2seq", sorted(RUNS), "Which one is trained.")
  flags.DEFINE_integer("kills", 20, "How often it is killed.", lower_bound=1)
  flags.DEFINE_integer("passes", 40, "Passes over the data of the whole run.", lower_bound=2)
  flags.DEFINE_integer("seed", 0, "Of the moments.", lower_bound=0)


def main() -> None:
  given = flags.FLAGS
  os.environ["PYTHONPATH"] = str(pathlib.Path(__file__).resolve().parents[2])
  with tempfile.TemporaryDirectory() as folder:
    try:
      cli.emit(comparison.compare(RUNS[given.model], pathlib.Path(folder), given.kills,
                                  given.passes, given.seed))
    except AssertionError as error:
      raise UserError(f"The killed run is not the whole one: {error}") from error


if __name__ == "__main__":
  define()
  cli.run(main)
