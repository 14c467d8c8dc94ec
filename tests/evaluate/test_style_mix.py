"""evaluate/style_mix.py: four photos in one, and sketches in that style."""

import json

import numpy as np
import pytest

from data_tools.errors import UserError
from evaluate import painting_data, painting_models, style_mix_run
from evaluate.painted_matrix import paint_matrix
from evaluate.painted_sheets import SheetOptions
from evaluate.painting import Painter
from evaluate.style_mixing import LAYOUTS, joined, mixes
from tests.data_tools import sketch_folders
from tests import commands
from tests.evaluate import painters
from tests.evaluate.painters import SIZE, assert_close
from tests.models import tiny_sketch2image as tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return painters.saved(tmp_path_factory.getbasetemp())


def test_four_photos_are_joined_in_four_ways():
  photos = np.random.default_rng(0).integers(0, 256, [4, 6, 6, 3]).astype(np.uint8)
  a, b, c, d = photos
  expected = {"vertical": np.vstack([a, b, c, d]), "horizontal": np.hstack([a, b, c, d]),
              "columns": np.hstack([np.vstack([a, b]), np.vstack([c, d])]),
              "rows": np.vstack([np.hstack([a, b]), np.hstack([c, d])])}
  assert list(expected) == list(LAYOUTS)
  for found, picture in zip(joined(photos), expected.values(), strict=True):
    np.testing.assert_array_equal(found, picture)
  for found, picture in zip(mixes(photos), expected.values(), strict=True):
    rows, columns = (np.floor(np.arange(6) * count / 6).astype(int) for count in picture.shape[:2])
    np.testing.assert_array_equal(found, picture[rows][:, columns])


@pytest.mark.slow
def test_the_command(folder, tmp_path):
  photos, (sketches,) = sketch_folders.make(tmp_path, sets=1)
  done = commands.command(
      "evaluate/style_mix.py", f"--model={folder}", f"--photo_dir={photos}",
      f"--sketch_dir={sketches}", f"--output_dir={tmp_path / 'out'}", "--rows=2", "--count=1",
      eagerly=True)
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  (sheet,) = report["sheets"]
  assert len(set(sheet["photos"])) == 4 and report["layouts"] == list(LAYOUTS)
  read = lambda squares, source, names: squares([source / name for name in names], SIZE)
  with painters.quickly(folder):
    expected = paint_matrix(
        Painter(painters.model(), 4),
        read(painting_data.sketch_squares, sketches, sheet["sketches"]),
        mixes(read(painting_data.photo_squares, photos, sheet["photos"])))
  assert_close(painters.read(tmp_path / "out/mix_0.png"), expected)


def test_photos_are_joined_at_the_auto_encoders_size(folder, tmp_path, monkeypatch):
  photos, (sketches,) = sketch_folders.make(tmp_path, sets=1)
  larger = tiny.gan(data_name="face", im_size_gan=2 * SIZE)
  with painters.quickly(folder):
    monkeypatch.setattr(painting_models, "load", lambda name: (larger, {}))
    report = style_mix_run.run(SheetOptions(folder, str(tmp_path / "out"), str(photos),
                                            str(sketches), rows=1, count=1))
  page = painters.read(tmp_path / "out/mix_0.png")
  side, gap = 2 * SIZE, 4
  assert report["size"] == side and page.shape == (3 * side + 6 * gap, 5 * side + 6 * gap, 3)
  styles = mixes(painting_data.photo_squares(
      [photos / name for name in report["sheets"][0]["photos"]], SIZE))
  np.testing.assert_array_equal(page[gap:gap + side, -gap - side:-gap],
                                styles[3].repeat(2, axis=0).repeat(2, axis=1))


def test_fewer_than_four_photos(folder, tmp_path):
  photos, (sketches,) = sketch_folders.make(tmp_path, count=3, sets=1)
  with pytest.raises(UserError, match="4 pictures are needed as photos, but .* has 3"):
    style_mix_run.run(SheetOptions(folder, str(tmp_path / "out"), str(photos), str(sketches)))
  assert not (tmp_path / "out").exists()
