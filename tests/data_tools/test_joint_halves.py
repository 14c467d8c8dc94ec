"""Joint pictures put together, taken apart and mirrored."""

import numpy as np
import pytest

from data_tools.joint import halves


@pytest.fixture(name="pair")
def make_pair():
  random = np.random.default_rng(0)
  return (random.integers(0, 256, [3, 16, 16]).astype(np.uint8),
          random.integers(0, 256, [3, 16, 16, 3]).astype(np.uint8))


def test_the_sketch_is_on_the_left_in_three_equal_channels(pair):
  sketch, photo = (part[0] for part in pair)
  joint = halves.joined(sketch, photo)
  assert joint.shape == (16, 32, 3) and joint.dtype == np.uint8
  for row, column in ((0, 0), (3, 15), (15, 7)):
    assert list(joint[row, column]) == [sketch[row, column]] * 3
    assert list(joint[row, 16 + column]) == list(photo[row, column])


def test_halves_undo_joined_of_one_and_of_many(pair):
  for number in (0, slice(None)):
    sketch, photo = halves.halves(halves.joined(pair[0][number], pair[1][number]))
    np.testing.assert_array_equal(sketch, pair[0][number])
    np.testing.assert_array_equal(photo, pair[1][number])


def test_channels_that_differ_give_their_rounded_mean():
  joint = np.zeros([1, 2, 3], np.uint8)
  for channels, mean in (((0, 0, 1), 0), ((0, 1, 1), 1), ((255, 255, 254), 255), ((9, 90, 3), 34)):
    joint[0, 0] = channels
    assert halves.halves(joint)[0][0, 0] == mean


def test_each_half_is_mirrored_where_it_is(pair):
  joint = halves.joined(*pair)
  sketch, photo = halves.halves(halves.mirrored(joint))
  np.testing.assert_array_equal(sketch, np.stack([np.fliplr(one) for one in pair[0]]))
  np.testing.assert_array_equal(photo, np.stack([np.fliplr(one) for one in pair[1]]))
  np.testing.assert_array_equal(halves.mirrored(halves.mirrored(joint)), joint)


def test_what_does_not_belong_together_is_refused(pair):
  sketch, photo = (part[0] for part in pair)
  with pytest.raises(ValueError, match="no halves"):
    halves.joined(sketch[:8], photo)
  with pytest.raises(ValueError, match="bytes"):
    halves.joined(sketch / 255, photo)
  with pytest.raises(ValueError, match="no joint one"):
    halves.halves(photo)
  with pytest.raises(ValueError, match="bytes"):
    halves.halves(np.zeros([16, 32, 3], np.float32))
