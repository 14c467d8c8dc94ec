"""Sketches land in their boxes, and pages come out whole."""

import numpy as np
import pytest
from PIL import Image

from evaluate.pictures import palette
from evaluate.pictures.canvas import Canvas, fitted_lines, text_width
from evaluate.pictures.contact_sheet import Row, Section, save_contact_sheet
from evaluate.pictures.interpolation import save_grid, save_strip
from evaluate.pictures.scatter import Ellipse, Panel, save_scatter

SQUARE = np.array([[5, 5, 0], [10, 0, 0], [0, 10, 0], [-10, 0, 0], [0, -10, 1]])
DOT = np.array([[3, 3, 0], [0, 0, 1]])
NOTHING = np.zeros([0, 3])


def pixels(path):
  with Image.open(path) as image:
    return np.asarray(image.convert("L"))


def test_lines_fill_the_box_and_keep_proportions():
  wide = np.array([[1, 1, 0], [20, 0, 1], [-20, 10, 0], [20, 0, 1]])
  lines = np.concatenate(fitted_lines(wide, (100, 200, 150, 250), margin=5))
  np.testing.assert_allclose(lines.min(0), [105, 215])
  np.testing.assert_allclose(lines.max(0), [145, 235])


def test_strokes_are_those_of_the_rasteriser():
  drawing = np.array([[0, 0, 1], [4, 0, 0], [4, 0, 1], [9, 9, 1], [1, 1, 0]])
  lines = fitted_lines(drawing, (0, 0, 50, 50), 0)  # one-point strokes leave no ink
  assert [len(line) for line in lines] == [2]
  assert fitted_lines(NOTHING, (0, 0, 9, 9), 1) == []
  assert fitted_lines(drawing[:1], (0, 0, 9, 9), 1) == []
  np.testing.assert_allclose(fitted_lines(DOT, (0, 0, 10, 10), 1)[0], [[5, 5], [5, 5]])


def test_canvas_draws_where_it_is_told(tmp_path):
  canvas = Canvas(60, 40)
  canvas.sketch(SQUARE, (20, 0, 60, 40))
  canvas.text(2, 12, "ab", size=10)
  canvas.upward_text(8, 30, "ab", size=8)
  canvas.save(tmp_path / "a.png")
  image = pixels(tmp_path / "a.png")
  assert image.shape == (40, 60)
  assert image[20, 26] < 140 and image[6, 40] < 140  # left and upper side
  assert image[20, 40] == 255 and (image[:, 57:] == 255).all()
  assert (image[12:24, :18] < 200).any() and 5 < text_width("ab", 10) < 20


def test_contact_sheet_shows_given_drawings_on_grey(tmp_path):
  rows = [Row("one", SQUARE, [SQUARE, DOT]), Row("two", NOTHING, [NOTHING, SQUARE])]
  save_contact_sheet(tmp_path / "s.png", "title", [Section("a", rows), Section("b", rows[:1])])
  image = pixels(tmp_path / "s.png")
  assert image.shape[0] > 250 and image.shape[1] > 6 * 96
  assert 3 * 80**2 < (image == 0xf1).sum() < 3 * 97**2
  save_contact_sheet(tmp_path / "t.png", "a title that is wider than the one row " * 3,
                     [Section("a", [Row("one", None, [DOT])])], side_by_side=1)
  assert pixels(tmp_path / "t.png").shape[1] > text_width("a title that is wider " * 3)


def test_interpolation_pages(tmp_path):
  save_strip(tmp_path / "strip.png", [SQUARE] * 2, ["a", "b"], [SQUARE] * 4)
  save_grid(tmp_path / "grid.png", [SQUARE] * 4, list("abcd"), [[SQUARE] * 3] * 3)
  strip, grid = pixels(tmp_path / "strip.png"), pixels(tmp_path / "grid.png")
  assert strip.shape[1] > 6 * 100 and strip.shape[0] < 200
  assert grid.shape[0] > 3 * 100 and grid.shape[1] > 5 * 100


def test_scatter(tmp_path):
  points = np.random.default_rng(0).normal(size=[50, 2])
  groups = np.arange(50) % 20
  names = {group: f"group {group}" for group in range(20)}
  ellipse = Ellipse(np.zeros(2), np.array([[1.0, 0.5], [0.5, 2.0]]), "3", 3)
  save_scatter(tmp_path / "m.png", points, [Panel("left", groups, names, [ellipse]),
                                            Panel("right", groups // 10, {0: "a", 1: "b"})],
               ("first", "second"))
  assert pixels(tmp_path / "m.png").shape[1] > 900
  save_scatter(tmp_path / "one.png", np.zeros([1, 2]), [Panel("x", np.zeros(1, int), {0: "a"})],
               ("first", "second"))


def test_colours_differ():
  colours = [palette.colour(index) for index in range(30)]
  assert len(set(colours)) == 30 and all(len(colour) == 7 for colour in colours)
  assert palette.colour(100) != palette.colour(101)


@pytest.mark.parametrize("drawing", [DOT, NOTHING])
def test_degenerate_sketches_do_no_harm(tmp_path, drawing):
  canvas = Canvas(20, 20)
  canvas.sketch(drawing, (0, 0, 20, 20))
  canvas.save(tmp_path / "a.png")
  assert (pixels(tmp_path / "a.png") < 128).any() == bool(len(drawing))
