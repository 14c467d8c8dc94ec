"""Photos of data sets in their own formats, and what is wrong with them in one sentence."""

import shutil

import numpy as np
import pytest
from scipy import io

from data_tools import builtin_faces
from data_tools.errors import UserError
from data_tools.joint import crops, folder_source, sources
from data_tools.joint.crops import Framing
from tests.data_tools import joint_folders


def refused(kind, folder, *words, **options):
  """The source is refused in one sentence with these words."""
  with pytest.raises(UserError) as caught:
    sources.find(kind, folder, **options)
  sentence = str(caught.value)
  assert "\n" not in sentence and sentence.endswith("."), sentence
  for word in words:
    assert str(word) in sentence, sentence


@pytest.mark.parametrize("below", [False, True])
def test_celeba(tmp_path, below):
  source = sources.find("celeba", joint_folders.celeba(tmp_path, below=below))
  assert [photo.name for photo in source.photos] == [f"{n:06d}" for n in range(1, 6)]
  assert [photo.split for photo in source.photos] == ["train"] * 3 + ["valid", "test"]
  assert all(photo.path.is_file() and photo.box is None for photo in source.photos)
  assert source.framing == Framing(side=108) and not source.has_sketches
  assert sources.find("celeba", tmp_path, crop=150).framing.side == 150


def test_celeba_refused(tmp_path):
  folder = joint_folders.celeba(tmp_path)
  refused("celeba", folder, "179", "178", crop=179)
  listed = folder / "list_eval_partition.txt"
  lines = listed.read_text().splitlines()
  for text, words in (("\n".join(lines[:4]), ("000005.jpg", "no line", listed)),
                      ("\n".join([*lines, "000006.jpg 0"]), ("000006.jpg", "no photo")),
                      ("\n".join([*lines, "000001.jpg 0"]), ("Line 6", "earlier line")),
                      ("\n".join([*lines, "000006.jpg 3"]), ("000006.jpg", "split 3")),
                      ("\n".join([*lines, "000006.jpg zero"]), ("Line 6", "zero", "1 number")),
                      ("\n".join([*lines, "000006.jpg nan"]), ("Line 6", "nan")),
                      ("000006.jpg", ("Line 1",)), ("\n", ("is empty",))):
    listed.write_text(text)
    refused("celeba", folder, *words)
  listed.write_bytes(b"\xff\xfe\0")
  refused("celeba", folder, listed, "can't be read")
  listed.unlink()
  refused("celeba", folder, listed, "Eval/list_eval_partition.txt")


def test_cub(tmp_path):
  folder = joint_folders.cub(tmp_path / "CUB_200_2011")
  for place in (folder, tmp_path):
    source = sources.find("cub", place, margin=0.2)
    assert [(photo.name, photo.split, photo.box) for photo in source.photos] == [
        ("001_Bird_0001_77", "train", (10, 20, 70, 60)),
        ("002_Bird_0002_77", "test", (5.5, 0, 35.5, 90))]
    assert source.framing == Framing(margin=0.2)
    assert source.photos[1].path == folder / "images/002.Bird/Bird_0002_77.jpg"


@pytest.mark.parametrize("name,before,after,words", [
    ("images", "001.Bird/", "003.Bird/", ("003.Bird", "no such photo")),
    ("images", "001.Bird/", "../images/001.Bird/", ("..", "no such photo")),
    ("images", "2 002.Bird/Bird_0002_77.jpg\n", "", ("2 of", "no line in", "images.txt")),
    ("bounding_boxes", "1 10 20 60 40", "1 10 20 60", ("Line 1", "4 numbers")),
    ("bounding_boxes", "1 10 20 60 40\n", "", ("1 of", "no line in", "bounding_boxes.txt")),
    ("train_test_split", "1 1", "1 2", ("says 2", "1 (train) or 0 (test)")),
    ("image_class_labels", "2 2", "2 two", ("Line 2", "two"))])
def test_cub_refused(tmp_path, name, before, after, words):
  folder = joint_folders.cub(tmp_path)
  path = folder / f"{name}.txt"
  assert before in path.read_text()
  path.write_text(path.read_text().replace(before, after))
  refused("cub", folder, *words)
  path.unlink()
  refused("cub", folder, path, "There is no")


