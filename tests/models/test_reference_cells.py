"""The recurrent cells against the original's, in the plain and in the fast form."""

import pathlib

import pytest

from tests.reference_checks import cells
from tests.reference_checks.finding import require

SYNTHETIC = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic"


@pytest.mark.parametrize("cell", ["lstm", "layer_norm", "hyper"])
def test_cell_is_the_originals(cell):
  require(cells.check(SYNTHETIC / f"cells_{cell}.npz"))
