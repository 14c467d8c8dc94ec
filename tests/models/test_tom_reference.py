"""TOM's parts, one training iteration and its sketches against the original's; see s2i_tom.py."""

import pathlib

import pytest

from tests.reference_checks import s2i_tom
from tests.reference_checks.finding import require

STORED = pathlib.Path(__file__).parents[1] / "reference" / "s2i"


@pytest.mark.parametrize("part", ["parts", "train", "evaluate"])
def test_it_is_the_originals(part):
  require(getattr(s2i_tom, f"check_{part}")(STORED / f"tom_{part}.npz"))
