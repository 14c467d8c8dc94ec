"""Moving least squares against a plain loop, and what bending, turning and placing keep."""

import numpy as np
import pytest

from data_tools import flat_drawings, raster, stroke_deformation, stroke_placement
from data_tools.stroke_deformation import moving_least_squares
from tests.data_tools.test_flat_drawings import FIVE, ONE, drawing_of


def complex_normal(random, shape):
  return random.normal(size=shape) + 1j * random.normal(size=shape)


def plain_rigid(v, before, after):
  """Schaefer et al. 2006, section 2.3, with 2 x 2 matrices, for one point."""
  p, q = (np.stack([z.real, z.imag], axis=1) for z in (before, after))
  v = np.array([v.real, v.imag])
  w = 1 / np.square(p - v).sum(axis=1)
  p_mean, q_mean = ((w[:, None] * z).sum(axis=0) / w.sum() for z in (p, q))
  turned = lambda z: np.array([-z[1], z[0]])
  total = np.zeros(2)
  for weight, p_i, q_i in zip(w, p - p_mean, q - q_mean):
    left = np.stack([p_i, -turned(p_i)])
    right = np.stack([v - p_mean, -turned(v - p_mean)])
    total += q_i @ (weight * left @ right.T)
  return np.linalg.norm(v - p_mean) * total / np.linalg.norm(total) + q_mean


def test_moving_least_squares_is_schaefers():
  random = np.random.default_rng(0)
  before = complex_normal(random, [6])
  after, points = before + 0.3 * complex_normal(random, [6]), complex_normal(random, [20])
  found = moving_least_squares(points, np.tile(before, [20, 1]), np.tile(after, [20, 1]))
  expected = [plain_rigid(point, before, after) for point in points]
  np.testing.assert_allclose(np.stack([found.real, found.imag], axis=1), expected, atol=1e-9)


def test_control_points_go_where_they_are_sent():
  random = np.random.default_rng(1)
  before = complex_normal(random, [5])
  after = before + complex_normal(random, [5])
  found = moving_least_squares(before, np.tile(before, [5, 1]), np.tile(after, [5, 1]))
  np.testing.assert_allclose(found, after, atol=1e-7)


def test_rigid_moves_of_the_controls_move_everything_alike():
  random = np.random.default_rng(2)
  before, points = complex_normal(random, [7]), complex_normal(random, [30])
  move = lambda z: z * np.exp(0.7j) + (3 - 2j)
  found = moving_least_squares(points, np.tile(before, [30, 1]), np.tile(move(before), [30, 1]))
  np.testing.assert_allclose(found, move(points), atol=1e-9)


def test_controls_at_one_place_shift():
  before = np.full([3, 2], 1 + 1j)
  found = moving_least_squares(np.array([0, 1 + 1j, 5]), before, before + np.array([2, 4]))
  np.testing.assert_allclose(found, [3, 4 + 1j, 8])


def test_bending_strokes_moves_ends_by_their_distance_and_keeps_closed_ones():
  closed = drawing_of([[0, 0], [5, 0], [5, 5], [0, 0]])
  flat = flat_drawings.flatten([FIVE, closed])
  normals = complex_normal(np.random.default_rng(0), [6, 2])
  bent = stroke_deformation.bend_strokes(flat, normals, 0.1)
  np.testing.assert_allclose(bent.points[-4:], flat.points[-4:], atol=1e-9)
  np.testing.assert_allclose(bent.points[0], flat.points[0] + 0.1 * 9 * normals[0, 0], atol=1e-6)
  np.testing.assert_allclose(bent.points[4], flat.points[4] + 0.1 * 18 ** 0.5 * normals[1, 1],
                             atol=1e-6)