@pytest.mark.parametrize("labels", [True, False])
def test_cars(tmp_path, labels):
  source = sources.find("cars", joint_folders.cars(tmp_path, labels))
  assert [(photo.name, photo.split, photo.box) for photo in source.photos] == [
      ("train_00001", "train", (10, 20, 70, 60)), ("train_00002", "train", (0, 0, 120, 90)),
      ("test_00001", "test", (29, 4, 90, 80))]
  assert source.framing == Framing(margin=0.1)
  pixels = np.zeros([90, 120], np.uint8)
  pixels[20:60, 10:70] = 1  # rows 21..60, columns 11..70, counted from 1
  cut = crops.square(pixels, source.photos[0].box, Framing())
  assert cut.shape == (60, 60) and (cut.sum(axis=0) == 40).all()


def test_cars_refused(tmp_path):
  folder = joint_folders.cars(tmp_path)
  (folder / "cars_test/00001.jpg").unlink()
  refused("cars", folder, "names 00001.jpg", folder / "cars_test/00001.jpg")
  path = folder / "devkit/cars_train_annos.mat"
  whole = path.read_bytes()
  for content, words in ((whole[:200], ("can't be read",)), (b"text", ("can't be read",))):
    path.write_bytes(content)
    refused("cars", folder, path, *words)
  other = {"bbox_x1": 1, "bbox_y1": 1, "bbox_x2": 9, "bbox_y2": 9, "fname": "00001.jpg"}
  for content, words in (({"other": 1}, ("no array `annotations`",)),
                         ({"annotations": np.eye(3)}, ("no array `annotations`",)),
                         ({"annotations": {"fname": "1.jpg"}}, ("no array `annotations`",)),
                         ({"annotations": {**other, "fname": "../a.jpg"}}, ("'../a.jpg'",)),
                         ({"annotations": {**other, "fname": 3}}, ("not the name of a file",)),
                         ({"annotations": {**other, "bbox_x2": [1, 2]}}, ("four numbers",)),
                         ({"annotations": {**other, "bbox_x2": np.nan}}, ("four numbers",))):
    io.savemat(path, content)
    refused("cars", folder, path, *words)
  path.unlink()
  refused("cars", folder, path)


def test_folder(tmp_path):
  names = [f"p{number}.png" for number in range(30)]
  source = sources.find("folder", joint_folders.photos(tmp_path / "a", names), holdout=0.3)
  splits = {photo.name: photo.split for photo in source.photos}
  assert len(splits) == 30 and set(splits.values()) == {"train", "valid", "test"}
  fewer = sources.find("folder", joint_folders.photos(tmp_path / "b", names[7:]), holdout=0.3)
  assert {photo.name: photo.split for photo in fewer.photos} == {
      name: splits[name] for name in splits if f"{name}.png" in names[7:]}
  assert source.framing == Framing() and sources.find(
      "folder", tmp_path / "a", crop=20).framing.side == 20
  assert source.settings()["list"] != fewer.settings()["list"]


def test_the_held_out_share_is_as_large_as_asked_for():
  splits = [folder_source.split_of(str(number), 0.2) for number in range(5000)]
  for split, share in (("train", 0.6), ("valid", 0.2), ("test", 0.2)):
    assert abs(splits.count(split) / 5000 - share) < 0.03
  assert {folder_source.split_of(str(number), 0.0) for number in range(99)} == {"train"}


def test_folder_refused(tmp_path):
  (tmp_path / "empty").mkdir()
  refused("folder", tmp_path / "empty", "is empty")
  refused("folder", tmp_path / "none", "There is no folder")
  refused("folder", joint_folders.photos(tmp_path / "two", ["a.png", "a.jpg"]), "called a")
  refused("folder", None, "--data_dir")
  refused("folder", tmp_path / "two", "--margin", "--crop and --holdout", margin=0.1)
  refused("builtin", None, "--crop", "no such options", crop=100)


def test_builtin(tmp_path):
  folder = shutil.copytree(builtin_faces.ensure(3, 1), tmp_path / "faces")
  source = sources.find("builtin", folder)
  assert {photo.split for photo in source.photos} == {"train", "valid", "test"}
  assert source.has_sketches and source.framing.side == 200
  people = {f"{person['identity']:04d}_00": person["split"]
            for person in builtin_faces.read_list(folder)["identities"]}
  assert {photo.name: photo.split for photo in source.photos} == people
  (folder / "photos/0001_00.png").unlink()
  with pytest.raises(UserError, match="0001_00.png can't be read"):
    source.settings()
  refused("builtin", tmp_path, "faces.json")
