"""Sheets of faces: pictures stand pixel for pixel where they belong."""

import numpy as np
import pytest

from evaluate.pictures.canvas import Canvas, text_width
from evaluate.pictures.face_sheet import Row, draw_face_sheet, save_face_sheet
from tests.data_tools.face_folders import picture
from tests.evaluate.test_pictures import pixels


def places_of(page, image):
  """Upper left corners (top, left) where `page` shows `image`, both [H, W, 3]."""
  height, width = image.shape[:2]
  found = np.argwhere((page[:-height + 1, :-width + 1] == image[0, 0]).all(axis=-1))
  return [(top, left) for top, left in found.tolist()
          if (page[top:top + height, left:left + width] == image).all()]


def test_canvas_shows_pictures_pixel_for_pixel():
  canvas = Canvas(40, 30)
  image = np.random.default_rng(0).integers(0, 256, [11, 7, 3]).astype(np.uint8)
  canvas.picture(image, 20.4, 10)
  page = canvas.pixels()
  assert page.shape == (30, 40, 3) and places_of(page, image) == [(10, 20)]
  assert (page == 255).all(axis=-1).sum() >= 30 * 40 - 11 * 7


def test_rows_and_columns_are_aligned(tmp_path):
  rows = [Row(f"face {row}", [picture(3 * row + column, 60, 48) for column in range(3)])
          for row in range(4)]
  headings = ["photo", "sketch by a model", "true sketch"]
  page = draw_face_sheet("title", headings, rows).pixels()
  found = [[places_of(page, image) for image in row.pictures] for row in rows]
  assert all(len(places) == 1 for line in found for places in line)
  corners = np.array(found)[:, :, 0]  # [row, column, (top, left)]
  assert (np.ptp(corners[..., 0], axis=1) == 0).all()  # one height in a row
  steps = np.diff(corners[..., 1], axis=1)
  assert np.ptp(steps) == 0 and steps[0, 0] > text_width("sketch by a model", 14)
  assert corners[0, 0, 0] == corners[1, 0, 0]  # as many beside each other as fit
  save_face_sheet(tmp_path / "sheet.png", "title", headings, rows)
  assert pixels(tmp_path / "sheet.png").shape == page.shape[:2]


def test_size_of_the_page():
  faces = [Row("n", [picture(0, 250, 200)] * 3)] * 12
  page = draw_face_sheet("title", ["photo", "sketch", "true sketch"], faces).pixels()
  assert page.shape == (24 + 36 + 24 + 6 * (18 + 250 + 8) + 24 - 8, 2 * 24 + 2 * 616 + 32, 3)
  page = draw_face_sheet("title", ["photo"], [Row("n", [picture(0, 1000, 1500)])]).pixels()
  assert page.shape == (24 + 36 + 24 + 18 + 171 + 24, 2 * 24 + 256, 3)  # shrunk


def test_gaps_gray_pictures_and_long_names():
  gray = picture(1, 50, 40, 1)
  rows = [Row("a very long name of a file " * 9, [None, gray]), Row("b", [gray[..., None], None])]
  page = draw_face_sheet("", ["one", "two"], rows).pixels()
  assert len(places_of(page, np.repeat(gray[..., None], 3, axis=2))) == 2
  assert page.shape[1] < 400
  draw_face_sheet("a title that is wider than its rows", ["one"], [Row("a", [None])])


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1)])
def test_strange_sizes(size):
  assert draw_face_sheet("t", ["one"], [Row("a", [picture(0, *size)])]).pixels().size
