"""Who belongs to whom: folders by name, lists by line; each doubt is told in a sentence."""

import os
import shutil

import pytest

from data_tools.errors import UserError
from data_tools.faces import layout, pairs
from data_tools.faces.pairs import FacePair
from tests.data_tools import face_folders


@pytest.fixture(name="faces")
def make_faces(tmp_path):
  return face_folders.make(tmp_path / "faces", ("CUHK", "AR", "XM2VTS", "CUFSF"), 2, 10, 8)


def refused(action, *words):
  with pytest.raises(UserError) as caught:
    action()
  sentence = str(caught.value)
  assert "\n" not in sentence and sentence.endswith(".")
  for word in words:
    assert str(word) in sentence, sentence
  return sentence


def test_the_sets_come_in_the_originals_order(faces):
  found = pairs.find("both", "train", faces)
  assert [pair.name for pair in found] == ["CUHKn0", "CUHKn1", "ARn0", "ARn1", "XM2VTSn0",
                                          "XM2VTSn1", "CUFSFn0", "CUFSFn1"]
  assert found[2].photo == faces / "AR/Training Photos/n0.png"
  assert found[2].sketch == faces / "AR/Training Sketches/n0.png"
  assert [pair.name for pair in pairs.find("cufsf", "test", faces)] == ["CUFSFn0", "CUFSFn1"]
  assert pairs.find("CUFSF", "test", faces)[0].photo == faces / "CUFSF/Testing Photos/n0.png"


def test_files_are_sorted_as_strings_and_endings_may_differ(faces):
  photos, sketches = (layout.folder(faces, "AR", "test", kind) for kind in layout.KINDS)
  for name in ("10", "9", "1-a", "1"):
    face_folders.save(photos / f"{name}.jpg", face_folders.picture(1, 10, 8))
    face_folders.save(sketches / f"{name}.png", face_folders.picture(1, 10, 8))
  assert [pair.photo.name for pair in pairs.from_folders(faces, "AR", "test")] == [
      "1-a.jpg", "1.jpg", "10.jpg", "9.jpg", "n0.png", "n1.png"]


def test_the_published_numbers_of_pairs():
  total = {split: {name: sum(layout.OFFICIAL_COUNTS[face_set][split] for face_set in sets)
                   for name, sets in layout.DATA_TYPES.items()} for split in layout.SPLITS}
  assert (total["train"]["CUFS"], total["test"]["CUFS"]) == (268, 338)
  assert (total["train"]["CUFSF"], total["test"]["CUFSF"]) == (250, 944)


def test_wrong_data_type(faces):
  refused(lambda: pairs.find("CUSF", "train", faces), "CUSF", "CUFS, CUFSF, BOTH")


def test_unpaired_names(faces):
  (faces / "AR/Training Sketches/n1.png").rename(faces / "AR/Training Sketches/m1.png")
  refused(lambda: pairs.find("CUFS", "train", faces), "n1", "m1", "no partner", "same names")


def test_an_empty_split(faces):
  for kind in ("Photos", "Sketches"):
    for file in (faces / f"XM2VTS/Testing {kind}").iterdir():
      file.unlink()
  refused(lambda: pairs.find("CUFS", "test", faces), "XM2VTS/Testing", "is empty")


def test_missing_folders_are_told_with_what_may_be_meant(faces, tmp_path):
  refused(lambda: pairs.find("CUFS", "train", tmp_path / "none"), tmp_path / "none", "CUHK")
  refused(lambda: pairs.find("CUFS", "train", faces / "CUHK"), "itself holds", "give the folder")
  (faces / "CUHK/Testing Photos").rename(faces / "CUHK/testing_photo")
  refused(lambda: pairs.find("CUFS", "test", faces), "CUHK/Testing Photos",
          "CUHK/testing_photo is there; rename it to 'Testing Photos'")
  (faces / "AR").rename(faces / "ar")
  refused(lambda: pairs.find("AR", "train", faces), f"{faces}/ar is there; rename it to 'AR'")
  shutil.rmtree(faces / "CUFSF")
  refused(lambda: pairs.find("CUFSF", "train", faces), "put the training", "another data_type")
  refused(lambda: pairs.find("CUFSF", "train"), "data_dir")


def test_lists_give_what_the_folders_gave(faces, tmp_path):
  written = pairs.write_lists(tmp_path / "lists", faces, "both")
  assert sorted(path.name for path in written) == sorted(
      f"{name}_{split}_{kind}_paths.txt" for name in ("CUFS", "CUFSF")
      for split in ("train", "test") for kind in ("photo", "sketch"))
  for name in ("CUFS", "BOTH", "CUFSF"):
    for split in layout.SPLITS:
      from_lists = pairs.find(name, split, lists_dir=tmp_path / "lists")
      assert from_lists == pairs.find(name, split, faces)
  lines = (tmp_path / "lists/CUFS_train_sketch_paths.txt").read_text().splitlines()
  assert lines[2] == str(faces / "AR/Training Sketches/n0.png")