def test_bending_drawings_moves_the_outermost_points():
  square = drawing_of([[0, 0], [8, 0], [8, 8], [0, 8], [0, 0]], [[4, 4], [4.5, 4]])
  flat = flat_drawings.flatten([square, ONE])
  normals = complex_normal(np.random.default_rng(0), [len(flat.points)])
  bent = stroke_deformation.bend_drawings(flat, normals, 0.05)
  corners = [1, 2, 3]
  np.testing.assert_allclose(bent.points[corners] - flat.points[corners],
                             0.05 * 8 * normals[corners], atol=1e-6)
  inner = bent.points[5:7] - flat.points[5:7]
  assert (np.abs(inner) > 0).all() and np.abs(inner[0] - inner[1]) < 0.1
  alone = stroke_deformation.bend_drawings(flat_drawings.flatten([ONE]), normals[7:], 0.05)
  np.testing.assert_allclose(bent.points[7:], alone.points, atol=1e-12)


@pytest.mark.parametrize("bend, shape", [
    (stroke_deformation.bend_strokes, lambda flat: [len(flat.drawing), 2]),
    (stroke_deformation.bend_drawings, lambda flat: [len(flat.points)])])
def test_no_amount_and_no_points_change_nothing(bend, shape):
  flat = flat_drawings.flatten([FIVE, np.zeros([0, 3]), drawing_of([[1, 1]])])
  normals = complex_normal(np.random.default_rng(0), shape(flat))
  assert bend(flat, normals, 0.0) is flat
  assert np.isfinite(bend(flat, normals, 0.1).points).all()
  empty = flat_drawings.flatten([np.zeros([0, 3])])
  assert len(bend(empty, np.zeros(shape(empty)), 0.1).points) == 0


def test_turning_and_mirroring():
  flat = flat_drawings.flatten([FIVE, FIVE, ONE])
  turned = stroke_placement.turn_and_mirror(flat, np.array([90, 0, 0]), np.array([0, 1, 0], bool))
  np.testing.assert_allclose(turned.points[:11], 1j * flat.points[:11], atol=1e-12)
  np.testing.assert_allclose(turned.points[11:22].real, -flat.points[11:22].real)
  np.testing.assert_allclose(turned.points[22:], flat.points[22:])


def test_a_mirrored_drawing_is_the_mirrored_picture():
  flat = flat_drawings.flatten([FIVE])
  mirrored = stroke_placement.turn_and_mirror(flat, np.zeros(1), np.ones(1, bool))
  image = raster.rasterize([FIVE], 64)
  np.testing.assert_allclose(raster.rasterize(flat_drawings.to_stroke3(mirrored), 64)[0],
                             image[0, :, ::-1], atol=10)


def ink_box(image):
  rows, columns = np.nonzero(image < 255)
  return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_placing_puts_the_whole_drawing_where_it_is_told():
  square = drawing_of([[0, 0], [8, 0], [8, 8], [0, 8], [0, 0]])
  flat = flat_drawings.flatten([square] * 3)
  placed = stroke_placement.place([square] * 3, flat, np.array([0.5, 0.5, 1.0]),
                                  np.array([[0, 0], [1, 0.5], [0.3, 0.9]], float))
  boxes = [ink_box(image) for image in raster.rasterize(placed, 100, margin=10)]
  np.testing.assert_allclose(boxes, [[10, 10, 50, 50], [50, 30, 90, 70], [10, 10, 90, 90]], atol=1)


def test_placing_at_full_size_changes_no_pixel_and_nothing_is_cut_off():
  random = np.random.default_rng(0)
  drawings = [FIVE, ONE, np.zeros([0, 3])]
  flat = flat_drawings.flatten(drawings)
  same = stroke_placement.place(drawings, flat, np.ones(3), random.random([3, 2]))
  np.testing.assert_allclose(raster.rasterize(same, 64).astype(int),
                             raster.rasterize(drawings, 64), atol=8)
  for _ in range(5):
    ratios = random.uniform(0.3, 1, 3)
    images = raster.rasterize(
        stroke_placement.place(drawings, flat, ratios, random.random([3, 2])), 64)
    assert (images[:, [0, -1]] == 255).all() and (images[:, :, [0, -1]] == 255).all()
