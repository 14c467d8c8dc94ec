"""The command that tells what is wrong with a data folder."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces import face_check, pairs
from tests.data_tools import face_folders

ROOT = pathlib.Path(__file__).parents[2]


def command(*flags):
  return subprocess.run([sys.executable, "data_tools/check_faces.py", *map(str, flags)], cwd=ROOT,
                        capture_output=True, text=True, check=False, timeout=120)


def only_problem(folder, data_type, *words):
  """The one problem of a folder; it is one sentence and has these words."""
  problems = face_check.inspect(folder, data_type).problems
  assert len(problems) == 1, problems
  assert "\n" not in problems[0] and problems[0].endswith(".")
  for word in words:
    assert str(word) in problems[0], problems[0]
  return problems[0]


@pytest.fixture(name="faces")
def make_faces(tmp_path):
  return face_folders.make(tmp_path / "faces", ("CUHK",), 2)


def test_a_good_folder_by_the_command_line(tmp_path):
  faces = face_folders.make(tmp_path / "faces", ("CUFSF",), 2, 125, 100)
  done = command(f"--data_dir={faces}", "--data_type=cufsf", f"--write_lists={tmp_path / 'lists'}")
  assert done.returncode == 0, done.stderr
  *table, line = done.stdout.splitlines()
  result = json.loads(line)
  assert result["ok"] and not result["problems"] and result["data_type"] == "CUFSF"
  assert result["sets"] == {"CUFSF": {"train": {"pairs": 2, "expected": 250, "resized": 4},
                                      "test": {"pairs": 2, "expected": 944, "resized": 4}}}
  assert len(result["notes"]) == 2 and "can't be compared" in result["notes"][0]
  assert table[1].split() == ["CUFSF", "train", "2", "250", "4"]
  assert "no problems, 2 notes" in table
  assert len(result["lists"]) == 4
  assert (pairs.find("CUFSF", "test", lists_dir=tmp_path / "lists")
          == pairs.find("CUFSF", "test", faces))


def test_a_bad_folder_by_the_command_line(faces, tmp_path):
  (faces / "CUHK/Training Photos/n0.png").rename(faces / "CUHK/Training Photos/x.png")
  cut = faces / "CUHK/Testing Sketches/n1.png"
  cut.write_bytes(cut.read_bytes()[:700])
  face_folders.save(faces / "CUHK/Testing Photos/n1.png", face_folders.picture(5, 312, 250))
  done = command(f"--data_dir={faces}", "--data_type=CUFS", f"--write_lists={tmp_path / 'lists'}")
  assert done.returncode == 1 and "Traceback" not in done.stderr
  assert done.stderr.splitlines()[-1] == (
      f"Error: {faces} has 6 problems; mend what is listed above and check again.")
  result = json.loads(done.stdout.splitlines()[-1])
  assert not result["ok"] and result["lists"] == [] and not (tmp_path / "lists").exists()
  for problem, words in zip(result["problems"], (
      ("x", "Training Photos", "no partner"), ("n0", "Training Sketches", "no partner"),
      ("n1.png", "250 x 312"), ("n1.png", "cut off"), ("AR", "missing"), ("XM2VTS", "missing"))):
    assert all(word in problem for word in words), problem
    assert f"Problem: {problem}" in done.stdout


@pytest.mark.parametrize("flags,words", [
    (["--data_dir=no_such_folder"], ["no_such_folder", "CUHK"]),
    (["--data_dir=.", "--data_type=CUFSS"], ["CUFSS", "BOTH"])])
def test_wrong_flags_are_told_in_one_sentence(flags, words):
  done = command(*flags)
  assert done.returncode == 1 and done.stdout == ""
  assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
  assert all(word in done.stderr for word in words)


def test_names_that_are_not_utf8_are_shown(faces):
  path = os.path.join(os.fsencode(faces), b"CUHK/Training Photos/\xff.png")
  pathlib.Path(os.fsdecode(path)).write_bytes(b"no image")
  done = command(f"--data_dir={faces}", "--data_type=CUHK")
  assert done.returncode == 1 and "Traceback" not in done.stderr
  assert "udcff.png is not an image" in done.stdout
  assert len(json.loads(done.stdout.splitlines()[-1])["problems"]) == 2


def test_a_set_that_is_not_there_is_one_problem(faces):
  shutil.rmtree(faces / "CUHK")
  only_problem(faces, "CUHK", "CUHK", "missing")


def test_a_folder_that_is_not_there_is_told_beside_the_rest(faces):
  shutil.rmtree(faces / "CUHK/Testing Photos")
  only_problem(faces, "CUHK", "Testing Photos", "missing")


def test_two_files_of_one_name(faces):
  folder = faces / "CUHK/Testing Photos"
  face_folders.save(folder / "n0.jpg", face_folders.picture(40))
  only_problem(faces, "CUHK", folder, "n0.jpg, n0.png", "keep one")


def test_a_photo_in_place_of_a_sketch(faces):
  gray = face_folders.picture(9, channels=1)
  for kind in ("Photos", "Sketches"):
    face_folders.save(faces / f"CUHK/Training {kind}/n1.png", gray)
  only_problem(faces, "CUHK", "n1.png", "same picture")


def test_swapped_folders(faces):
  for split in ("Training", "Testing"):
    photos, sketches = (faces / f"CUHK/{split} {kind}" for kind in ("Photos", "Sketches"))
    photos.rename(faces / "aside")
    sketches.rename(photos)
    (faces / "aside").rename(sketches)
  problems = face_check.inspect(faces, "CUHK").problems
  assert len(problems) == 2 and all("swapped" in problem for problem in problems)


def test_one_colour_only(faces):
  face_folders.save(faces / "CUHK/Testing Sketches/n0.png", np.full([250, 200], 255, np.uint8))
  only_problem(faces, "CUHK", "Testing Sketches/n0.png", "one colour")


def test_notes_do_not_stop_anything(faces):
  first = faces / "CUHK/Training Photos/n0.png"
  shutil.copy(first, faces / "CUHK/Testing Photos/n1.png")
  (faces / "CUHK/Testing Sketches/Thumbs.db").write_bytes(b"x")
  report = face_check.inspect(faces, "CUHK")
  assert not report.problems
  assert any("tested on what it was trained on" in note for note in report.notes)
  assert any("Thumbs.db" in note for note in report.notes)


def test_gray_photos_and_gray_sketches_are_fine(faces):
  for path in (faces / "CUHK").glob("* Photos/*"):
    with Image.open(path) as image:
      face_folders.save(path, np.asarray(image.convert("L")))
  assert not face_check.inspect(faces, "CUHK").problems


def test_what_the_checker_passes_can_be_read_and_what_it_refuses_cannot(faces):
  assert not face_check.inspect(faces, "cuhk").problems
  assert len(pairs.find("cuhk", "train", faces)) == 2
  (faces / "CUHK/Training Photos/n0.png").unlink()
  only_problem(faces, "CUHK", "n0", "no partner")
  with pytest.raises(UserError):
    pairs.find("CUHK", "train", faces)
