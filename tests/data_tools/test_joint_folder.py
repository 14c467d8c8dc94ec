"""Folders of joint pictures: what is in them, going on, other settings, workers, the command."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_faces, styles
from data_tools.errors import UserError
from data_tools.joint import joint_folder, joint_picture, layout, sketch_styles, sources
from tests.data_tools import joint_folders


@pytest.fixture(name="photos")
def make_photos(tmp_path):
  return joint_folders.photos(tmp_path / "photos", [f"p{number}.png" for number in range(6)])


def source_of(photos, **options):
  return sources.find("folder", photos, **{"holdout": 0.3, **options})


def contents(folder):
  """Every file of a folder: path -> bytes."""
  return {str(path.relative_to(folder)): path.read_bytes()
          for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_picture_by_hand(photos, tmp_path, monkeypatch):
  seen = []

  def draw(photo, style):
    seen.append((photo.shape, style))
    return photo[..., 1] // 2

  monkeypatch.setattr(styles, "draw", draw)
  source = source_of(photos)
  summary = joint_folder.make(source, tmp_path / "out", ["xdog"], size=16)
  assert seen == [((32, 32, 3), "xdog")] * 6 and summary["made"] == 6
  for photo in source.photos:
    with Image.open(photo.path) as image:
      large = np.asarray(image.crop((5, 0, 45, 40)).resize((32, 32), Image.Resampling.LANCZOS))
    path = layout.picture_path(tmp_path / "out", photo.split, "xdog", photo.name)
    with Image.open(path) as image:
      assert image.format == "PNG" and image.mode == "RGB"
      joint = np.asarray(image).astype(float)
    mean = lambda picture: (picture[::2, ::2] + picture[1::2, ::2] + picture[::2, 1::2]
                            + picture[1::2, 1::2]) / 4
    assert joint.shape == (16, 32, 3)
    np.testing.assert_allclose(joint[:, 16:], mean(large.astype(float)), atol=0.5)
    for channel in range(3):
      np.testing.assert_allclose(joint[:, :16, channel], mean((large[..., 1] // 2).astype(float)),
                                 atol=0.5)


def test_what_is_there_is_kept_and_the_rest_is_made(photos, tmp_path, monkeypatch):
  whole, stopped = tmp_path / "whole", tmp_path / "stopped"
  joint_folder.make(source_of(photos), whole, ["xdog", "photocopy"], size=16)
  write, done = joint_picture.write, []

  def stop_at_the_third(task):
    if len(done) == 2:
      raise KeyboardInterrupt
    done.append(task.photo.name)
    return write(task)

  monkeypatch.setattr(joint_picture, "write", stop_at_the_third)
  with pytest.raises(KeyboardInterrupt):
    joint_folder.make(source_of(photos), stopped, ["xdog", "photocopy"], size=16)
  assert (stopped / "joint_settings.json").is_file() and not (stopped / "joint.json").exists()
  with pytest.raises(UserError, match="not finished"):
    joint_folder.refuse_unfinished(stopped)
  monkeypatch.setattr(joint_picture, "write", write)
  (stopped / ".left.over").mkdir()
  times = {path: os.stat(path).st_mtime_ns for path in stopped.rglob("*.png")}
  assert len(times) == 4
  summary = joint_folder.make(source_of(photos), stopped, ["xdog", "photocopy"], size=16)
  assert summary["made"] == 8 and contents(stopped) == contents(whole)
  assert all(os.stat(path).st_mtime_ns == time for path, time in times.items())
  assert joint_folder.make(source_of(photos), stopped, ["xdog"], size=16)["made"] == 0
  assert contents(stopped) == contents(whole)


def test_styles_are_added_but_nothing_else_is_changed(photos, tmp_path, monkeypatch):
  folder = tmp_path / "out"
  joint_folder.make(source_of(photos), folder, ["xdog"], size=16)
  summary = joint_folder.make(source_of(photos), folder, ["photocopy"], size=16)
  assert summary["made"] == 6 and list(summary["styles"]) == ["photocopy", "xdog"]
  assert summary["counts"] == {split: len(list((folder / split / "xdog").glob("*.png")))
                               for split in layout.SPLITS}
  assert sum(summary["counts"].values()) == 6
  before = contents(folder)
  joint_folders.photos(tmp_path / "other", [f"p{number}.png" for number in range(6)], 44, 50)
  for source, size, words in ((source_of(photos), 32, "size=16, now it is 32"),
                              (source_of(photos, crop=20), 16, "crop=None, now it is 20"),
                              (source_of(photos, holdout=0.0), 16, "list="),
                              (source_of(tmp_path / "other"), 16, "list=")):
    with pytest.raises(UserError, match=words):
      joint_folder.make(source, folder, ["xdog"], size=size)
  monkeypatch.setattr(sketch_styles, "parameters", lambda style: {"sigma": 9.5})
  with pytest.raises(UserError, match="photocopy.sigma=.*, now it is 9.5"):
    joint_folder.make(source_of(photos), folder, ["photocopy"], size=16)
  assert contents(folder) == before


def test_a_style_begun_and_not_finished_is_refused(photos, tmp_path, monkeypatch):
  folder = tmp_path / "out"
  joint_folder.make(source_of(photos), folder, ["xdog"], size=16)
  with monkeypatch.context() as patch:
    def fail(task):
      raise UserError("Full.")
    patch.setattr(joint_picture, "write", fail)
    with pytest.raises(UserError, match="Full."):
      joint_folder.make(source_of(photos), folder, ["photocopy"], size=16)
  joint_folder.refuse_unfinished(folder, ["xdog"])
  with pytest.raises(UserError, match="The style photocopy .* is not finished"):
    joint_folder.refuse_unfinished(folder, ["photocopy", "xdog"])


def test_small_photos(tmp_path):
  photos = joint_folders.photos(tmp_path / "photos", ["a.png", "b.png"])
  joint_folders.save(photos / "c.png", joint_folders.picture(3, 31, 90))
  folder = tmp_path / "out"
  with pytest.raises(UserError, match="photos too small: .*c.png has 90 x 31 pixels.*size 32"):
    joint_folder.make(source_of(photos, holdout=0.0), folder, ["xdog"], size=32)
  summary = joint_folder.make(source_of(photos, holdout=0.0), folder, ["xdog"], size=32,
                              skip_small=True)
  assert summary["left_out"] == 1 and summary["counts"]["train"] == 2
  assert sorted(path.name for path in (folder / "train/xdog").iterdir()) == ["a.png", "b.png"]
  with pytest.raises(UserError, match="all 3 are smaller"):
    joint_folder.make(source_of(photos), tmp_path / "none", ["xdog"], size=64, skip_small=True)
  joint_folder.make(source_of(photos), tmp_path / "none", ["xdog"], size=16)  # nothing was begun


def test_the_number_of_workers_changes_nothing(photos, tmp_path):
  for count in (1, 2):
    joint_folder.make(source_of(photos), tmp_path / str(count), ["xdog", "photocopy"], size=16,
                      workers=count)
  assert len(contents(tmp_path / "1")) == 14 and contents(tmp_path / "1") == contents(
      tmp_path / "2")
  (photos / "p3.png").write_bytes(b"no image")
  with pytest.raises(UserError, match="p3.png is not an image"):
    joint_folder.make(source_of(photos), tmp_path / "bad", ["xdog"], size=16, workers=2)


def test_pencil_is_the_faces_own_sketch(tmp_path, photos):
  source = sources.find("builtin", builtin_faces.ensure(3, 1))
  joint_folder.make(source, tmp_path / "out", ["pencil"], size=32)
  for photo in source.photos:
    with Image.open(tmp_path / "out" / photo.split / "pencil" / f"{photo.name}.png") as image:
      joint = np.asarray(image).astype(float)
    for path, half in ((photo.sketch, joint[:, :32, 0]), (photo.path, joint[:, 32:, 1])):
      with Image.open(path) as image:
        picture = image.convert("RGB").crop((0, 25, 200, 225)).resize((32, 32), Image.BOX)
      assert np.abs(np.asarray(picture)[..., 1] - half).mean() < 6
  with pytest.raises(UserError, match="pencil is that of the built-in faces"):
    joint_folder.make(source_of(photos), tmp_path / "other", ["pencil"])


def test_the_command(tmp_path, capsys):
  data, out = joint_folders.cub(tmp_path / "cub"), tmp_path / "out"
  arguments = ("data_tools/make_joint.py", "--source=cub", f"--data_dir={data}",
               f"--output_dir={out}", "--size=16", "--styles=xdog,photocopy", "--margin=0.2")
  assert joint_folders.command(*arguments) == 0
  result = json.loads(capsys.readouterr().out)
  assert result["made"] == 4 and result["styles"] == ["photocopy", "xdog"]
  assert result["counts"] == {"train": 1, "valid": 0, "test": 1} and result["margin"] == 0.2
  assert (out / "test/xdog/002_Bird_0002_77.png").is_file()
  assert json.loads((out / "joint.json").read_text())["counts"] == result["counts"]
  assert joint_folders.command(*arguments) == 0
  assert json.loads(capsys.readouterr().out)["made"] == 0


@pytest.mark.parametrize("flags,words", [
    (["--styles=xdog,ydog"], "'ydog'"), (["--styles="], "at least one"),
    (["--styles=xdog,xdog"], "each once"), (["--styles=pencil"], "pencil"),
    (["--size=40"], "multiple of 16"), (["--size=0"], "multiple of 16"),
    (["--source=celeba"], "img_align_celeba"), (["--crop=41"], "41 pixels .* 50 x 40 pixels"),
    (["--margin=0.1"], "--margin was given"), (["--source=fish"], "fish"),
    (["--output_dir={photos}"], "holds something else"),
    (["--output_dir={photos}/p0.png"], "is a file"), (["--data_dir={photos}/q"], "no folder")])
def test_the_command_refuses(photos, tmp_path, capsys, flags, words):
  given = {"--source": "folder", "--data_dir": photos, "--output_dir": tmp_path / "out",
           "--size": 16, "--styles": "xdog"}
  given |= dict(flag.format(photos=photos).split("=", 1) for flag in flags)
  assert joint_folders.command("data_tools/make_joint.py", *(
      f"{name}={value}" for name, value in given.items())) in (1, 2)
  output = capsys.readouterr()
  assert output.out == "" and "Traceback" not in output.err
  last = output.err.replace("\r", "\n").splitlines()[-1]
  assert last.startswith("Error: ") and len(last) < 900
  assert re.search(words, last), last
  assert not (tmp_path / "out/joint.json").exists()


def test_a_box_outside_its_photo_is_told_with_the_photo(tmp_path):
  source = sources.find("cub", joint_folders.cub(tmp_path / "cub", [(200, 20, 60, 40)]))
  with pytest.raises(UserError, match="Bird_0001_77.jpg can't be cut: its box"):
    joint_folder.make(source, tmp_path / "out", ["xdog"], size=16)


def test_settings_that_someone_changed_are_a_sentence(photos, tmp_path):
  folder = tmp_path / "out"
  folder.mkdir()
  for text in ("{}", '{"styles": []}', '{"styles": {"xdog": 3}}', "7", "{"):
    (folder / "joint_settings.json").write_text(text)
    with pytest.raises(UserError, match="joint_settings.json"):
      joint_folder.make(source_of(photos), folder, ["xdog"], size=16)


def test_pictures_that_someone_took_away_are_forgotten(photos, tmp_path):
  folder = tmp_path / "out"
  joint_folder.make(source_of(photos, holdout=0.0), folder, ["xdog", "photocopy"], size=16)
  shutil.rmtree(folder / "train")
  summary = joint_folder.make(source_of(photos, holdout=0.0), folder, ["xdog"], size=32)
  assert summary["made"] == 6 and list(summary["styles"]) == ["xdog"] and summary["size"] == 32


@pytest.mark.parametrize("text", ["[", "[]", '{"counts": 3}'])
def test_another_summary_is_a_sentence(tmp_path, text):
  (tmp_path / "joint.json").write_text(text)
  with pytest.raises(UserError, match="joint.json .*delete it"):
    joint_folder.read_summary(tmp_path)
