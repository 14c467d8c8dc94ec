"""From a face picture to the network and back: the original's arrays and independent oracles."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces import geometry, result_files
from data_tools.faces.geometry import Geometry
from tests.data_tools import face_folders
from tests.reference_checks import face_data
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference/lmser/data.npz"
ODD = Geometry(face=(25, 20), canvas=(43, 37), crop=(32, 32))


@pytest.mark.skipif(not REFERENCE.exists(), reason="the original's arrays are not there")
def test_every_step_is_the_originals():
  require(face_data.check(REFERENCE))


def triangle_filtered(lines, size):
  """Pillow's bilinear along the first axis, from its definition: weights of 22 binary places."""
  scale = len(lines) / size
  reach = max(scale, 1)
  places = np.arange(len(lines)) + 0.5
  result = []
  for index in range(size):
    distances = np.abs(places - (index + 0.5) * scale) / reach
    weights = np.clip(1 - distances, 0, None)
    fixed = np.floor(weights / weights.sum() * 2**22 + 0.5).astype(np.int64)
    result.append((np.tensordot(fixed, lines, 1) + 2**21) >> 22)
  return np.array(result)


@pytest.mark.parametrize("height,width", [
    (125, 100), (313, 250), (90, 72),
    *(pytest.param(*size, marks=pytest.mark.slow) for size in ((500, 400), (960, 768)))])
@pytest.mark.parametrize("channels", [1, 3])
def test_resize_averages_first_along_the_width_then_along_the_height(height, width, channels):
  image = face_folders.picture(height, height, width, channels).astype(np.int64)
  wide = np.swapaxes(triangle_filtered(np.swapaxes(image, 0, 1), 200), 0, 1)
  np.testing.assert_array_equal(geometry.resize(image.astype(np.uint8)),
                                triangle_filtered(wide, 250))


def test_a_picture_of_the_right_size_is_left_alone():
  image = face_folders.picture(0)
  assert geometry.resize(image) is image


@pytest.mark.parametrize("size,fitted", [
    ((250, 201), (248, 200)), ((250, 199), (250, 199)), ((312, 250), (249, 200)),
    ((768, 1024), (150, 200)), ((500, 333), (250, 166)), ((313, 250), (250, 200)),
    ((1, 5000), (1, 200)), ((5000, 1), (250, 1)), ((640, 512), (250, 200)),
    ((127, 101), (250, 199))])
def test_sizes_are_cut_to_whole_pixels(size, fitted):
  assert geometry.fitted_size(size) == fitted


def test_every_picture_of_ratio_four_to_five_fits():
  assert all(geometry.fitted_size((5 * n, 4 * n)) == (250, 200) for n in range(1, 1000))


@pytest.mark.parametrize("sizes", [Geometry(), ODD])
def test_pad_and_crop_place_each_pixel_where_the_definition_says(sizes):
  faces = np.random.default_rng(0).integers(0, 255, [2, *sizes.face, 3]).astype(np.uint8)
  top, left = sizes.canvas[0] - sizes.crop[0], 2
  seen = geometry.crop(geometry.pad(faces, sizes), (top, left), sizes)
  assert seen.shape == (2, *sizes.crop, 3)
  rows = np.arange(sizes.crop[0]) + top - (sizes.canvas[0] - sizes.face[0]) // 2
  columns = np.arange(sizes.crop[1]) + left - (sizes.canvas[1] - sizes.face[1]) // 2
  for i, row in enumerate(rows):
    for j, column in enumerate(columns):
      inside = 0 <= row < sizes.face[0] and 0 <= column < sizes.face[1]
      assert (seen[:, i, j] == (faces[:, row, column] if inside else 255)).all()


def test_the_originals_numbers():
  sizes = Geometry()
  assert (sizes.margin, sizes.centre, sizes.offsets) == ((18, 43), (15, 15), (30, 30))
  white = geometry.window(np.zeros([250, 200, 1], np.uint8), sizes.centre) == 255
  assert np.argwhere(~white)[[0, -1], :2].tolist() == [[3, 28], [252, 227]]


