"""The decoder step by step, greedy sketches and the rules of drawing, against the original's."""

import pathlib

from tests.reference_checks import sampling
from tests.reference_checks.finding import require

SYNTHETIC = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic"


def test_sampling_is_the_originals():
  assert (SYNTHETIC / sampling.WEIGHTS).is_file()
  require(sampling.check(SYNTHETIC / "sampling.npz"))
