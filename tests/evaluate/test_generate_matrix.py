"""evaluate/generate_matrix.py: which pictures are on a matrix, where, and bad input."""

import json

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_faces
from data_tools.errors import UserError
from evaluate import generate_matrix_run, painting_data
from evaluate.generate_matrix_run import Options
from evaluate.painted_matrix import paint_matrix
from evaluate.painting import Painter
from models import saving
from tests.data_tools import sketch_folders
from tests import commands
from tests.evaluate import painters
from tests.evaluate.painters import SIZE, assert_close
from tests.models import tiny_sketch2image as tiny

GAP = 3  # of a matrix of 128 pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return painters.saved(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module", name="data")
def some_pictures(tmp_path_factory):
  """Five photos and sketches."""
  photos, (sketches,) = sketch_folders.make(tmp_path_factory.mktemp("data"), sets=1)
  return str(photos), str(sketches)


def run(folder, data, output, **changes):
  return generate_matrix_run.run(Options(**{
      "model": folder, "photo_dir": data[0], "sketch_dir": data[1], "output_dir": str(output),
      **changes}))


@pytest.mark.slow
def test_the_command(folder, data, tmp_path):
  done = commands.command(
      "evaluate/generate_matrix.py", f"--model={folder}", f"--photo_dir={data[0]}",
      f"--sketch_dir={data[1]}", f"--output_dir={tmp_path / 'out'}", "--rows=2", "--columns=3",
      "--count=2", "--seed=5")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
      "matrix_0.png", "matrix_1.png"]
  assert (report["weights"], report["statistics"], report["size"]) == ("average", "batch", SIZE)
  assert report["sheets"][0]["photos"] != report["sheets"][1]["photos"]
  for number, sheet in enumerate(report["sheets"]):
    assert sheet["file"] == f"matrix_{number}.png" and sheet["file"] in done.stdout
    assert len(set(sheet["sketches"])) == 2 and len(set(sheet["photos"])) == 3
    squares = [read([f"{source}/{name}" for name in sheet[kind]], SIZE) for kind, source, read in (
        ("sketches", data[1], painting_data.sketch_squares),
        ("photos", data[0], painting_data.photo_squares))]
    with painters.quickly(folder):
      assert_close(painters.read(tmp_path / "out" / sheet["file"]),
                   paint_matrix(Painter(painters.model(), 3), *squares, seed=5 + 6 * number))


def test_where_pictures_are_on_a_matrix(folder, data, tmp_path):
  with painters.quickly(folder):
    (sheet,) = run(folder, data, tmp_path / "out", rows=1, columns=2, count=1)["sheets"]
  page = painters.read(tmp_path / "out/matrix_0.png")
  photo = painting_data.photo_squares([f"{data[0]}/{sheet['photos'][1]}"], SIZE)[0]
  sketch = painting_data.sketch_squares([f"{data[1]}/{sheet['sketches'][0]}"], SIZE)[0]
  assert page.shape == (3 * SIZE + 6 * GAP, 3 * SIZE + 4 * GAP, 3)
  np.testing.assert_array_equal(page[GAP:GAP + SIZE, -GAP - SIZE:-GAP], photo)
  top = SIZE + 4 * GAP
  np.testing.assert_array_equal(page[top:top + SIZE, GAP:GAP + SIZE], sketch.repeat(3, axis=2))
  assert (page[-GAP - SIZE:-GAP, GAP:GAP + SIZE] == 255).all()


def test_weights_and_statistics_are_taken(folder, data, tmp_path):
  pages = []
  for number, (weights, statistics) in enumerate((("average", "batch"), ("live", "batch"),
                                                  ("live", "moving"))):
    with painters.quickly(folder):
      run(folder, data, tmp_path / str(number), weights=weights, statistics=statistics, rows=1,
          columns=2, count=1)
    pages.append(painters.read(tmp_path / str(number) / "matrix_0.png").astype(int))
  assert np.abs(pages[0] - pages[1]).mean() > 0.5 < np.abs(pages[1] - pages[2]).mean()


def test_built_in_faces_without_folders(folder, tmp_path, monkeypatch, capsys):
  faces = builtin_faces.ensure(4, 2, folder=tmp_path / "faces")
  monkeypatch.setattr(builtin_faces, "ensure", lambda: faces)
  with painters.quickly(folder):
    report = run(folder, (None, None), tmp_path / "out", rows=1, columns=2, count=1)
  test = {name for person in builtin_faces.read_list(faces)["identities"]
          if person["split"] == "test" for name in person["images"]}
  assert set(report["sheets"][0]["photos"]) == test
  assert "taking the built-in faces (invented people, test split)" in capsys.readouterr().err


def test_what_a_person_can_mend(folder, data, tmp_path):
  saving.write_config(tiny.autoencoder(), tmp_path / "first", {})
  (tmp_path / "file").write_text("")
  (tmp_path / "empty").mkdir()
  cases = [
      ("6 pictures are needed as photos, but .* has 5; give more", {"columns": 6}),
      ("6 pictures are needed as sketches, but .* has 5; give more", {"rows": 6}),
      ("--photo_dir is given without --sketch_dir", {"data": (data[0], None)}),
      ("--sketch_dir is given without --photo_dir", {"data": (None, data[1])}),
      ("There is no folder", {"data": (f"{data[0]}/none", data[1])}),
      ("is empty", {"data": (data[0], str(tmp_path / "empty"))}),
      ("is an auto-encoder", {"folder": str(tmp_path / "first")}),
      ("neither a folder nor a model", {"folder": str(tmp_path / "none")}),
      ("holds pictures that are read", {"output": data[1]}),
      ("holds pictures that are read", {"output": f"{data[0]}/../photos"})]
  for sentence, changes in cases:
    with pytest.raises(UserError, match=sentence):
      run(**{"folder": folder, "data": data, "output": tmp_path / "out", **changes})
  assert not (tmp_path / "out").exists()


def test_a_damaged_picture_is_told_before_the_first_matrix(folder, tmp_path):
  photos, (sketches,) = sketch_folders.make(tmp_path, sets=1, count=3)
  whole = (sketches / "n1.png").read_bytes()
  (sketches / "n1.png").write_bytes(whole[:len(whole) // 2])
  with painters.quickly(folder), pytest.raises(UserError, match="n1.png is damaged or cut off"):
    run(folder, (str(photos), str(sketches)), tmp_path / "out")
  Image.new("RGB", (9, 9)).save(sketches / "n1.png")
  with painters.quickly(folder), pytest.raises(UserError, match="can't be made"):
    run(folder, (str(photos), str(sketches)), tmp_path / "photos" / "n0.png" / "out")
  assert not (tmp_path / "out").exists()
