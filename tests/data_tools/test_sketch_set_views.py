"""What happens to photos and sketches: the original's arrays, oracles, and what is drawn."""

import itertools
import pathlib
from fractions import Fraction

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from data_tools.sketch_sets import distorted_views, picture_steps, random_erasing
from data_tools.sketch_sets.derangements import derangement
from data_tools.sketch_sets.random_erasing import Rectangle
from models.layers.derangement import derangements, permutations
from tests.data_tools import sketch_folders
from tests.reference_checks import s2i_data, s2i_derangements
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference/s2i"
SIZE = 32


@pytest.mark.parametrize("file,check", [("data.npz", s2i_data.check),
                                        ("losses.npz", s2i_derangements.check)])
def test_everything_is_the_originals(file, check):
  if not (REFERENCE / file).exists():
    pytest.skip("the original's arrays are not there")
  require(check(REFERENCE / file))


# --- Single steps ---

def test_bold_is_the_darkest_of_nine():
  sketch = sketch_folders.picture(0, 17, 12, 1)
  padded = np.pad(sketch, 1, mode="edge")
  around = [padded[down:down + 17, right:right + 12] for down in range(3) for right in range(3)]
  before = sketch.copy()
  np.testing.assert_array_equal(picture_steps.bold(sketch), np.min(around, axis=0))
  np.testing.assert_array_equal(sketch, before)
  for shape in ((1, 1), (1, 5), (4, 1)):
    line = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    np.testing.assert_array_equal(picture_steps.bold(line), np.maximum(line, 1) - 1)


def test_rotation_is_counter_clockwise_and_black_beyond():
  image = sketch_folders.picture(3, 16, 16) // 2 + 100
  np.testing.assert_array_equal(picture_steps.rotated(image, 90.0), np.rot90(image))
  turned = picture_steps.rotated(image, 30.0)
  assert (turned[0, 0] == 0).all() and (turned[8, 8] > 0).all()


def test_rotation_takes_the_nearest_pixel():
  image, angle = sketch_folders.picture(4, 24, 24), 20.0
  turned = picture_steps.rotated(image, angle)
  cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
  right, down = np.meshgrid(np.arange(24) - 11.5, np.arange(24) - 11.5)
  columns, rows = right * cos - down * sin + 12, right * sin + down * cos + 12
  inside = (columns >= 0) & (columns < 24) & (rows >= 0) & (rows < 24)
  clear = (np.abs(columns % 1 - .5) < .49) & (np.abs(rows % 1 - .5) < .49)  # of a pixel's border
  expected = image[np.clip(rows, 0, 23).astype(int), np.clip(columns, 0, 23).astype(int)]
  np.testing.assert_array_equal(turned[clear], np.where(inside[..., None], expected, 0)[clear])


def test_sizes_and_places():
  assert [picture_steps.larger_size(512, factor) for factor in (1.1, 1.3)] == [563, 665]
  assert picture_steps.larger_size(1024, 1.1) == 1126
  for size in range(1, 2000):  # the original draws from 0..int(0.1 size)
    assert picture_steps.larger_size(size, 1.1) - size == int(0.1 * size)
  random = np.random.default_rng(0)
  drawn = np.array([picture_steps.draw_offset(random, 32, 35) for _ in range(4000)])
  times = [np.bincount(drawn[:, 0] * 4 + drawn[:, 1], minlength=16)]
  assert drawn.min() == 0 and drawn.max() == 3 and np.min(times) > 180 and np.max(times) < 330


@pytest.mark.parametrize("offset", [(0, 0), (3, 1), None])
def test_one_crop_is_common_to_all(offset):
  photo, gray = sketch_folders.picture(1, 40, 31), sketch_folders.picture(1, 40, 31)[..., 1]
  seen, lines = picture_steps.framed([photo, gray], SIZE, offset)
  np.testing.assert_array_equal(seen[..., 1], lines)
  whole = picture_steps.resized(photo, SIZE if offset is None else 35)
  top, left = offset or (0, 0)
  np.testing.assert_array_equal(seen, whole[top:top + SIZE, left:left + SIZE])


