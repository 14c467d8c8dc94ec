"""evaluate/style_transfer.py: photos by way of TOM's sketches in other photos' styles."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from evaluate import painting_data, style_transfer_run
from evaluate.painting import Painter, crossed
from evaluate.pictures.image_matrix import draw_transfer
from evaluate.style_transfer_run import Drawer, Options
from models import saving
from models.tom import model as tom_model
from tests.data_tools import sketch_folders
from tests import commands
from tests.evaluate import painters
from tests.evaluate.painters import SIZE, assert_close
from tests.models import tiny_tom


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return painters.saved(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module", name="tom")
def drawing_model(photos):
  """A TOM that draws on both sides of either threshold, its statistics being those of photos."""
  model = tiny_tom.model()
  squares = painting_data.photo_squares(sorted(photos.iterdir()), tiny_tom.SIZE)
  for _ in range(20):
    model(squares, training=True)
  model.G.final.bias.assign(tf.fill(model.G.final.bias.shape, 0.6))
  return model


@pytest.fixture(scope="module", name="tom_folder")
def saved_tom(tom, tmp_path_factory):
  path = tmp_path_factory.mktemp("tom") / "tom"
  saving.save_model(tom, path, {})
  return str(path)


@pytest.fixture(scope="module", name="photos")
def some_photos(tmp_path_factory):
  return sketch_folders.make(tmp_path_factory.mktemp("data"), sets=1)[0]


def greys(tom, paths):
  """float32 [N, T, T, 1] on [0, 1]."""
  return tom.photo_to_sketch(painting_data.photo_squares(paths, tiny_tom.SIZE)).numpy()


def test_sketches_of_either_variant(tom, photos):
  paths = sorted(photos.iterdir())[:3]
  grey = greys(tom, paths)
  for variant, threshold, ink in (("intended", 0.7, 0.0), ("original", 0.85, 127.5)):
    sketches = Drawer(tom, 4, variant)(paths)
    near = np.abs(grey - np.float32(threshold)) < 1e-5
    assert 0.05 < np.mean(grey > threshold) < 0.95 and sketches.dtype == np.float32
    np.testing.assert_array_equal(sketches[~near], np.where(grey > threshold, 255, ink)[~near])
  # As the original says it: the mean over the channels of what is in [-1, 1], left at 0 and 1.
  made = tom(painting_data.photo_squares(paths, tiny_tom.SIZE)).numpy().mean(axis=-1, keepdims=True)
  np.testing.assert_allclose(sketches[~near] / 127.5 - 1, (made > tom_model.THRESHOLD)[~near])


@pytest.mark.slow
def test_the_command(folder, tom, tom_folder, photos, tmp_path):
  done = commands.command(
      "evaluate/style_transfer.py", f"--model={folder}", f"--tom={tom_folder}",
      f"--photo_dir={photos}", f"--output_dir={tmp_path}", "--rows=2", "--columns=3", "--count=1",
      "--variant=original", eagerly=True)
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  (sheet,) = report["sheets"]
  assert (report["weights"], report["variant"]) == ("live", "original")
  assert len({*sheet["photos"], *sheet["styles"]}) == 5
  originals, styles = ([photos / name for name in sheet[kind]] for kind in ("photos", "styles"))
  with painters.quickly(folder):
    sketches = Drawer(tom, 2, "original")(originals)
    squares = painting_data.photo_squares(styles, SIZE)
    made = crossed(Painter(painters.model(), 3, "live"), sketches, squares).refined
  expected = draw_transfer(painting_data.photo_squares(originals, SIZE),
                           np.where(sketches > 200, 255, 127).astype(np.uint8), squares, made)
  assert_close(painters.read(tmp_path / "style_transfer_0.png"), expected)


def test_styles_of_another_folder(folder, tom_folder, photos, tmp_path):
  styles = tmp_path / "styles"
  for name in ("x", "y"):
    sketch_folders.save(styles / f"{name}.png", sketch_folders.picture(len(name)))
  with painters.quickly(folder):
    report = style_transfer_run.run(Options(
        folder, tom_folder, str(tmp_path / "out"), str(photos), str(styles), rows=1, columns=2,
        count=1))
  assert set(report["sheets"][0]["styles"]) == {"x.png", "y.png"}
  assert (report["weights"], report["variant"]) == ("average", "intended")


def test_what_a_person_can_mend(folder, tom_folder, photos, tmp_path):
  cases = [
      ("6 pictures are needed as photos and styles, but .* has 5", {}),
      ("--tom=.* is a model of the kind sketch2image, but photos are drawn by tom",
       {"tom": folder, "rows": 1}),
      ("of the kind tom, but sketches are painted", {"model": tom_folder, "rows": 1}),
      ("holds pictures that are read", {"output_dir": str(photos)}),
      ("There is no folder", {"photo_dir": str(tmp_path / "none")}),
      ("There is no folder", {"style_dir": str(tmp_path / "none")})]
  with painters.quickly(folder):
    for sentence, changes in cases:
      with pytest.raises(UserError, match=sentence):
        style_transfer_run.run(Options(**{
            "model": folder, "tom": tom_folder, "output_dir": str(tmp_path / "out"),
            "photo_dir": str(photos), **changes}))
  assert not (tmp_path / "out").exists()
