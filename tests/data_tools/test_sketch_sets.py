"""Folders of photos and sketches: pairing, reading, the checker, the built-in sets."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_faces, image_files
from data_tools.errors import UserError
from data_tools.sketch_sets import builtin_sets, paired_folders, sketch_set_check
from data_tools.sketch_sets.paired_folders import SketchSets
from data_tools.sketch_sets.pictures import Pictures
from tests.data_tools import sketch_folders

ROOT = pathlib.Path(__file__).parents[2]


def refused(action, *words):
  with pytest.raises(UserError) as caught:
    action()
  message = str(caught.value)
  assert "\n" not in message and message.endswith(".")
  for word in words:
    assert str(word) in message, message


# --- Pairing ---

@pytest.mark.parametrize("sets", [1, 3, 10])
def test_names_pair_whatever_their_endings(tmp_path, sets):
  photos, sketches = sketch_folders.make(tmp_path, 4, sets, ".jpg")
  found = paired_folders.find(photos, sketches)
  assert len(found) == 4 and found.names == ("n0", "n1", "n2", "n3")
  assert found.photos == tuple(photos / f"n{index}.png" for index in range(4))
  assert found.sketches == tuple(tuple(folder / f"n{index}.jpg" for index in range(4))
                                 for folder in sketches)


def test_the_very_name_goes_before_another_ending(tmp_path):
  photos, sketches = sketch_folders.make(tmp_path, 2)
  sketch_folders.save(sketches[1] / "n1.bmp", sketch_folders.picture(7, channels=1))
  found = paired_folders.find(photos, sketches)
  assert found.sketches[1][1] == sketches[1] / "n1.png"
  (sketches[1] / "n1.png").rename(sketches[1] / "n1.jpg")
  refused(lambda: paired_folders.find(photos, sketches), sketches[1] / "n1.bmp", "n1.jpg", "keep")


def test_photos_without_all_sketches_are_left_out_and_told_in_one_line(tmp_path, capsys):
  photos, sketches = sketch_folders.make(tmp_path, 5)
  (sketches[0] / "n3.png").unlink()
  (sketches[2] / "n1.png").unlink()
  sketch_folders.save(sketches[1] / "alone.png", sketch_folders.picture(1, channels=1))
  found = paired_folders.find(photos, sketches)
  assert found.names == ("n0", "n2", "n4")
  assert all([path.stem for path in one] == list(found.names) for one in found.sketches)
  told = capsys.readouterr().err
  assert told.count("\n") == 1 and "2 of 5 photos" in told and "first: n1.png" in told


def empty_a_folder(photos, sketches):
  for path in sketches[1].iterdir():
    path.unlink()


def rename_all(photos, sketches):
  for path in sketches[1].iterdir():
    path.rename(sketches[1] / f"x{path.name}")


def remove_a_folder(photos, sketches):
  empty_a_folder(photos, sketches)
  sketches[1].rmdir()


def add_a_twin(photos, sketches):
  sketch_folders.save(photos / "n1.jpg", sketch_folders.picture(3))


@pytest.mark.parametrize("harm,words", [
    (empty_a_folder, ["s1", "is empty"]), (rename_all, ["None of the 5 photos", "s1"]),
    (remove_a_folder, ["no folder", "s1", "sketches"]), (add_a_twin, ["n1.jpg", "n1.png"])])
def test_folders_that_do_not_do(tmp_path, harm, words):
  photos, sketches = sketch_folders.make(tmp_path)
  harm(photos, sketches)
  refused(lambda: paired_folders.find(photos, sketches), *words)


def test_lists_of_folders_that_do_not_do(tmp_path):
  photos, sketches = sketch_folders.make(tmp_path)
  refused(lambda: paired_folders.find(photos, []), "No folder of sketches")
  refused(lambda: paired_folders.find(tmp_path / "x", sketches), "x", "photos")
  refused(lambda: paired_folders.find(photos, [sketches[0], tmp_path / "s1/../s0"]), "twice")
  refused(lambda: paired_folders.find(photos, [photos]), "twice")
  with pytest.raises(ValueError, match="belong"):
    SketchSets((photos,), ((), ()))


# --- Reading ---

def test_pictures_are_what_the_files_hold_within_and_beyond_memory(tmp_path):
  photos, sketches = sketch_folders.make(tmp_path, 3)
  files = paired_folders.find(photos, sketches)
  one = 30 * 26 * (3 + 3)  # of n0.png and its sketches
  for memory, kept in ((1 << 20, 31 * 26 * 6 * 3), (one + 100, one), (0, 0)):
    pictures = Pictures(files, memory)
    assert pictures.bytes_kept == kept and (len(pictures), pictures.sets) == (3, 3)
    for row in range(3):
      np.testing.assert_array_equal(pictures.photo(row),
                                    image_files.read_image(photos / f"n{row}.png"))
      for which in (0, 1, 2, -1):
        np.testing.assert_array_equal(
            pictures.sketch(which, row),
            image_files.read_image(sketches[which] / f"n{row}.png", "L"))


@pytest.mark.parametrize("memory", [0, 1 << 20])
def test_a_damaged_picture_is_told_at_once(tmp_path, memory):
  photos, sketches = sketch_folders.make(tmp_path)
  path = sketches[2] / "n4.png"
  path.write_bytes(path.read_bytes()[:-40])
  refused(lambda: Pictures(paired_folders.find(photos, sketches), memory), path, "cut off")


# --- The checker ---

def only_problem(folders, *words):
  report = sketch_set_check.inspect(*folders)
  assert len(report.problems) == 1, report.problems
  assert all(str(word) in report.problems[0] for word in words), report.problems
  assert report.problems[0].endswith(".") and "\n" not in report.problems[0]
  return report


def only_note(folders, *words):
  report = sketch_set_check.inspect(*folders)
  assert not report.problems and len(report.notes) == 1, report
  assert all(str(word) in report.notes[0] for word in words), report.notes
  assert report.notes[0].endswith(".") and "\n" not in report.notes[0]


@pytest.fixture(name="folders")
def make_folders(tmp_path):
  return sketch_folders.make(tmp_path)


def test_good_folders(folders):
  report = sketch_set_check.inspect(*folders)
  assert not report.problems and not report.notes
  assert report.counts == {str(folder): {"pictures": 5, "paired": 5}
                           for folder in (folders[0], *folders[1])}


def test_pictures_that_cannot_be_used(folders):
  photos, sketches = folders
  path = sketches[0] / "n2.png"
  path.write_bytes(path.read_bytes()[:100])
  only_problem(folders, path, "cut off")
  sketch_folders.save(path, np.full([30, 26], 255))
  only_problem(folders, path, "one colour")
  with Image.open(photos / "n2.png") as image:
    image.save(path)
  only_problem(folders, path, "n2.png", "same picture")


def test_folders_of_something_else(folders):
  photos, sketches = folders
  for path in sketches[1].iterdir():
    sketch_folders.save(path, 255 - image_files.read_image(path, "L"))
  only_problem(folders, sketches[1], "mostly dark", "invert")
  for index, path in enumerate(sorted(sketches[1].iterdir())):
    sketch_folders.save(path, 128 + sketch_folders.picture(index + 50) // 2)
  only_problem(folders, sketches[1], "coloured")
  rename_all(*folders)
  assert "No photo" in sketch_set_check.inspect(*folders).problems[0]


def test_names_that_do_not_pair(folders):
  add_a_twin(*folders)
  only_problem(folders, "n1.jpg", "n1.png")
  (folders[0] / "n1.jpg").unlink()
  (folders[1][0] / "n1.png").rename(folders[1][0] / "n1.bmp")
  sketch_folders.save(folders[1][0] / "n1.gif", sketch_folders.picture(9, channels=1))
  assert "n1.bmp and n1.gif" in only_problem(folders[:1] + ([folders[1][0]],), "n1").problems[0]


def test_what_is_unusual_is_a_note(folders):
  photos, sketches = folders
  (sketches[2] / "Thumbs.db").write_bytes(b"x")
  only_note(folders, "Thumbs.db")
  (sketches[2] / "Thumbs.db").unlink()
  path = sketches[2] / "n3.png"
  kept = image_files.read_image(path, "L")
  path.unlink()
  only_note(folders, sketches[2], "1 photo without", "(n3.png)")
  sketch_folders.save(path, np.pad(kept, ((0, 0), (0, 9)), constant_values=255))
  only_note(folders, "another shape", "26 x 33", "35 x 33")
  sketch_folders.save(path, np.asarray(Image.fromarray(kept.astype(np.uint8)).resize((52, 66))))
  assert not sketch_set_check.inspect(*folders).notes  # the same shape
  sketch_folders.save(path, image_files.read_image(sketches[0] / "n3.png", "L"))
  only_note(folders, "there already", "s0/n3.png")


def command(*options):
  return subprocess.run([sys.executable, "data_tools/check_sketch_sets.py", *map(str, options)],
                        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_command(folders):
  photos, sketches = folders
  (sketches[0] / "n0.png").unlink()
  (photos / os.fsdecode(b"\xff.png")).write_bytes(b"no image")
  done = command(f"--photo_dir={photos}", f"--sketch_dirs={sketch_folders.listed(sketches)}")
  assert done.returncode == 1 and "Traceback" not in done.stderr
  assert done.stderr.splitlines()[-1] == (
      f"Error: {photos} and its sketches have 1 problem; mend what is listed above and check "
      "again.")
  *table, line = done.stdout.splitlines()
  result = json.loads(line)
  assert table[1].split() == ["6", "4", str(photos)] and table[2].split()[:2] == ["4", "4"]
  assert not result["ok"] and "is not an image" in result["problems"][0]
  assert len(result["notes"]) == 3 and result["sketch_dirs"] == [str(one) for one in sketches]
  (photos / os.fsdecode(b"\xff.png")).unlink()
  assert not sketch_set_check.inspect(photos, sketches).problems


# --- The built-in sets ---

@pytest.fixture(name="faces", scope="module")
def make_faces(tmp_path_factory):
  return builtin_faces.ensure(3, 2, 0, tmp_path_factory.mktemp("faces") / "faces")


def test_three_sets_of_the_builtin_faces(faces):
  found = {split: builtin_sets.find(split, faces) for split in builtin_faces.SPLITS}
  assert [len(one) for one in found.values()] == [2, 2, 2]
  assert len({path for one in found.values() for path in one.photos}) == 6
  files = found["train"]
  report = sketch_set_check.inspect(
      files.photos[0].parent, [one[0].parent for one in files.sketches])
  assert not report.problems and not report.notes
  assert all(path.stem in path.name for one in files.sketches for path in one)
  assert [path.name for path in files.photos] == [path.name for path in files.sketches[2]]
  assert files.sketches[0][0].parent == faces / "sketches"
  pencil, light, lines = (Pictures(files).sketch(which, 0) for which in range(3))
  assert light.shape == lines.shape == pencil.shape == (250, 200)
  assert light.mean() > pencil.mean() + 15 and (light == 255).mean() > 0.5
  assert set(np.unique(lines)) == {0, 255} and 0.03 < (lines == 0).mean() < 0.3
  dark = pencil < np.percentile(pencil, 5)
  assert (light[dark] < 230).mean() > 0.9  # the strong lines stay


def test_the_builtin_sets_are_made_once(faces):
  files = builtin_sets.find("train", faces)
  times = [path.stat().st_mtime_ns for path in files.sketches[1]]
  again = builtin_sets.find("train", faces)
  assert again == files and [path.stat().st_mtime_ns for path in again.sketches[1]] == times
  sketch = image_files.read_image(files.sketches[0][1], "L")
  for which, rule in ((1, builtin_sets.light), (2, builtin_sets.lines)):
    np.testing.assert_array_equal(image_files.read_image(files.sketches[which][1], "L"),
                                  rule(sketch))


def test_light_takes_weak_ink_away():
  sketch = np.full([10, 10], 250, np.uint8)
  sketch[3, 3:7] = 220, 150, 50, 0
  made = builtin_sets.light(sketch)
  assert made[3, 3:7].tolist() == [255, 206, 131, 94] and (made == 255).sum() == 97