def test_scaled_reaches_both_ends():
  scaled = picture_steps.scaled(np.array([0, 255, 51], np.uint8))
  assert scaled.dtype == np.float32
  np.testing.assert_array_equal(scaled, np.float32([-1, 1, -0.6]))


# --- Erasing ---

def test_rectangles_keep_within_their_bounds():
  random = np.random.default_rng(5)
  drawn = [random_erasing.draw_rectangles(random, SIZE) for _ in range(3000)]
  for top, left, height, width in itertools.chain.from_iterable(drawn):
    assert 0 <= top <= SIZE - height and 0 <= left <= SIZE - width
    assert 0 < height < SIZE and 0 < width < SIZE
    # Sides were rounded: some pair of numbers within half a pixel has to fit.
    assert (height - .5) * (width - .5) <= 0.1 * SIZE**2
    assert (height + .5) * (width + .5) >= 0.02 * SIZE**2
    assert (height - .5) / (width + .5) <= 3.3 and (height + .5) / (width - .5) >= 0.3
  shares = np.bincount([len(rectangles) for rectangles in drawn]) / len(drawn)
  np.testing.assert_allclose(shares, [.04, .32, .64], atol=.03)
  ratios = [np.log(one.height / one.width) for two in drawn for one in two]
  assert abs(np.mean(ratios)) < .05  # log-uniform about 0, not uniform about 1.8


def test_tiny_pictures_have_nothing_to_erase_at_times():
  random = np.random.default_rng(0)
  for size in (1, 2, 3):
    for rectangle in itertools.chain.from_iterable(
        random_erasing.draw_rectangles(random, size) for _ in range(50)):
      assert max(rectangle.height, rectangle.width) < size


def test_erased_is_white_inside_and_unchanged_outside():
  sketch = np.zeros([SIZE, SIZE], np.uint8)
  done = random_erasing.erased(sketch, [Rectangle(1, 2, 3, 4), Rectangle(3, 5, 2, 9)])
  assert (done == 255).sum() == 3 * 4 + 2 * 9 - 1 and not sketch.any()
  assert (done[1:4, 2:6] == 255).all() and (done[3:5, 5:14] == 255).all()


# --- Views ---

def test_views_of_one_draw():
  photo, sketch = sketch_folders.picture(1, 40, 31), sketch_folders.picture(2, 44, 50, 1)
  drawn = distorted_views.Draw(True, (9, 0), -17.0, True, (2, 3), (Rectangle(0, 0, 4, 5),), ())
  views = distorted_views.views(photo, sketch, SIZE, drawn)
  turned = picture_steps.rotated(
      picture_steps.resized(photo[:, ::-1].copy(), 41)[9:9 + SIZE, :SIZE], -17.0)
  np.testing.assert_array_equal(views.distorted, turned[:, ::-1])
  for image, source in ((views.photo, photo), (views.sketch, sketch),
                        (views.bold, picture_steps.bold(sketch))):
    larger = picture_steps.resized(source[:, ::-1].copy(), 35)
    np.testing.assert_array_equal(image, larger[2:2 + SIZE, 3:3 + SIZE])
  assert (views.erased[:4, :5] == 255).all()
  np.testing.assert_array_equal(views.erased[4:], views.sketch[4:])
  np.testing.assert_array_equal(views.erased_bold, views.bold)


def test_the_style_photo_may_be_mirrored_by_itself():
  photo, sketch = sketch_folders.picture(1, 40, 31), sketch_folders.picture(2, 40, 31, 1)
  plain = distorted_views.Draw(False, (0, 0), 0.0, False, None, (), ())
  other = distorted_views.Draw(False, (0, 0), 0.0, True, None, (), ())
  one, two = (distorted_views.views(photo, sketch, SIZE, drawn) for drawn in (plain, other))
  np.testing.assert_array_equal(one.distorted, two.distorted[:, ::-1])
  np.testing.assert_array_equal(one.photo, two.photo)
  np.testing.assert_array_equal(one.sketch, picture_steps.resized(sketch, SIZE))


