"""Folders of photos to folders of sketches, and the command line."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from data_tools import styles
from data_tools.errors import UserError
from data_tools.styles import assignments, photo_folder
from tests.data_tools import face_folders

ROOT = pathlib.Path(__file__).parents[2]
DEFAULTS = {name: style.params() for name, style in styles.STYLES.items()}


@pytest.fixture(name="photos")
def make_photos(tmp_path):
  folder = tmp_path / "photos"
  face_folders.save(folder / "a.png", face_folders.picture(0, 40, 32))
  face_folders.save(folder / "b.bmp", face_folders.picture(1, 24, 50))
  face_folders.save(folder / "c.png", face_folders.picture(2, 33, 33, channels=1))
  face_folders.save(folder / "below/d.png", face_folders.picture(3, 40, 32))
  return folder


def command(*flags):
  done = subprocess.run([sys.executable, "data_tools/sketch_styles.py", *map(str, flags)], cwd=ROOT,
                        capture_output=True, text=True, check=False, timeout=120)
  return done.returncode, done.stdout, done.stderr


def read_all(folder):
  """Path below the folder -> bytes of the file."""
  return {path.relative_to(folder).as_posix(): path.read_bytes()
          for path in sorted(folder.rglob("*")) if path.is_file()}


def test_by_the_command_line_with_two_workers(photos, tmp_path):
  code, output, messages = command(
      f"--input_dir={photos}", f"--output_dir={tmp_path / 'new/out'}", "--workers=2",
      "--params=xdog.sigma=2, fdog.rho=.98,photocopy.white=.9")
  assert code == 0 and "Traceback" not in messages
  report = json.loads(output)
  assert report["photos"] == 3 and report["workers"] == 2 and report["seconds"] > 0
  assert list(report["styles"]) == ["xdog", "fdog", "photocopy"]
  for style in report["styles"].values():
    assert style["drawn"] == 3 and style["skipped"] == 0 and style["pictures_per_second"] > 0
  params = {"xdog": {"sigma": 2}, "fdog": {"rho": 0.98}, "photocopy": {"white": 0.9}}
  for style, changes in params.items():
    folder = tmp_path / "new/out" / style
    assert sorted(os.listdir(folder)) == ["a.png", "b.png", "c.png"]
    for photo in ("a.png", "b.bmp", "c.png"):
      with Image.open(photos / photo) as image:
        expected = styles.draw(np.asarray(image), style, **changes)
      with Image.open((folder / photo).with_suffix(".png")) as image:
        assert image.mode == "L"
        np.testing.assert_array_equal(np.asarray(image), expected)
  alone = {style: styles.STYLES[style].params(**changes) for style, changes in params.items()}
  photo_folder.draw_folders(photos, tmp_path / "alone", alone)
  assert read_all(tmp_path / "alone") == read_all(tmp_path / "new/out")


def test_only_what_is_complete_is_skipped(photos, tmp_path, capfd):
  chosen = {"xdog": DEFAULTS["xdog"], "photocopy": DEFAULTS["photocopy"]}
  photo_folder.draw_folders(photos, tmp_path / "out", chosen)
  good = read_all(tmp_path / "out")
  stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.png")}
  report = photo_folder.draw_folders(photos, tmp_path / "out", chosen)["styles"]
  assert all(style["skipped"] == 3 and style["drawn"] == 0 and style["pictures_per_second"] is None
             for style in report.values())
  assert "--overwrite makes them anew" in capfd.readouterr().err
  assert stamps == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.png")}

  cut = tmp_path / "out/xdog/a.png"
  cut.write_bytes(cut.read_bytes()[:-30])
  Image.fromarray(np.zeros([24, 50], np.uint8)).save(tmp_path / "out/xdog/b.png")  # someone else's
  report = photo_folder.draw_folders(photos, tmp_path / "out", chosen)["styles"]
  assert report["xdog"]["drawn"] == 2 and report["photocopy"]["drawn"] == 0
  assert read_all(tmp_path / "out") == good

  other = {"xdog": styles.XDoG(p=3)}
  assert photo_folder.draw_folders(photos, tmp_path / "out", other)["styles"]["xdog"]["drawn"] == 3
  face_folders.save(photos / "a.png", face_folders.picture(0, 44, 32))  # of another size
  assert photo_folder.draw_folders(photos, tmp_path / "out", other)["styles"]["xdog"]["drawn"] == 1
  report = photo_folder.draw_folders(photos, tmp_path / "out", other, overwrite=True)
  assert report["styles"]["xdog"]["drawn"] == 3


def test_a_list_of_photos(photos, tmp_path):
  (tmp_path / "list.txt").write_text("photos/below/d.png\nphotos/a.png\n")
  chosen = {"photocopy": DEFAULTS["photocopy"]}
  report = photo_folder.draw_folders(tmp_path / "list.txt", tmp_path / "out", chosen)
  assert report["photos"] == 2
  assert sorted(read_all(tmp_path / "out")) == ["photocopy/a.png", "photocopy/d.png"]


@pytest.mark.parametrize("flags, code, words", [
    (["--styles=xdog,fdgo"], 1, "no sketch style 'fdgo'; did you mean 'fdog'"),
    (["--workers=0"], 2, "workers")])
def test_wrong_flags_by_the_command_line(photos, tmp_path, flags, code, words):
  found, output, messages = command(f"--input_dir={photos}", f"--output_dir={tmp_path / 'out'}",
                                    *flags)
  assert (found, output) == (code, "") and not (tmp_path / "out").exists()
  assert messages.startswith("Error: ") and words in messages
  assert messages.count("\n") == 1


@pytest.mark.parametrize("text, words", [
    ("xdog.sigma", "hold 'xdog.sigma'; write STYLE.PARAMETER=NUMBER"),
    ("sigma=2", "hold 'sigma=2'"),
    ("xdog.=2", "hold 'xdog.=2'"),
    ("xdog.p=", "hold 'xdog.p='"),
    ("xdgo.sigma=2", "no sketch style 'xdgo'"),
    ("xdog.sigm=2", "no parameter 'sigm'; did you mean 'sigma'"),
    ("photocopy.sigma=2", "photocopy is not drawn"),
    ("xdog.p=2,xdog.p=3", "xdog.p twice"),
    ("xdog.p=many", "p is 'many', but it must be a number"),
    ("fdog.iterations=1.5", "iterations is '1.5', but it must be a whole number"),
    ("xdog.sigma=-1", "sigma is '-1'")])
def test_wrong_parameters(text, words):
  with pytest.raises(UserError, match=words.replace(".", r"\.")):
    assignments.parse_parameters(text, ["xdog", "fdog"])


def test_parameters_of_a_text():
  assert assignments.parse_parameters(" xdog.p = 3 ,, fdog.rho=.98,xdog.eps=-1e-1", ["fdog", "xdog"]
                                      ) == {"fdog": styles.FDoG(rho=0.98),
                                            "xdog": styles.XDoG(p=3, eps=-0.1)}
  assert assignments.parse_parameters("", ["xdog"]) == {"xdog": styles.XDoG()}
  assert assignments.style_names(["fdog", " xdog", "fdog", ""]) == ["fdog", "xdog"]
  with pytest.raises(UserError, match="names no style"):
    assignments.style_names([""])


def only_sentence(photos, output, *words):
  """Drawing is refused in one sentence with these words."""
  with pytest.raises(UserError) as refused:
    photo_folder.draw_folders(photos, output, {"photocopy": DEFAULTS["photocopy"]})
  assert "\n" not in str(refused.value) and str(refused.value).endswith(".")
  for word in words:
    assert str(word) in str(refused.value)


def test_bad_folders(photos, tmp_path):
  (tmp_path / "empty").mkdir()
  only_sentence(tmp_path / "empty", tmp_path / "out", "is empty")
  only_sentence(tmp_path / "nowhere", tmp_path / "out", "nowhere")
  only_sentence(photos, photos, photos, "another --output_dir")
  (tmp_path / "link").symlink_to(photos)
  only_sentence(photos, tmp_path / "link", "another --output_dir")
  face_folders.save(tmp_path / "out/photocopy/a.png", face_folders.picture(0, 40, 32))
  only_sentence(tmp_path / "out/photocopy", tmp_path / "out", "another --output_dir")
  face_folders.save(photos / "a.bmp", face_folders.picture(0, 40, 32))
  only_sentence(photos, tmp_path / "new", "a.bmp", "a.png", "rename")
  assert not (tmp_path / "new").exists()
  (photos / "a.bmp").unlink()
  (tmp_path / "file").write_text("x")
  only_sentence(photos, tmp_path / "file", "can't be written")


def test_bad_photos(photos, tmp_path):
  face_folders.save(photos / "b.bmp", face_folders.picture(0, 15, 40))
  only_sentence(photos, tmp_path / "out", "b.bmp", "40 x 15 pixels", "16")
  (photos / "b.bmp").write_bytes(b"no image")
  only_sentence(photos, tmp_path / "out", "b.bmp", "not an image")
  assert list(read_all(tmp_path / "out")) == ["photocopy/a.png"]  # those before it stay
