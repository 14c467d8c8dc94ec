"""evaluate/translate.py with Sketch-to-Image: whose style a sketch takes, files, bad input."""

import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.image_files import read_as_stored
from data_tools.sketch_sets import picture_steps
from evaluate import painting_data, painting_run, translate_plan, translate_run
from evaluate.painting import Painter
from models import saving
from tests.data_tools import sketch_folders
from tests import commands
from tests.evaluate import painters
from tests.evaluate.painters import SIZE, assert_close
from tests.models import tiny_sketch2image as tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return painters.saved(tmp_path_factory.getbasetemp())


@pytest.fixture
def data(tmp_path):
  """Five photos n0.png, n1.png, ... and their sketches, n0.jpg, ..."""
  photos, (sketches,) = sketch_folders.make(tmp_path, sets=1, ending=".jpg")
  return photos, sketches


def run(folder, data, output, **changes):
  options = translate_plan.Options(**{
      "model": folder, "direction": "sketch_to_photo", "input_dir": str(data[1]),
      "style_dir": str(data[0]), "output_dir": str(output), **changes})
  with painters.quickly(folder):
    return translate_run.run(options)


def painted(sketches, photos, seed, **how):
  """By hand: uint8 [N, S, S, 3]."""
  paint = Painter(painters.model(), len(sketches), **{"statistics": "moving", **how})
  return paint(painting_data.sketch_squares(sketches, SIZE),
               painting_data.photo_squares(photos, SIZE), seed).refined


def test_the_command(folder, data, tmp_path):
  photos, sketches = data
  done = commands.command(
      "evaluate/translate.py", f"--model={folder}", "--direction=sketch_to_photo",
      f"--input_dir={sketches}", f"--style_dir={photos}", f"--output_dir={tmp_path / 'out'}",
      "--batch_size=2", "--seed=3")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout)
  assert (report["count"], report["style_rules"]) == (5, {"own name": 5})
  assert (report["statistics"], report["weights"], report["seed"]) == ("moving", "average", 3)
  assert "Whose style the sketches take: 5 by own name." in done.stderr
  names = [f"n{index}" for index in range(5)]
  assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == [*names, "sheet"]
  with painters.quickly(folder):
    expected = painted([sketches / f"{name}.jpg" for name in names],
                       [photos / f"{name}.png" for name in names], 3)
  for name, picture in zip(names, expected):
    assert_close(painters.read(tmp_path / f"out/{name}.png"), picture)
  page = read_as_stored(report["sheet"])
  assert is_shown(page, painters.read(tmp_path / "out/n4.png"))
  assert is_shown(page, painting_data.photo_squares([photos / "n4.png"], SIZE)[0])


@pytest.mark.parametrize("photos, rules", [
    (["n0"], [("n0", "own name"), ("n0", "only photo"), ("n0", "only photo")]),
    (["z"], [("z", "only photo")] * 3), (["n0", "n1", "n2", "z"], [
        ("n0", "own name"), ("n1", "own name"), ("n2", "own name")]),
    (["x", "y"], [("x", "in order"), ("y", "in order"), ("x", "in order")]),
    (["a", "n1"], [("a", "in order"), ("n1", "own name"), ("a", "in order")])])
def test_whose_style_a_sketch_takes(photos, rules):
  sketches = [pathlib.Path(f"n{index}.png") for index in range(3)]
  found = painting_run.styles_of(sketches, {name: pathlib.Path(f"{name}.jpg") for name in photos})
  assert [(style.photo.stem, style.rule) for style in found] == rules


def test_one_photo_for_all_jpeg_truths_and_batches(folder, data, tmp_path):
  photos, sketches = data
  for index in range(4):
    (photos / f"n{index}.png").unlink()
  (photos / "n4.png").rename(photos / "style.png")
  truth = sketch_folders.picture(77, 40, 30)
  sketch_folders.save(tmp_path / "true/n1.png", truth)
  report = run(folder, data, tmp_path / "out", truth_dir=str(tmp_path / "true"), format="jpg",
               weights="live", statistics="batch", batch_size=3, sheet=str(tmp_path / "page.png"))
  assert (report["with_truth"], report["style_rules"]) == (1, {"only photo": 5})
  assert len(list((tmp_path / "out").iterdir())) == 5
  with painters.quickly(folder):
    expected = painted([sketches / f"n{index}.jpg" for index in range(3)],
                       [photos / "style.png"] * 3, 0, weights="live", statistics="batch")
  with Image.open(tmp_path / "out/n2.jpg") as stored:
    assert np.abs(np.asarray(stored).astype(int) - expected[2]).mean() < 16
  page = read_as_stored(tmp_path / "page.png")
  assert is_shown(page, picture_steps.resized(truth, SIZE))
  assert is_shown(page, expected[2]) and not is_shown(page, expected[2][::-1])


def is_shown(page, picture):
  """Whether a page has a picture on it, pixel for pixel."""
  first = np.argwhere((page == picture[0, 0]).all(axis=-1))
  return any(np.array_equal(page[top:top + SIZE, left:left + SIZE], picture)
             for top, left in first)


def test_what_a_person_can_mend(folder, data, tmp_path):
  photos, sketches = data
  saving.write_config(tiny.autoencoder(), tmp_path / "first", {})
  (tmp_path / "empty").mkdir()
  cases = [
      ("no --style_dir is given", {"style_dir": None}),
      ("--direction=photo_to_sketch was asked for", {"direction": "photo_to_sketch"}),
      ("--any_size is given, but .* of the kind sketch2image", {"any_size": True}),
      ("is an auto-encoder", {"model": str(tmp_path / "first")}),
      ("There is no folder", {"style_dir": str(tmp_path / "none")}),
      ("is empty", {"style_dir": str(tmp_path / "empty")}),
      ("is empty", {"input_dir": str(tmp_path / "empty")}),
      ("holds pictures that are read", {"output_dir": str(photos)}),
      ("holds pictures that are read", {"output_dir": str(sketches)}),
      ("No picture of .* has the name of one", {"truth_dir": str(tmp_path / "true")})]
  sketch_folders.save(tmp_path / "true/other.png", sketch_folders.picture(1))
  for sentence, changes in cases:
    with pytest.raises(UserError, match=sentence):
      run(folder, data, **{"output": tmp_path / "out", **changes} if "output_dir" not in changes
          else {"output": changes["output_dir"]})
  (sketches / "n3.jpg").write_bytes((sketches / "n3.jpg").read_bytes()[:200])
  with pytest.raises(UserError, match="n3.jpg is damaged or cut off"):
    run(folder, data, tmp_path / "out")
  shutil.copy(photos / "n0.png", photos / "n0.bmp")
  with pytest.raises(UserError, match="same name but for folder and ending"):
    run(folder, data, tmp_path / "out")
  assert not (tmp_path / "out").exists()
