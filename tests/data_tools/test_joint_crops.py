"""Squares cut out of photos, by hand."""

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.joint import crops
from data_tools.joint.crops import Framing


@pytest.fixture(name="photo")
def numbered_pixels():
  """10 rows of 20 pixels: row * 20 + column."""
  return np.arange(200, dtype=np.uint8).reshape(10, 20)


def by_hand(photo, left, top, side):
  """The square pixel by pixel, those outside taken from the nearest inside."""
  height, width = photo.shape
  return np.array([[photo[min(max(y, 0), height - 1), min(max(x, 0), width - 1)]
                    for x in range(left, left + side)] for y in range(top, top + side)])


def test_the_middle(photo):
  np.testing.assert_array_equal(crops.centred(photo), photo[:, 5:15])
  np.testing.assert_array_equal(crops.centred(photo, 3), photo[3:6, 8:11])
  celeba = np.zeros([218, 178], np.uint8)
  celeba[55, 35] = celeba[162, 142] = 9
  cut = crops.centred(celeba, 108)
  assert cut.shape == (108, 108) and cut[0, 0] == cut[-1, -1] == 9
  with pytest.raises(UserError, match="11 pixels .* 20 x 10 pixels"):
    crops.centred(photo, 11)


@pytest.mark.parametrize("box,margin,left,top,side", [
    ((4, 2, 8, 6), 0, 4, 2, 4),  # the box itself
    ((4, 3, 8, 5), 0, 4, 2, 4),  # its longer side
    ((4, 2, 8, 6), 0.25, 3, 1, 6),  # a pixel more at each side
    ((0, 0, 4, 4), 0.25, 0, 0, 6),  # moved to the right and down
    ((16, 6, 20, 10), 0.25, 14, 4, 6),  # moved to the left and up
    ((2, 0, 16, 10), 0, 2, -2, 14),  # higher than the photo
    ((0, 0, 20, 10), 0.1, -2, -7, 24)])  # larger than the photo
def test_round_a_box(photo, box, margin, left, top, side):
  cut = crops.around(photo, box, margin)
  assert cut.shape == (side, side)
  np.testing.assert_array_equal(cut, by_hand(photo, left, top, side))


def test_boxes_are_clipped_a_little_and_refused_outside(photo):
  np.testing.assert_array_equal(crops.around(photo, (16, 6, 20.5, 10.5), 0), photo[6:10, 16:20])
  for box in ((18, 0, 28, 10), (30, 30, 40, 40), (5, 5, 5, 9), (9, 5, 5, 9)):
    with pytest.raises(UserError, match="lies outside its 20 x 10 pixels"):
      crops.around(photo, box, 0.1)


def test_a_box_counts_before_the_middle(photo):
  framing = Framing(side=4, margin=0.25)
  np.testing.assert_array_equal(crops.square(photo, None, framing), photo[3:7, 8:12])
  np.testing.assert_array_equal(crops.square(photo, (4, 2, 8, 6), framing), photo[1:7, 3:9])


def test_halved_is_the_rounded_mean_of_four(photo):
  colours = np.random.default_rng(1).integers(0, 256, [12, 12, 3]).astype(np.uint8)
  for picture in (photo[:, :10], colours):
    size = len(picture) // 2
    expected = [[np.floor(picture[2 * y:2 * y + 2, 2 * x:2 * x + 2].astype(float)
                          .mean(axis=(0, 1)) + 0.5) for x in range(size)] for y in range(size)]
    halved = crops.halved(picture)
    assert halved.dtype == np.uint8
    np.testing.assert_array_equal(halved, expected)


def test_resized_keeps_even_areas_and_the_middle_of_a_ramp():
  even = np.full([30, 30, 3], 77, np.uint8)
  assert crops.resized(even[:, ::-1], 16).shape == (16, 16, 3)
  assert (crops.resized(even, 16) == 77).all()
  ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), [60, 1])
  smaller = crops.resized(ramp, 30).astype(int)
  np.testing.assert_allclose(smaller[15, 5:25], 8 * np.arange(5, 25) + 2, atol=1)
