"""The recogniser that comes with the zoo does what its card says, on fresh built-in drawings."""

import numpy as np
import pytest

from data_tools import builtin_drawings, raster
from evaluate import recognising, recognition_run

COUNT = 20  # of each category, none of which it was trained on


@pytest.fixture(scope="module")
def recogniser():
  return recognising.load("sketch_a_net_demo")


@pytest.fixture(scope="module")
def drawings(recogniser):
  return [drawing for category in recogniser.config.categories
          for drawing in builtin_drawings.draw(category, range(COUNT), seed=7, split="test")[0]]


@pytest.mark.parametrize("width", [None, 48, 64])
def test_it_recognises_strokes_and_pictures(recogniser, drawings, width):
  labels = np.repeat(np.arange(len(recogniser.config.categories)), COUNT)
  shown = drawings if width is None else raster.rasterize(drawings, width)
  ranks = recognition_run.recognise(recogniser, shown, labels).ranks
  assert np.mean(ranks == 1) > 0.95  # .999 of the test split
