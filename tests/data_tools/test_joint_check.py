"""The command that tells what is wrong with a folder of joint pictures."""

import json
import shutil

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.joint import joint_check, joint_dataset, joint_folder, sources
from tests.data_tools import joint_folders


@pytest.fixture(name="folder")
def make_folder(tmp_path):
  """One of others, without joint.json."""
  return joint_folders.joints(tmp_path / "joint")


@pytest.fixture(name="made")
def make_joint(tmp_path):
  """One of ours: 4 photos in 2 styles."""
  photos = joint_folders.photos(tmp_path / "photos", [f"p{number}.png" for number in range(4)])
  joint_folder.make(sources.find("folder", photos, holdout=0.0), tmp_path / "made",
                    ["xdog", "photocopy"], size=16)
  return tmp_path / "made"


def only_problem(folder, *words):
  """The one problem of a folder is one sentence and has these words."""
  problems = joint_check.inspect(folder).problems
  assert len(problems) == 1, problems
  assert "\n" not in problems[0] and problems[0].endswith(".")
  for word in words:
    assert str(word) in problems[0], problems[0]


def change(path, change_pixels):
  """Changes a copy of a picture's pixels in place and writes it."""
  picture = joint_dataset.read(path)
  change_pixels(picture)
  joint_folders.save(path, picture)


def test_good_folders(folder, made, tmp_path):
  report = joint_check.inspect(folder)
  assert not report.problems and not report.notes and report.size == 16
  assert report.counts == {(split, style): 3 for split in ("train", "test")
                           for style in ("ink", "pen")}
  report = joint_check.inspect(made)
  assert not report.problems and report.counts == {("train", "xdog"): 4, ("train", "photocopy"): 4}
  plain = joint_folders.joints(tmp_path / "plain", styles=("",))
  assert joint_check.inspect(plain).counts == {("train", "sketch"): 3, ("test", "sketch"): 3}
  assert not joint_check.inspect(plain).problems


def test_the_command(folder, capsys):
  assert joint_folders.command("data_tools/check_joint.py", f"--data_dir={folder}") == 0
  *table, line = capsys.readouterr().out.splitlines()
  assert json.loads(line)["ok"] and json.loads(line)["splits"]["test"] == {"ink": 3, "pen": 3}
  assert ["train", "ink", "3"] in [row.split() for row in table]
  (folder / "train/pen/train1.png").unlink()
  change(folder / "test/ink/test0.png", lambda picture: picture[:, :16].fill(255))
  assert joint_folders.command("data_tools/check_joint.py", f"--data_dir={folder}") == 1
  output = capsys.readouterr()
  result = json.loads(output.out.splitlines()[-1])
  assert not result["ok"] and len(result["problems"]) == 2
  assert all(f"Problem: {problem}" in output.out for problem in result["problems"])
  assert output.err.endswith("has 2 problems; mend what is listed above and check again.\n")
  assert joint_folders.command("data_tools/check_joint.py", f"--data_dir={folder / 'none'}") == 1
  assert capsys.readouterr().err.startswith("Error: There is no folder")


def test_no_split(tmp_path):
  with pytest.raises(UserError, match="has no split train .it has none at all"):
    joint_check.inspect(tmp_path)


def test_partners(folder):
  (folder / "train/pen/train1.png").unlink()
  only_problem(folder, "1 picture of other styles", folder / "train", "style pen", "(train1)")


def test_an_empty_style(folder):
  (folder / "test/none").mkdir()
  only_problem(folder, folder / "test/none", "is empty")


def test_twins(folder):
  joint_folders.save(folder / "train/pen/train1.bmp", joint_folders.joint(1))
  only_problem(folder, "style pen", "only in their ending", "train1")


def test_a_name_in_two_splits(folder):
  for style in ("pen", "ink"):
    shutil.copy(folder / f"train/{style}/train2.png", folder / f"test/{style}/train2.png")
  only_problem(folder, "1 name in both train and test", "(train2)")


def test_sizes(folder):
  joint_folders.save(folder / "test/pen/test2.png", joint_folders.joint(1, 32))
  only_problem(folder, "1 picture", folder / "test/pen", "64 x 32", "not 32 x 16", "(test2.png)")
  joint_folders.save(folder / "test/pen/test2.png", joint_folders.picture(1, 16, 16))
  only_problem(folder, "test2.png", "16 x 16 pixels", "twice as wide")


def test_a_size_that_networks_do_not_take(tmp_path):
  only_problem(joint_folders.joints(tmp_path / "odd", size=20), "size 20", "multiple of 16")


def test_unreadable(folder):
  path = folder / "train/ink/train0.png"
  path.write_bytes(path.read_bytes()[:300])
  only_problem(folder, path, "cut off")


def test_halves_that_show_nothing_or_the_wrong_thing(folder):
  path = folder / "train/ink/train0.png"
  before = path.read_bytes()
  for change_pixels, words in (
      (lambda picture: picture[:, :16].fill(255), ("sketch is blank",)),
      (lambda picture: picture[:, 16:].fill(9), ("photo has one colour",)),
      (lambda picture: np.copyto(picture[:, :16], picture[:, 16:]), ("coloured", "gray sketch"))):
    path.write_bytes(before)
    change(path, change_pixels)
    only_problem(folder, "1 picture", folder / "train/ink", "(train0.png)", *words)


def test_a_small_tint_is_no_colour(folder):
  def tint(picture):
    picture[:, :16] = np.minimum(picture[:, :16], 253) + np.array([0, 1, 2], np.uint8)
  change(folder / "train/ink/train0.png", tint)
  assert not joint_check.inspect(folder).problems


def test_other_files_are_noted(folder):
  (folder / "train/notes.txt").write_text("x")
  (folder / "train/pen/Thumbs.db").write_text("x")
  report = joint_check.inspect(folder)
  assert not report.problems and "2 files" in report.notes[0]
  assert "notes.txt" in report.notes[0] and "pen/Thumbs.db" in report.notes[0]


def test_counts_of_the_summary(made):
  for style in ("xdog", "photocopy"):
    (made / f"train/{style}/p0.png").unlink()
  problems = joint_check.inspect(made).problems
  assert len(problems) == 2 and all("3 pictures" in one and "says 4" in one for one in problems)


def test_an_unfinished_folder(made):
  (made / "joint.json").unlink()
  only_problem(made, made, "not finished", "make_joint.py")
  (made / "joint.json").write_text("{")
  only_problem(made, "joint.json", "can't be read")
