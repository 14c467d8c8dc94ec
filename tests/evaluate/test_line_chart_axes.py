"""Logarithmic axes, chosen marks and thin lines of charts."""

import numpy as np
import pytest
from PIL import Image

from evaluate.pictures import palette
from evaluate.pictures.canvas import Canvas
from evaluate.pictures.line_chart import Line, log_ticks, save_line_chart
from tests.evaluate.test_line_chart import places


def test_log_ticks_lie_within():
  assert log_ticks(0.0004, 100) == [0.001, 0.01, 0.1, 1, 10, 100]
  assert log_ticks(0.18, 100) == [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
  assert log_ticks(0.001, 1) == [0.001, 0.01, 0.1, 1]
  assert log_ticks(10, 10) == [10]


def test_equal_factors_are_equal_lengths(tmp_path):
  x = np.array([0.01, 0.1, 1, 10, 100])
  save_line_chart(tmp_path / "a.png", [Line("log", x, np.arange(5.0))], "t", "x", "y", log_x=True)
  rows, columns = places(tmp_path / "a.png", palette.colour(0))
  chart = rows < rows.max() - 20  # the legend is below
  line = np.polyfit(columns[chart], rows[chart], 1)
  assert np.abs(np.polyval(line, columns[chart]) - rows[chart]).max() < 4  # straight
  assert 555 < np.ptp(columns[chart]) < 570
  with pytest.raises(ValueError, match="x above 0 on a logarithmic axis, got 0"):
    save_line_chart(tmp_path / "b.png", [Line("log", x - 0.01, x)], "t", "x", "y", log_x=True)
  save_line_chart(tmp_path / "c.png", [Line("dot", x[:1], x[:1])], "t", "x", "y", log_x=True)
  assert len(places(tmp_path / "c.png", palette.colour(0))[0]) > 40


def test_marks_of_ones_own(tmp_path, monkeypatch):
  written = []
  monkeypatch.setattr(Canvas, "text", lambda self, x, y, words, **how: written.append(words))
  lines = [Line("one", np.arange(1, 10), np.linspace(100, 110, 9))]
  for marks, expected in (([1, 5, 9], {"1", "5", "9"}), ([5, 20], {"5"}), (None, set("123456789"))):
    written.clear()
    save_line_chart(tmp_path / "a.png", lines, "t", "x", "y", x_ticks=marks)
    assert {words for words in written if len(words) == 1 and words.isdigit()} == expected


def test_a_thin_line_of_anothers_colour(tmp_path):
  x, ink = np.arange(5.0), []
  for line in (Line("a", x, x), Line("a", x, x, thin=True), Line("a", x, x, 1)):
    save_line_chart(tmp_path / "a.png", [line], "t", "x", "y")
    with Image.open(tmp_path / "a.png") as image:
      pixels = np.asarray(image).astype(int)
    ink.append((255 - pixels[np.ptp(pixels, axis=2) > 8]).sum(axis=0))  # all else is gray
  assert 0.25 < ink[1].sum() / ink[0].sum() < 0.65
  assert ink[0].argmax() == ink[1].argmax() == 0 and ink[2].argmin() == 0  # blue, blue, red