def test_what_is_drawn_for_a_photo():
  random = np.random.default_rng(0)
  drawn = [distorted_views.draw(random, SIZE) for _ in range(1000)]
  for name in ("mirrored", "distorted_mirrored"):
    assert 430 < sum(getattr(one, name) for one in drawn) < 570
  assert 200 < sum(one.mirrored and one.distorted_mirrored for one in drawn) < 300
  angles = np.array([one.angle for one in drawn])
  assert -30 <= angles.min() < -28 and 28 < angles.max() <= 30 and abs(angles.mean()) < 2
  assert {side for one in drawn for side in one.offset} == set(range(4))
  assert {side for one in drawn for side in one.distorted_offset} == set(range(10))
  assert any(one.erased != one.erased_bold for one in drawn)
  assert distorted_views.draw(random, SIZE, crop=False).offset is None


# --- Derangements ---

def by_the_rule(count):
  """Derangement -> its probability: every way through the rule, those with dead ends left out."""
  ways = {}

  def go(chosen, probability):
    if len(chosen) == count:
      ways[chosen] = probability
      return
    allowed = [one for one in range(count) if one not in chosen and one != len(chosen)]
    for one in allowed:
      go(chosen + (one,), probability / len(allowed))

  go((), Fraction(1))
  return {way: float(share / sum(ways.values())) for way, share in ways.items()}


def drawn_by_numpy(count, times):
  random = np.random.default_rng(count)
  return np.array([derangement(random, count) for _ in range(times)])


def drawn_by_tensorflow(count, times):
  return derangements(times, count, tf.constant([3, count])).numpy()


@pytest.mark.parametrize("drawn", [drawn_by_numpy, drawn_by_tensorflow])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_derangements_are_distributed_as_the_rule_has_them(drawn, count):
  expected, times = by_the_rule(count), 6000
  found, numbers = np.unique(drawn(count, times), axis=0, return_counts=True)
  assert {tuple(one) for one in found.tolist()} == set(expected)
  for one, number in zip(found.tolist(), numbers):
    share = expected[tuple(one)]
    assert abs(number / times - share) < 5 * np.sqrt(share * (1 - share) / times) + 1e-12


@pytest.mark.parametrize("drawn", [drawn_by_numpy, drawn_by_tensorflow])
@pytest.mark.parametrize("count", [2, 7, 16, 33])
def test_derangements_leave_nothing_in_its_place(drawn, count):
  found = drawn(count, 40)
  assert found.shape == (40, count)
  np.testing.assert_array_equal(np.sort(found, axis=1), np.tile(np.arange(count), [40, 1]))
  assert (found != np.arange(count)).all()
  assert count == 2 or len(np.unique(found, axis=0)) > 1


@pytest.mark.parametrize("count", [0, 1])
def test_a_batch_of_one_cannot_be_mixed(count):
  for action in (lambda: derangement(np.random.default_rng(0), count),
                 lambda: derangements(1, count, tf.constant([0, 0]))):
    with pytest.raises(UserError, match=f"batch of {count} .* at least 2"):
      action()


@pytest.mark.parametrize("function", [derangements, permutations])
def test_mixing_inside_tensorflow_depends_on_the_seed_only(function):
  draw = lambda step: function(3, 8, tf.stack([5, step]))
  eager = draw(4)
  assert eager.dtype == tf.int32 and eager.shape == (3, 8)
  graph, compiled = tf.function(draw), tf.function(draw, jit_compile=True)
  np.testing.assert_array_equal(graph(tf.constant(4)), eager)
  assert (graph(tf.constant(5)).numpy() != eager.numpy()).any()
  np.testing.assert_array_equal(np.sort(compiled(tf.constant(4))), np.sort(eager))


def test_ordinary_permutations_may_leave_rows_in_place():
  found = permutations(4000, 3, tf.constant([1, 1])).numpy()
  values, times = np.unique(found, axis=0, return_counts=True)
  assert len(values) == 6 and times.min() > 560 and times.max() < 780


def test_replicas_mix_their_own_rows():
  strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
  found = strategy.run(tf.function(lambda: derangements(2, 4, tf.constant([1, 2]))))
  for one in strategy.experimental_local_results(found):
    np.testing.assert_array_equal(one, derangements(2, 4, tf.constant([1, 2])))
