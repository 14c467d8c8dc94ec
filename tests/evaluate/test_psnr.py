"""PSNR: by hand, by another formula, and what has none."""

import numpy as np
import pytest

from evaluate.metrics.psnr import psnr


def test_by_hand():
  black = np.zeros([2, 5], np.uint8)
  assert psnr(black, np.full([2, 5], 255, np.uint8)) == 0
  assert psnr(black, black + np.uint8(1)) == pytest.approx(48.1308036, abs=1e-6)
  one = black.copy()
  one[1, 2] = 51  # the tenth part of a fifth squared
  assert psnr(black, one) == pytest.approx(10 * np.log10(250))


def test_another_way_with_colours_and_bytes_that_would_wrap_around():
  random = np.random.default_rng(0)
  first, second = random.integers(0, 256, [2, 6, 7, 3]).astype(np.uint8)
  error = np.linalg.norm(first.astype(float) - second) / np.sqrt(first.size)
  assert psnr(first, second) == pytest.approx(20 * np.log10(255 / error), rel=1e-12)
  assert psnr(first, second) == psnr(second, first)


def test_equal_pictures_have_none_and_other_shapes_are_refused():
  picture = np.zeros([3, 4, 3], np.uint8)
  assert psnr(picture, picture.copy()) is None
  for other in (picture[..., 0], picture[:2], np.zeros([0, 4, 3])):
    with pytest.raises(ValueError, match="one shape"):
      psnr(picture, other)
  with pytest.raises(ValueError, match="one shape"):
    psnr(np.zeros([0, 4]), np.zeros([0, 4]))