def test_lists_of_another_machine_find_the_files_below_data_dir(faces, tmp_path):
  pairs.write_lists(tmp_path / "lists", faces, "CUFS")
  before = pairs.find("CUFS", "test", faces)
  faces.rename(tmp_path / "moved")
  refused(lambda: pairs.find("CUFS", "test", lists_dir=tmp_path / "lists"), "6 of the 6")
  refused(lambda: pairs.find("CUFS", "test", tmp_path, tmp_path / "lists"), "6 of the 6",
          "neither", "n0.png")
  after = pairs.find("CUFS", "test", tmp_path / "moved", tmp_path / "lists")
  assert [pair.name for pair in after] == [pair.name for pair in before]
  assert after[0].sketch == tmp_path / "moved/CUHK/Testing Sketches/n0.png"


def write(path, lines):
  path.write_text("\n".join(map(str, lines)))
  return path


def test_lists_may_pair_other_names_but_lines_must_not_slip(faces, tmp_path):
  photos = [faces / f"CUHK/Training Photos/n{index}.png" for index in range(2)]
  sketches = [faces / f"CUHK/Training Sketches/n{index}.png" for index in range(2)]
  photo_list, sketch_list = write(tmp_path / "p", photos), tmp_path / "s"
  renamed = [path.rename(path.with_name(f"drawn_{path.name}")) for path in sketches]
  write(sketch_list, renamed)
  assert pairs.pair_lists(photo_list, sketch_list) == [
      FacePair("CUHK", photo, sketch) for photo, sketch in zip(photos, renamed)]
  for path, target in zip(renamed, sketches):
    path.rename(target)
  write(sketch_list, sketches[::-1])
  refused(lambda: pairs.pair_lists(photo_list, sketch_list), "Line 1", "n0.png", "line 2")
  write(sketch_list, sketches[:1])
  refused(lambda: pairs.pair_lists(photo_list, sketch_list), "2 files", "1;")
  write(sketch_list, [])
  refused(lambda: pairs.pair_lists(photo_list, sketch_list), "empty")
  refused(lambda: pairs.pair_lists(photo_list, sketch_list, faces), "empty")
  refused(lambda: pairs.pair_lists(photo_list, tmp_path / "none"), "no list", "--write_lists")
  sketch_list.write_bytes(b"\xff\xfe\x00\xd8")
  refused(lambda: pairs.pair_lists(photo_list, sketch_list, faces), "text")
  write(sketch_list, ["a\0b", "c" * 5000])
  refused(lambda: pairs.pair_lists(photo_list, sketch_list, faces), "2 of the 2")


def test_names_of_results_are_told_apart(faces, tmp_path):
  photo, sketch = (faces / f"AR/Training {kind}/n0.png" for kind in ("Photos", "Sketches"))
  for split in layout.SPLITS:
    write(tmp_path / f"AR_{split}_photo_paths.txt", [photo, photo])
    write(tmp_path / f"AR_{split}_sketch_paths.txt", [sketch, sketch])
  refused(lambda: pairs.find("AR", "test", lists_dir=tmp_path), "same name, ARn0")


def many(**sizes):
  return [FacePair(face_set, f"/{face_set}/P/{index}.jpg", f"/{face_set}/S/{index}.jpg")
          for face_set, size in sizes.items() for index in range(size)]


def test_held_out_pairs_are_a_share_of_each_set_and_the_same_each_time():
  everything = many(CUHK=88, AR=80, XM2VTS=100)
  key = lambda pair: pair.photo
  kept, held = pairs.hold_out(everything, 0.1, 3, key)
  assert sorted(kept + held) == sorted(everything)
  assert [pair for pair in everything if pair in held] == held  # in their order
  counts = [sum(pair.face_set == name for pair in held) for name in ("CUHK", "AR", "XM2VTS")]
  assert counts == [9, 8, 10]
  assert pairs.hold_out(everything, 0.1, 3, key) == (kept, held)
  assert pairs.hold_out(everything, 0.1, 4, key) != (kept, held)


def test_pictures_of_one_person_are_held_out_together():
  person = lambda pair: int(pair.photo.split("/")[-1][:-4]) // 4
  kept, held = pairs.hold_out(many(AR=40), 0.2, 0, person)
  assert len(held) == 8
  assert not {person(pair) for pair in kept} & {person(pair) for pair in held}


def test_one_pair_cannot_be_split():
  refused(lambda: pairs.hold_out(many(AR=1), 0.1, 0, lambda pair: pair.photo), "too few")


@pytest.mark.parametrize("name", ["two\nlines", os.fsdecode(b"\xff"), "next\x85line"])
def test_paths_that_a_list_cannot_hold(tmp_path, name):
  faces = face_folders.make(tmp_path / name, ("AR",), 1, 10, 8)
  refused(lambda: pairs.write_lists(tmp_path / "lists", faces, "AR"), "can't be a line")
  assert not (tmp_path / "lists").exists()
