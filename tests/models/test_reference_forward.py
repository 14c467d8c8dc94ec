"""The whole model against the original's outputs, losses and updated mixtures."""

import pathlib

import pytest

from tests.reference_checks import forward
from tests.reference_checks.finding import require

SYNTHETIC = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic"
# Each is about 2 MB, so that only the hyper cell's is here; the cells alone are checked in
# test_reference_cells.py.
FILES = sorted(SYNTHETIC.glob("forward_*.npz"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_outputs_with_the_originals_rounding(path):
  require(forward.check(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_outputs_as_shipped(path):
  require(forward.check_shipped(path))


def test_there_is_a_file():
  assert FILES
