"""Drawings as one array, the stroke-order channels, and leaving out strokes."""

import numpy as np
import pytest

from data_tools import (builtin_drawings, flat_drawings, raster, recognition_pictures,
                        stroke_channels, stroke_removal)


def drawing_of(*strokes):
  """Strokes of absolute points -> stroke-3."""
  rows, last = [], np.zeros(2)
  for stroke in strokes:
    for index, point in enumerate(np.array(stroke, float)):
      rows.append([*(point - last), index == len(stroke) - 1])
      last = point
  return np.array(rows, float).reshape(-1, 3)


FIVE = drawing_of([[0, 0], [9, 0]], [[3, 3], [3, 6], [6, 6]], [[8, 8], [9, 9]], [[1, 8], [1, 9]],
                  [[5, 0], [5, 9]])
ONE = drawing_of([[2, 2], [6, 5], [2, 8]])


def test_flatten_and_back():
  drawings = [FIVE, np.zeros([0, 3]), ONE, *builtin_drawings.draw("bee", range(3))[0]]
  flat = flat_drawings.flatten(drawings)
  assert len(flat) == 6 and flat.stroke_counts()[:3].tolist() == [5, 0, 1]
  np.testing.assert_array_equal(flat.stroke_positions()[:6], [0, 1, 2, 3, 4, 0])
  np.testing.assert_allclose(flat.stroke_lengths()[:6], [9, 6, 2 ** 0.5, 1, 9, 10])
  np.testing.assert_allclose(flat.sizes()[:3], [9, 0, 8])  # the origin counts
  for one, again in zip(drawings, flat_drawings.to_stroke3(flat), strict=True):
    np.testing.assert_allclose(one, again, atol=1e-12)


def test_a_pen_that_is_never_lifted_and_one_that_always_is():
  never, always = np.array([[1., 1, 0], [2, 0, 0]]), np.array([[1., 1, 1], [2, 0, 1]])
  flat = flat_drawings.flatten([never, always])
  assert flat.stroke_counts().tolist() == [1, 2]
  for one, again in zip((never, always), flat_drawings.to_stroke3(flat)):
    np.testing.assert_array_equal(raster.rasterize([one]), raster.rasterize([again]))


def test_hidden_strokes_leave_the_others_where_they_were():
  flat = flat_drawings.flatten([FIVE])
  whole = 255 - raster.rasterize(flat_drawings.to_stroke3(flat), 64)[0].astype(int)
  alone = [255 - raster.rasterize(flat_drawings.to_stroke3(flat, np.arange(5) == index), 64)[0]
           .astype(int) for index in range(5)]
  np.testing.assert_array_equal(np.max(alone, axis=0) > 0, whole > 0)
  assert all(ink.any() for ink in alone)


def test_parts_are_thirds_of_the_strokes():
  drawings = [ONE, drawing_of([[0, 0], [1, 1]], [[2, 2], [3, 3]]), FIVE]
  parts = stroke_channels.parts_of_strokes(flat_drawings.flatten(drawings))
  assert parts.tolist() == [0, 0, 1, 0, 0, 1, 1, 2]
  many = drawing_of(*[[[i, 0], [i, 5]] for i in range(12)])
  parts = stroke_channels.parts_of_strokes(flat_drawings.flatten([many]))
  assert np.bincount(parts).tolist() == [4, 4, 4] and (np.diff(parts) >= 0).all()


def test_six_channels_show_the_parts_their_neighbours_and_all():
  flat = flat_drawings.flatten([FIVE, ONE])
  ink = 255 - recognition_pictures.thin_pictures(flat, 90, 6).astype(int)  # [B, W, W, 6]
  black = ink > 0
  first, second, third, early, late, whole = np.moveaxis(black, -1, 0)
  np.testing.assert_array_equal(early, first | second)
  np.testing.assert_array_equal(late, second | third)
  np.testing.assert_array_equal(whole, first | second | third)
  assert all(black[0, ..., channel].any() for channel in range(6))
  # One stroke: all of it is the first part.
  assert [black[1, ..., channel].any() for channel in range(6)] == [True, False, False, True, False,
                                                                    True]
  plain = recognition_pictures.thin_pictures(flat, 90, 1)
  np.testing.assert_array_equal(plain[..., 0], 255 - ink[..., 5])


def test_the_probability_of_leaving_is_the_papers():
  flat = flat_drawings.flatten([FIVE, ONE])
  order, length = np.arange(1, 6) / 5, np.array([9, 6, 2 ** 0.5, 1, 9]) / 9
  expected = np.exp(0.5 * order) / np.exp(2 * length)
  found = stroke_removal.probabilities(flat)
  np.testing.assert_allclose(found, [*expected / expected.sum(), 1])


def test_strokes_leave_as_often_as_their_probability_says():
  count = 4000
  flat = flat_drawings.flatten([FIVE] * count)
  uniforms = np.random.default_rng(0).random(5 * count)
  kept = stroke_removal.kept_strokes(flat, np.full(count, 0.2), uniforms).reshape(count, 5)
  assert (kept.sum(axis=1) == 4).all()
  np.testing.assert_allclose(1 - kept.mean(axis=0), stroke_removal.probabilities(flat)[:5],
                             atol=0.03)


@pytest.mark.parametrize("share, left", [(0.0, 5), (0.19, 5), (0.2, 4), (0.5, 3), (1.0, 1)])
def test_a_share_leaves_but_never_all(share, left):
  flat = flat_drawings.flatten([FIVE, ONE, np.zeros([0, 3])])
  uniforms = np.array([0.0, 0.5, 1 - 1e-17, 0.3, 0.2, 0.9])
  kept = stroke_removal.kept_strokes(flat, np.full(3, share), uniforms)
  assert kept[:5].sum() == left and kept[5]


def test_a_drawing_does_not_depend_on_the_others():
  uniforms = np.random.default_rng(1).random(11)
  together = stroke_removal.kept_strokes(flat_drawings.flatten([FIVE, ONE, FIVE]),
                                         np.array([0.5, 0.5, 0.7]), uniforms)
  alone = stroke_removal.kept_strokes(flat_drawings.flatten([FIVE]), np.array([0.7]), uniforms[6:])
  np.testing.assert_array_equal(together[6:], alone)
