"""SC-Lmser's losses, gradients and training steps against the original's; see lmser_training.py."""

import pathlib

import pytest

from tests.reference_checks import lmser_training
from tests.reference_checks.finding import require

LMSER = pathlib.Path(__file__).parents[1] / "reference" / "lmser"


@pytest.mark.parametrize("file", [
    "train.npz", pytest.param("train_racefree.npz", marks=pytest.mark.slow)])
def test_start_and_four_steps_are_the_originals(file):
  require(lmser_training.check(LMSER / file))
