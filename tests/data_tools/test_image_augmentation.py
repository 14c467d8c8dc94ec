"""Image augmentation against OpenCV's results, as the original program called it."""

import pathlib
from random import Random

import numpy as np
import pytest

from data_tools import image_augmentation

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic" / "strokes.npz"
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def ref():
  with np.load(REFERENCE) as data:
    return dict(data)


@pytest.mark.parametrize("other", ["", "_other_width"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_change_is_opencvs(ref, other, dtype):
  images = ref[f"in/img{other}"].astype(dtype)
  for function, amounts, expected in (
      (image_augmentation.shrink, ref["in/ratios"], ref[f"out/rescale{other}"]),
      (image_augmentation.rotate, ref["in/angles"], ref[f"out/rotate{other}"]),
      (image_augmentation.translate, ref["in/shifts"], ref[f"out/translate{other}"])):
    for amount, wanted in zip(amounts, expected):
      result = function(images, np.stack([amount] * len(images)))
      assert result.dtype == dtype
      np.testing.assert_allclose(result, wanted, rtol=0, atol=TOLERANCE)


def test_whole_batch_is_the_originals(ref):
  """Python's uniforms in the original's order: all ratios, all angles, then dx, dy in turn."""
  count = int(ref["in/dl_batch_size"])
  images = ref["in/images"][:count] / 255 * 2 - 1
  uniforms = ref["in/aug_batch_py_uniforms"]
  ratios = 0.9 + (1.0 - 0.9) * uniforms[:count]
  angles = -8 + 16 * uniforms[count:2 * count]
  shifts = (-3 + 6 * uniforms[2 * count:]).reshape(count, 2)
  result = image_augmentation.augment(images, ratios, angles, shifts)
  np.testing.assert_allclose(result, ref["out/aug_batch/pngs"], rtol=0, atol=TOLERANCE)


def test_single_item_is_the_originals(ref):
  random = Random(int(ref["in/idx_sample_seeds_np_py"][1]))
  amounts = [random.uniform(0.9, 1.0), random.uniform(-8, 8),
             [random.uniform(-3, 3), random.uniform(-3, 3)]]
  image = ref["in/images"][3:4] / 255 * 2 - 1
  result = image_augmentation.augment(image, *(np.array([amount]) for amount in amounts))
  np.testing.assert_allclose(result, ref["out/idx_sample3/png"], rtol=0, atol=TOLERANCE)


def test_a_batch_is_its_images_one_by_one(ref):
  random = np.random.default_rng(0)
  images = ref["in/img"]
  ratios, angles = random.uniform(0.7, 1, len(images)), random.uniform(-30, 30, len(images))
  ratios[1], angles[2], shifts = 1.0, 0.0, random.uniform(-60, 60, (len(images), 2))
  together = image_augmentation.augment(images, ratios, angles, shifts)
  for index in range(len(images)):
    one = slice(index, index + 1)
    alone = image_augmentation.augment(images[one], ratios[one], angles[one], shifts[one])
    np.testing.assert_allclose(together[one], alone, rtol=0, atol=1e-12)


def test_nothing_to_do_changes_nothing(ref):
  images = ref["in/img"]
  zeros = np.zeros(len(images))
  result = image_augmentation.augment(images, zeros + 1, zeros, np.zeros((len(images), 2)))
  np.testing.assert_array_equal(result, images)


def test_paper_stays_paper():
  paper = np.ones((3, 32, 32))
  result = image_augmentation.augment(paper, np.full(3, 0.63), np.full(3, 17.0),
                                      np.full((3, 2), 2.3))
  np.testing.assert_allclose(result, paper, rtol=0, atol=1e-12)


def test_area_weights_share_out_every_pixel():
  for source, target in ((48, 47), (48, 24), (59, 48)):
    weights = image_augmentation.area_weights(source, target)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)
    np.testing.assert_allclose(weights.sum(0), target / source, atol=1e-12)
