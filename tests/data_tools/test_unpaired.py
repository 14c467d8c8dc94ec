"""Unpaired pictures: folders, squares in memory or read anew, batches as functions of (seed, i)."""

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_faces
from data_tools.errors import UserError
from data_tools.sketch_sets.batch_stream import Purpose
from data_tools.unpaired import folders, pipeline
from data_tools.unpaired.store import SquarePictures

SIZE = 32
SIDE = SIZE + pipeline.MARGIN


def write(path, seed=0, size=(50, 40), mode="RGB"):
  path.parent.mkdir(parents=True, exist_ok=True)
  pixels = np.random.default_rng(seed).integers(0, 256, [*size, 3]).astype(np.uint8)
  Image.fromarray(pixels).convert(mode).save(path)
  return path


@pytest.fixture
def pictures(tmp_path):
  return [write(tmp_path / f"{number}.png", number) for number in range(3)]


def test_pictures_are_found_in_a_folder_and_below(tmp_path):
  wanted = [write(tmp_path / name) for name in ("a/2.png", "a/b/3.JPG", "1.png")]
  write(tmp_path / ".hidden/4.png")
  write(tmp_path / ".5.png")
  (tmp_path / "notes.txt").write_text("no picture")
  assert folders.pictures_below(tmp_path) == sorted(wanted)


def test_builtin_faces_have_nobody_on_both_sides(monkeypatch, tmp_path, capsys):
  folder = builtin_faces.ensure(6, 1, folder=tmp_path / "faces")
  monkeypatch.setattr(builtin_faces, "ensure", lambda: folder)
  sides = folders.find()
  names = [{path.name.split("_")[0] for path in side} for side in (sides.photos, sides.sketches)]
  assert all(names) and not names[0] & names[1]
  assert {path.parent.name for path in sides.photos} == {"photos"}
  assert {path.parent.name for path in sides.sketches} == {"sketches"}
  assert "different people" in capsys.readouterr().err


@pytest.mark.parametrize("photos, sketches, words", [
    ("none", "some", "There is no folder"), ("empty", "some", "hold no picture"),
    ("some", None, "--path_a is given without --path_b"),
    (None, "some", "--path_b is given without --path_a")])
def test_bad_folders_are_sentences(tmp_path, photos, sketches, words):
  write(tmp_path / "some/1.png")
  (tmp_path / "empty").mkdir()
  place = lambda name: name and tmp_path / name
  with pytest.raises(UserError, match=words):
    folders.find(place(photos), place(sketches))


def test_squares_are_pillows_whether_kept_or_not(tmp_path):
  paths = [write(tmp_path / "1.png"), write(tmp_path / "2.png", 1, mode="L")]
  kept = SquarePictures(paths, 20, "Looking")
  read = SquarePictures(paths, 20, "Looking", memory=20 * 20 * 3)  # one of them
  expected = np.asarray(Image.open(paths[0]).resize((20, 20), Image.Resampling.BILINEAR))
  np.testing.assert_array_equal(kept[0], expected)
  for row in (0, 1):
    np.testing.assert_array_equal(kept[row], read[row])
    assert kept[row].shape == (20, 20, 3) and kept[row].dtype == np.uint8
  paths[1].unlink()
  kept[1]
  with pytest.raises(UserError, match="can't be read"):
    read[1]
  with pytest.raises(UserError, match="can't be read"):
    SquarePictures(paths, 20, "Looking")


def test_a_batch_shows_mirrored_and_moved_parts_of_its_pictures(pictures):
  store = SquarePictures(pictures, SIDE, "Looking")
  side = pipeline.SideBatches(store, SIZE, 4, seed=5, purpose=Purpose.UNPAIRED_PHOTOS)
  places, mirrored = set(), 0
  for index in range(12):
    rows, batch = side.stream.rows(index), side(index)
    assert batch.shape == (4, SIZE, SIZE, 3)
    for row, cut in zip(rows, batch):
      found = [(top, left, way) for way in (1, -1) for top in range(37) for left in range(37)
               if np.array_equal(store[row][:, ::way][top:top + 2, left:left + 2], cut[:2, :2])
               and np.array_equal(store[row][:, ::way][top:top + SIZE, left:left + SIZE], cut)]
      assert len(found) == 1
      places.add(found[0][:2])
      mirrored += found[0][2] < 0
  assert len(places) > 40 and 10 < mirrored < 38
  rows = np.concatenate([side.stream.rows(index) for index in range(12)])
  for start in range(0, 48, 3):  # permutation after permutation, batches run across the borders
    assert sorted(rows[start:start + 3]) == [0, 1, 2]


def test_batches_depend_on_seed_and_number_alone(pictures):
  store = SquarePictures(pictures, SIDE, "Looking")
  take = lambda seed, first, count: [
      {name: value.numpy() for name, value in element.items()}
      for element in pipeline.train_batches(store, store, SIZE, 2, seed, first).take(count)]
  whole, later, other = take(3, 0, 4), take(3, 2, 2), take(4, 0, 1)
  for one, two in zip(whole[2:], later):
    for name in ("photo", "sketch"):
      np.testing.assert_array_equal(one[name], two[name])
  assert not np.array_equal(whole[0]["photo"], other[0]["photo"])
  assert not np.array_equal(whole[0]["photo"], whole[0]["sketch"])  # each side has its own order


def test_pictures_of_another_size_are_refused(pictures):
  store = SquarePictures(pictures, SIZE, "Looking")
  with pytest.raises(ValueError, match="not 32 \\+ 36"):
    pipeline.SideBatches(store, SIZE, 2, 0, Purpose.UNPAIRED_PHOTOS)
