"""Google's simplification, and strokes to stroke-3."""

import numpy as np
import pytest

from data_tools.quickdraw import rdp, simplify
from data_tools.quickdraw.drawing import BadRecord
from data_tools.quickdraw.to_stroke3 import to_stroke3

RNG = np.random.default_rng(0)


def wavy(points, seed):
  return np.cumsum(np.random.default_rng(seed).normal(0, 3, [points, 2]), axis=0)


def recursive_rdp(points, epsilon):
  """The papers' own form, point by point, by the height of a triangle."""
  (ax, ay), (bx, by) = points[0], points[-1]
  best, farthest = -1.0, None
  for index in range(1, len(points) - 1):
    px, py = points[index]
    base = np.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
    twice = abs(ax * (by - py) + bx * (py - ay) + px * (ay - by))
    distance = twice / base if base else np.sqrt((px - ax) ** 2 + (py - ay) ** 2)
    if distance > best:
      best, farthest = distance, index
  if best <= epsilon:
    return [0, len(points) - 1]
  left = recursive_rdp(points[:farthest + 1], epsilon)
  return left[:-1] + [farthest + index for index in recursive_rdp(points[farthest:], epsilon)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("epsilon", [0.0, 0.7, 2.0, 40.0])
def test_rdp_equals_the_recursive_form(seed, epsilon):
  points = wavy(60, seed)
  assert np.flatnonzero(rdp.keep(points, epsilon)).tolist() == recursive_rdp(points, epsilon)


def test_rdp_on_closed_short_and_straight_lines():
  square = np.array([[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]])
  assert rdp.keep(square, 2.0).all()
  assert rdp.keep(np.zeros([1, 2]), 2.0).tolist() == [True]
  assert rdp.keep(np.zeros([5, 2]), 0.0).tolist() == [True, False, False, False, True]
  line = np.column_stack([np.arange(50), 3 * np.arange(50)])
  assert np.flatnonzero(rdp.keep(line, 0.0)).tolist() == [0, 49]
  for points, epsilon in ((np.zeros([0, 2]), 1), (line, -1), (line, np.nan), (line[:, :1], 1)):
    with pytest.raises(ValueError):
      rdp.keep(points, epsilon)


def test_rdp_of_a_line_deeper_than_any_recursion():
  x = np.arange(3000.0)
  spiral = np.column_stack([x, (-1) ** x * (3000 - x)])  # each split takes off one point
  assert rdp.keep(spiral, 1.0).sum() > 2900


def test_resampling_is_even_along_the_line():
  stroke = np.array([[0, 0], [3, 4], [3, 4], [3, 10.5]])  # 5, then 6.5 long, one point twice
  found = simplify.resample(stroke)
  expected = [[0.6 * s, 0.8 * s] for s in range(5)] + [[3, 4 + s] for s in range(7)] + [[3, 10.5]]
  assert np.allclose(found, expected)
  assert simplify.resample(np.ones([4, 2])).tolist() == [[1, 1]]
  assert simplify.resample(np.array([[0, 0], [2.0, 0]])).tolist() == [[0, 0], [1, 0], [2, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_simplified_drawings_fit_the_square_and_the_line(seed):
  strokes = [np.column_stack([7 * wavy(n, 10 * seed + n) + 300, np.arange(n)])
             for n in (40, 3, 1, 25)]
  found = simplify.simplify(strokes)
  whole = np.concatenate(found)
  assert whole.dtype == np.int64 and whole.min() >= 0 and whole.max() <= 255
  assert whole.min(axis=0).max() <= 3 and whole.max() >= 252  # epsilon, rounding, resampling
  points = np.concatenate(strokes)[:, :2]
  scale = 255 / np.ptp(points, axis=0).max()
  for stroke, simple in zip(strokes, found):
    scaled = (stroke[:, :2] - points.min(axis=0)) * scale
    assert np.abs(simple[[0, -1]] - scaled[[0, -1]]).max() <= 0.5
    assert len(simple) <= len(stroke) + 1
    # Every point lies near a straight line of two points: epsilon, and what rounding moves.
    for point in scaled if len(simple) > 1 else ():
      gaps = [abs(np.cross(b - a, point - a)) / np.hypot(*(b - a))
              for a, b in zip(simple, simple[1:]) if (a != b).any()]
      assert min(gaps) < 2.0 + np.sqrt(0.5)


def test_place_and_size_on_the_screen_do_not_matter():
  strokes = [wavy(30, 1), wavy(20, 2)]
  moved = [4.0 * stroke + [64, 1024] for stroke in strokes]
  for one, other in zip(simplify.simplify(strokes), simplify.simplify(moved)):
    assert np.array_equal(one, other)


def test_drawings_without_size_and_without_end():
  assert [stroke.tolist() for stroke in simplify.simplify([np.full([3, 3], 8.0)])] == [[[0, 0]]]
  zigzag = np.column_stack([np.arange(2000) % 2, np.zeros(2000)]) * 500.0
  with pytest.raises(BadRecord, match="long after scaling"):
    simplify.simplify([zigzag])


def test_stroke3_adds_up_to_the_points():
  strokes = [RNG.integers(0, 256, [n, 2]) for n in (5, 1, 3)]
  rows = to_stroke3(strokes)
  assert rows.dtype == np.int16 and rows.shape == (9, 3)
  assert np.array_equal(np.cumsum(rows[:, :2], axis=0), np.concatenate(strokes))
  assert np.flatnonzero(rows[:, 2]).tolist() == [4, 5, 8]
  for wrong in ([], [np.zeros([0, 2], int)], [np.array([[-30000, 0], [30000, 0]])]):
    with pytest.raises(ValueError):
      to_stroke3(wrong)


def test_points_closer_than_numbers_can_tell_are_equal():
  simplified, = simplify.simplify([np.array([[0, 0], [5e-324, 0], [0, 1e-310]])])
  assert not simplified.any()
