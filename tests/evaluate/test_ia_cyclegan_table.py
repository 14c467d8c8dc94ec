"""The table of a training's rounds shows what there is, beside the paper's figures."""

import json

import pytest

from evaluate import ia_cyclegan_table, published_faces
from evaluate.ia_cyclegan_table import COLUMNS, Round

ROUNDS = [Round("CycleGAN", {"sketch_ssim": 0.53125, "sketch_fid": 123.456, "fusion": 1.0}),
          Round("identity loss, round 1", {"photo_fsimc": float("nan"), "photo_fid": None,
                                           "sketch_matching": 0.75})]


def line_of(text, name):
  """The cells of a line."""
  line = next(line for line in text.splitlines() if line.startswith(name))
  return line.removeprefix(name).split()


def test_what_was_computed_and_what_was_not():
  content = ia_cyclegan_table.table(ROUNDS, "BUILTIN", 24)
  assert list(content["rounds"][0]) == ["name", *COLUMNS]
  assert content["rounds"][0]["sketch_ssim"] == 0.53125
  assert content["rounds"][1]["photo_fsimc"] is None and content["rounds"][1]["photo_fid"] is None
  assert json.loads(json.dumps(content, allow_nan=False)) == content
  text = ia_cyclegan_table.text(content)
  assert line_of(text, "CycleGAN") == ["53.12", "-", "123.46", *"-----", "100.00"]
  assert line_of(text, "identity loss, round 1") == [*"------", "75.00", "-", "-"]
  assert "24 persons: the published figures are of other faces" in text
  assert "by chance: 4.17" in text


def test_the_papers_figures():
  content = ia_cyclegan_table.table(ROUNDS, "CUFSF", 944)
  text = ia_cyclegan_table.text(content)
  published = {"CUFS  ": "64.95 74.01 - 71.22 76.52 - 100.00 98.82 100.00".split(),
               "CUFSF  ": "57.64 70.05 - 62.50 75.47 - 70.87 64.94 81.36".split(),
               "CUFS, mutually optimised": [*"--------", "100.00"],
               "CUFSF, mutually optimised": [*"--------", "95.76"]}
  for name, cells in published.items():
    assert line_of(text, f"IACycleGAN, {name}") == cells
  assert "can't be compared" not in text and published_faces.PAPER in text
  assert "can't be compared" in ia_cyclegan_table.text(ia_cyclegan_table.table(ROUNDS, "CUFS", 40))


def test_columns_stand_under_their_headings(capsys):
  ia_cyclegan_table.show(ia_cyclegan_table.table(ROUNDS, "CUFS", 338))
  lines = capsys.readouterr().out.splitlines()
  assert all(len(line) <= 120 for line in lines[:10])
  kinds, metrics = lines[0].split(), lines[1].split()
  assert kinds == ["sketch"] * 3 + ["photo"] * 3 + ["rank", "1"] * 3
  assert metrics == ["SSIM", "FSIM", "FID"] * 2 + ["sketch", "photo", "fusion"]
  ends = lambda line, word: [place + len(word) for place in range(len(line))
                             if line.startswith(word, place)]
  assert ends(lines[1], "fusion") == [len(lines[3])]  # CycleGAN's last cell


def test_a_figure_without_a_column():
  with pytest.raises(ValueError, match="sketch_lpips: no column; they are sketch_ssim"):
    ia_cyclegan_table.table([Round("one", {"sketch_lpips": 0.1})], "CUFS", 338)
