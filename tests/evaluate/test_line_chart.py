"""Curves are drawn where their values are, between round numbers."""

import numpy as np
import pytest
from PIL import Image

from evaluate.pictures import palette
from evaluate.pictures.line_chart import Line, save_line_chart, ticks


def places(path, colour):
  """Where a colour is: rows and columns."""
  with Image.open(path) as image:
    pixels = np.asarray(image.convert("RGB")).astype(int)
  wanted = [int(colour[start:start + 2], 16) for start in (1, 3, 5)]
  return np.nonzero((np.abs(pixels - wanted) < 12).all(axis=2))


def test_ticks_are_round_and_cover_the_range():
  assert ticks(0, 100) == [0, 20, 40, 60, 80, 100]
  assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
  assert ticks(1, 299) == [0, 50, 100, 150, 200, 250, 300]
  random = np.random.default_rng(0)
  for _ in range(200):
    low, extent = random.normal(0, 100), 10 ** random.uniform(-6, 6)
    marks = ticks(low, low + extent)
    assert marks[0] <= low + 1e-9 * extent and marks[-1] >= low + extent * (1 - 1e-9)
    assert 4 <= len(marks) <= 13
  assert ticks(3, 3)[0] < 3 < ticks(3, 3)[-1] and len(ticks(0, 0)) > 2


def test_a_rising_line_rises(tmp_path):
  x = np.arange(1, 50)
  save_line_chart(tmp_path / "a.png", [Line("up", x, 2.0 * x)], "title", "x", "y", (0, 100))
  rows, columns = places(tmp_path / "a.png", palette.colour(0))
  chart = rows < rows.max() - 20  # the legend is below
  slope = np.corrcoef(rows[chart], columns[chart])[0, 1]
  assert slope < -0.99 and np.ptp(columns[chart]) > 540 and 290 < np.ptp(rows[chart]) < 330


def test_many_lines_make_a_longer_legend(tmp_path):
  lines = [Line(f"a method of some name {index}", np.arange(3), np.arange(3) * index)
           for index in range(7)]
  save_line_chart(tmp_path / "one.png", lines[:1], "t", "x", "y")
  save_line_chart(tmp_path / "many.png", lines, "t", "x", "y")
  with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "many.png") as many:
    assert many.height > one.height + 40
  for index in range(7):
    assert len(places(tmp_path / "many.png", palette.colour(index))[0]) > 50


def test_single_points_and_nothing(tmp_path):
  dot = Line("dot", np.array([3]), np.array([-1.0]))
  save_line_chart(tmp_path / "dot.png", [dot], "t", "x", "y")
  assert len(places(tmp_path / "dot.png", palette.colour(0))[0]) > 40
  for lines in ([], [Line("gap", np.arange(2), np.array([1, np.nan]))]):
    with pytest.raises(ValueError, match="finite"):
      save_line_chart(tmp_path / "no.png", lines, "t", "x", "y")
  assert not (tmp_path / "no.png").exists()
