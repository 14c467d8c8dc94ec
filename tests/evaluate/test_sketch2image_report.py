"""evaluate/sketch2image_report.py: its pictures, and each figure that of the single command."""

import json
import types

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.sketch_sets import derangements
from evaluate import (fid_run, lpips_run, painting_data, sketch2image_report_run,
                      sketch2image_scores, ssim_run)
from evaluate.face_scores import How
from evaluate.painting import Painter
from evaluate.sketch2image_report_run import Options
from models import saving
from pretrained import inception_weights
from tests.data_tools import sketch_folders
from tests import commands
from tests.evaluate import painters
from tests.evaluate.painters import SIZE, assert_close
from tests.evaluate.test_fid_command import QuickNetwork
from tests.models import tiny_tom
from tests.pretrained import lpips_files

QUICK = How(("ssim",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  return painters.saved(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")


@pytest.fixture(scope="module", name="data")
def five_pairs(tmp_path_factory):
  photos, (sketches,) = sketch_folders.make(tmp_path_factory.mktemp("data"), sets=1, ending=".jpg")
  return photos, sketches


def run(folder, data, output, **changes):
  with painters.quickly(folder):
    return sketch2image_report_run.run(Options(**{
        "model": folder, "photo_dir": str(data[0]), "sketch_dir": str(data[1]),
        "output_dir": str(output), "how": QUICK, **changes}))


def test_every_figure_is_that_of_its_command(folder, data, tmp_path, monkeypatch, capsys):
  weights = lpips_files.write("squeeze", tmp_path)
  network = QuickNetwork()
  monkeypatch.setattr(inception_weights, "find", lambda path=None, allow_other=False:
                      inception_weights.WeightFile(path, inception_weights.TORCH, "quick"))
  monkeypatch.setattr(inception_weights, "load_file", lambda file: network)
  how = How(("fid", "lpips", "ssim"), None, "squeeze", str(weights.backbone), str(weights.heads),
            True)
  output = tmp_path / "report"
  report = run(folder, data, output, how=how, count=4, weights="live", sheet_rows=2)
  sides = {side: (str(output / "photos"), str(output / side)) for side in ("matched", "mismatched")}
  for side, (photos, made) in sides.items():
    fid = fid_run.run(fid_run.Options(photos, made))
    expected = {"fid": fid["fid"], "kid": fid["kid"]}
    if side == "matched":
      expected["lpips"] = lpips_run.run(lpips_run.Options(
          photos, made, "squeeze", None, *weights, allow_other_weights=True))["lpips"]
      expected["ssim"] = ssim_run.run(ssim_run.Options(photos, made, "photo"))["ssim"]
    assert report[side] == pytest.approx(expected, rel=1e-5)
  assert report["missing"] == [] and report["count"] == 4
  content = json.loads((output / "results.json").read_text())
  assert content["model"]["data"] == {"photos": 7} and content["weights"] == "live"
  assert any("fewer than 2,048" in note for note in content["notes"])
  assert "another photo's  fid" in capsys.readouterr().out and (output / "sheet.png").is_file()


@pytest.mark.slow
def test_pictures_are_of_own_and_other_styles(folder, data, tmp_path):
  run(folder, data, tmp_path / "out", batch_size=3, seed=2, sheet_rows=0)
  names = [f"n{index}" for index in range(5)]
  photos = painting_data.photo_squares([data[0] / f"{name}.png" for name in names], SIZE)
  sketches = painting_data.sketch_squares([data[1] / f"{name}.jpg" for name in names], SIZE)
  others = derangements.derangement(np.random.default_rng(2), 5)
  with painters.quickly(folder):
    paint = Painter(painters.model(), 3)
    expected = {"photos": photos, "matched": paint(sketches, photos, 2).refined,
                "mismatched": paint(sketches, photos[others], 2).refined}
  for kind, pictures in expected.items():
    for name, picture in zip(names, pictures):
      assert_close(painters.read(tmp_path / "out" / kind / f"{name}.png"), picture)
  assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
      "matched", "mismatched", "photos", "results.json"]


@pytest.mark.slow
def test_the_command_tells_what_can_not_be_had(folder, data, tmp_path):
  done = commands.command(
      "evaluate/sketch2image_report.py", f"--model={folder}", f"--photo_dir={data[0]}",
      f"--sketch_dir={data[1]}", f"--output_dir={tmp_path / 'out'}", "--count=2", eagerly=True)
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert report["missing"] == ["fid", "lpips"] and report["count"] == 2
  assert report["matched"]["fid"] is None and report["matched"]["ssim"] is not None
  assert "its own photo's  lpips   none    lower   not computed [2]" in done.stdout
  assert done.stdout.count("SKETCH_ZOO_OFFLINE is set") == 2
  content = json.loads((tmp_path / "out/results.json").read_text())
  assert "has to be fetched" in content["styles"]["mismatched"]["fid"]["missing"]


@pytest.mark.parametrize("size, expected", [(512, 256), (256, None), (128, None)])
def test_lpips_is_measured_at_256_pixels(monkeypatch, tmp_path, size, expected):
  seen = []
  scores = types.SimpleNamespace(means=lambda: {"lpips": 0.5}, names=["n0"])
  monkeypatch.setattr(lpips_run, "measure", lambda options: seen.append(options) or (scores, {}))
  outcomes = sketch2image_scores.score(tmp_path, size, How(("lpips",)), {})
  assert [options.size for options in seen] == [expected]
  assert outcomes["matched"]["lpips"].figures == {"lpips": 0.5} and not outcomes["mismatched"]


def test_what_a_person_can_mend(folder, data, tmp_path):
  saving.write_config(tiny_tom.model(), tmp_path / "tom", {})
  (tmp_path / "full").mkdir()
  (tmp_path / "full/a.txt").write_text("")
  one = sketch_folders.make(tmp_path / "one", count=1, sets=1)
  sketch_folders.save(tmp_path / "lonely/other.png", sketch_folders.picture(1))
  cases = [
      ("The metrics fsim were asked for, but Sketch-to-Image is judged by fid, lpips, ssim",
       {"how": How(("fsim",))}),
      ("is there already", {"output": tmp_path / "full"}),
      ("is there already", {"output": tmp_path / "full/a.txt"}),
      ("of the kind tom, but sketches are painted", {"model": str(tmp_path / "tom")}),
      ("There is no file .*none.pth", {"how": How(("fid",), inception_weights="none.pth")}),
      ("There is one pair", {"data": (one[0], one[1][0])}),
      ("None of the 5 photos .* has a sketch", {"data": (data[0], tmp_path / "lonely")}),
      ("is given twice", {"data": (data[0], data[0])}),
      ("--photo_dir is given without --sketch_dir", {"sketch_dir": None})]
  for sentence, changes in cases:
    with pytest.raises(UserError, match=sentence):
      run(**{"folder": folder, "data": data, "output": tmp_path / "out", **changes})
  assert not (tmp_path / "out").exists()