def test_offsets_are_drawn_height_first_and_never_the_last_one():
  random, same = np.random.default_rng(3), np.random.default_rng(3)
  drawn = np.array([Geometry().draw_offset(random) for _ in range(2000)])
  assert set(drawn[:, 0]) == set(drawn[:, 1]) == set(range(30))
  assert drawn.ravel().tolist() == [int(same.integers(30)) for _ in range(4000)]
  whole = Geometry((25, 20), (32, 32), (32, 32))
  assert whole.draw_offset(random) == (0, 0) == whole.centre


def test_normalised_pixels():
  pixels = np.arange(256, dtype=np.uint8)
  exact = pixels / 127.5 - 1
  ours = geometry.normalise(pixels)
  assert ours.dtype == np.float32 and ours[0] == -1 and ours[255] == 1
  np.testing.assert_allclose(ours, exact, atol=1.2e-7, rtol=0)


@pytest.mark.parametrize("sizes", [Geometry(), ODD])
def test_there_and_back_gives_the_same_pixels(sizes):
  faces = np.random.default_rng(1).integers(0, 256, [3, *sizes.face, 1]).astype(np.uint8)
  faces.reshape(-1)[:256] = np.arange(256)
  seen = geometry.normalise(geometry.window(faces, sizes.centre, sizes))
  np.testing.assert_array_equal(geometry.uncrop(seen, sizes), faces)


def test_one_picture_does_not_depend_on_its_batch():
  faces = np.random.default_rng(2).integers(0, 256, [3, 250, 200, 3]).astype(np.uint8)
  together = geometry.window(faces, (29, 0))
  np.testing.assert_array_equal(together[1], geometry.window(faces[1], (29, 0)))


def pixel_of(value):
  """What `uncrop` makes of one output value."""
  return int(geometry.uncrop(np.full([1, 256, 256, 1], value, np.float32))[0, 0, 0, 0])


def test_outputs_are_clipped_and_rounded_half_to_even():
  assert [pixel_of(value) for value in (-7, -1, 0, 1, 3e8, np.inf, -np.inf)] == [
      0, 0, 128, 255, 255, 255, 0]
  ties = []
  for pixel in range(255):
    value = np.float32((pixel + 0.5) / 127.5 - 1)
    if (value + np.float32(1)) * np.float32(127.5) == pixel + 0.5:
      ties.append(pixel)
  down = next(pixel for pixel in ties if pixel % 2 == 0)
  up = next(pixel for pixel in ties if pixel % 2 == 1)
  assert pixel_of((down + 0.5) / 127.5 - 1) == down
  assert pixel_of((up + 0.5) / 127.5 - 1) == up + 1


def test_nan_is_refused():
  with pytest.raises(UserError, match="NaN"):
    pixel_of(np.nan)


@pytest.mark.parametrize("sizes", [
    {"face": (300, 200)}, {"crop": (240, 256)}, {"canvas": (255, 286)}, {"face": (0, 200)}])
def test_sizes_that_do_not_nest_are_refused(sizes):
  with pytest.raises(UserError, match="don't nest"):
    Geometry(**sizes)


def test_a_picture_of_another_size_is_not_padded():
  with pytest.raises(ValueError, match="250"):
    geometry.pad(np.zeros([1, 249, 200, 3], np.uint8))


def test_results_are_jpeg_files_of_quality_75(tmp_path):
  image = face_folders.picture(5, channels=1)
  result_files.save_jpeg(tmp_path / "CUHK1.jpg", image)
  stream = io.BytesIO()
  Image.fromarray(image).save(stream, format="JPEG", quality=75)
  assert (tmp_path / "CUHK1.jpg").read_bytes() == stream.getvalue()
  with Image.open(tmp_path / "CUHK1.jpg") as written:
    assert written.mode == "L" and written.size == (200, 250)
