"""Joint pictures for training: loaded, kept or read anew, batches as functions of (seed, i)."""

import json

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.joint import builtin_joint, halves, joint_dataset, joint_pipeline
from data_tools.joint.joint_dataset import JointPictures, load
from tests.data_tools import joint_folders


@pytest.fixture(name="folder", scope="module")
def make_folder(tmp_path_factory):
  return joint_folders.joints(tmp_path_factory.mktemp("joint") / "joint", count=5)


@pytest.fixture(name="pictures")
def load_train(folder):
  return load(folder, "train")


def test_every_name_in_every_style(folder, pictures):
  assert len(pictures) == 10 and pictures.size == 16
  assert [(path.parent.name, path.stem) for path in pictures.paths] == [
      (style, f"train{number}") for style in ("ink", "pen") for number in range(5)]
  assert pictures.styles == ["ink"] * 5 + ["pen"] * 5
  chosen = load(folder, "train", ["pen"])
  assert chosen.styles == ["pen"] * 5
  np.testing.assert_array_equal(chosen.read(range(5)), pictures.read(range(5, 10)))
  assert load(folder, "test", ("pen", "ink"), size=16).styles == ["pen"] * 5 + ["ink"] * 5


def test_pixels_are_the_files_whether_kept_or_not(folder, pictures):
  some = JointPictures(pictures.paths, pictures.styles, 16, memory=3 * 16 * 32 * 3 + 5)
  none = load(folder, "train", memory=0)
  rows = [7, 0, 7, 2, 3]
  expected = np.stack([joint_dataset.read(pictures.paths[row]) for row in rows])
  for store in (pictures, some, none):
    read = store.read(rows)
    assert read.dtype == np.uint8 and read.shape == (5, 16, 32, 3)
    np.testing.assert_array_equal(read, expected)
    read[:] = 0  # a copy
    np.testing.assert_array_equal(store.read(np.array(rows)), expected)
  assert pictures.read([]).shape == (0, 16, 32, 3)


def test_only_what_is_kept_outlives_its_file(tmp_path):
  folder = joint_folders.joints(tmp_path / "joint", ("train",), ("pen",), count=2)
  store = load(folder, "train", memory=16 * 32 * 3)
  for path in store.paths:
    path.unlink()
  store.read([0])
  with pytest.raises(UserError, match="train1.png can't be read"):
    store.read([1])


def test_a_split_without_styles(tmp_path):
  folder = joint_folders.joints(tmp_path / "plain", styles=("",))
  assert load(folder, "train").styles == ["sketch"] * 3
  with pytest.raises(UserError, match="no sketches of the style 'xdog'; it has sketch"):
    load(folder, "train", ["xdog"])


def test_what_can_not_be_loaded_is_a_sentence(folder, tmp_path):
  for place, split, options, words in (
      (folder, "valid", {}, "has no split valid .it has train, test"),
      (folder, "best", {}, "no split 'best'"), (folder / "x", "train", {}, "There is no folder"),
      (folder, "train", {"styles": ["fdog"]}, "style 'fdog'; it has ink, pen"),
      (folder, "train", {"styles": ["pen", "pen"]}, "each once"),
      (folder, "train", {"size": 64}, "32 x 16 pixels.*128 x 64 was expected"),
      (joint_folders.joints(tmp_path / "odd", size=24), "train", {}, "multiple of 16")):
    with pytest.raises(UserError, match=words):
      load(place, split, **options)
  (tmp_path / "empty/train/pen").mkdir(parents=True)
  with pytest.raises(UserError, match="is empty"):
    load(tmp_path / "empty", "train")
  mixed = joint_folders.joints(tmp_path / "mixed")
  joint_folders.save(mixed / "train/pen/train1.png", joint_folders.joint(0, 32))
  with pytest.raises(UserError, match="train1.png has 64 x 32 pixels"):
    load(mixed, "train")
  (mixed / "joint_settings.json").write_text("{}")
  with pytest.raises(UserError, match="not finished"):
    load(mixed, "train")


def test_a_pass_has_every_picture_once(pictures):
  batches = joint_pipeline.TrainBatches(pictures, 3, seed=4)
  assert joint_pipeline.steps_per_epoch(pictures, 3) == 3
  for first in (0, 3, 6):
    rows = np.concatenate([batches.rows(index) for index in range(first, first + 3)])
    assert len(set(rows)) == 9
  assert set(np.concatenate([batches.rows(index) for index in range(30)])) == set(range(10))
  for size in (0, 11):
    with pytest.raises(UserError, match=f"batch_size is {size}"):
      joint_pipeline.steps_per_epoch(pictures, size)


def test_each_row_is_mirrored_by_its_own_coin_within_its_halves(pictures):
  batches = joint_pipeline.TrainBatches(pictures, 5, seed=1)
  plain = joint_pipeline.TrainBatches(pictures, 5, seed=1, flip=False)
  turned, mixed = 0, 0
  for index in range(20):
    coins = batches.turned(index)
    for flipped, one, other in zip(coins, batches(index), plain(index)):
      expected = [np.fliplr(half) if flipped else half for half in halves.halves(other)]
      for half, right in zip(halves.halves(one), expected):
        np.testing.assert_array_equal(half, right)
    turned += coins.sum()
    mixed += 0 < coins.sum() < 5
    assert not plain.turned(index).any()
  assert 30 < turned < 70 and mixed > 10


def test_batches_depend_on_seed_and_number_alone(pictures):
  take = lambda seed, first, count: [
      element["joint"].numpy() for element in joint_pipeline.train_batches(
          pictures, 4, seed, first).take(count)]
  whole, later, other = take(3, 0, 5), take(3, 3, 2), take(4, 0, 1)
  assert whole[0].shape == (4, 16, 32, 3) and whole[0].dtype == np.uint8
  for one, two in zip(whole[3:], later):
    np.testing.assert_array_equal(one, two)
  assert not np.array_equal(whole[0], other[0])
  np.testing.assert_array_equal(whole[2], joint_pipeline.TrainBatches(pictures, 4, 3)(2))


def test_builtin_joint_makes_what_is_missing():
  folder = builtin_joint.ensure(["pencil"], size=16, identities=3, images_per_identity=1)
  assert builtin_joint.ensure(["photocopy"], 16, 3, 1) == folder
  assert sorted(json.loads((folder / "joint.json").read_text())["styles"]) == [
      "pencil", "photocopy"]
  pictures = load(folder, "train")
  assert pictures.styles == ["pencil", "photocopy"] and pictures.size == 16
  photos = [halves.halves(pictures.read([row])[0])[1] for row in (0, 1)]
  np.testing.assert_array_equal(*photos)
  times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")}
  next(iter(times)).unlink()
  builtin_joint.ensure(["pencil", "photocopy"], 16, 3, 1)
  again = {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")}
  assert again.keys() == times.keys() and sum(again[path] != times[path] for path in times) == 1
  assert builtin_joint.ensure(["pencil"], 32, 3, 1) != folder
  with pytest.raises(UserError, match="multiple of 16"):
    builtin_joint.ensure(["pencil"], 20, 3, 1)
  with pytest.raises(UserError, match="'crayon'"):
    builtin_joint.ensure(["crayon"], 16, 3, 1)
