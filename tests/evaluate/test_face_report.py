"""evaluate/face_report.py: each figure is that of the single command on the files it writes."""

import csv
import json
import re

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces import geometry, layout
from data_tools.faces.face_dataset import read_face
from data_tools.faces.geometry import Geometry
from data_tools.faces.result_files import encode_jpeg
from evaluate import (face_data, face_models, face_report_run, face_report_table, face_scores,
                      fid_run, fsim_run, lpips_run, nlda_run, published_faces, ssim_run)
from evaluate.face_scores import How
from evaluate.translating import Translator
from models import saving
from pretrained import inception_weights
from tests.data_tools import face_folders
from tests.evaluate import pair_folders
from tests.evaluate.test_fid_command import QuickNetwork
from tests.models import tiny_sc_lmser
from tests.pretrained import lpips_files

SIZES = (60, 48)
QUICK = How(("ssim",))


@pytest.fixture(scope="module")
def model():
  return tiny_sc_lmser.model(seed=1)


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
  path = tmp_path_factory.mktemp("models") / "tiny"
  saving.save_model(model, path, {"data_type": "cufs"})
  return str(path)


@pytest.fixture(autouse=True)
def models_are_loaded_once(monkeypatch, model):
  monkeypatch.setattr(face_models, "load",
                      lambda name: (model, {"model": "sc_lmser", "data": {"data_type": "cufs"}}))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")


@pytest.fixture(scope="module")
def cufs(tmp_path_factory):
  """Two pairs in each split of each set of CUFS."""
  return str(face_folders.make(tmp_path_factory.mktemp("cufs"), height=SIZES[0], width=SIZES[1]))


@pytest.fixture(scope="module")
def builtin(tmp_path_factory):
  """As data_tools/make_faces.py makes it: three persons, one of them to test, on two pictures."""
  root = tmp_path_factory.mktemp("builtin")
  people = []
  for person, split in enumerate(("train", "test", "valid")):
    names = [f"{person:04d}_{variant:02d}.png" for variant in range(2)]
    people.append({"identity": person, "split": split, "attributes": {}, "images": names})
    for seed, name in enumerate(names):
      for kind, channels in (("photos", 3), ("sketches", 1)):
        face_folders.save(root / kind / name,
                          face_folders.picture(9 * person + seed + channels, *SIZES, channels))
  settings = {"version": 1, "seed": 7, "identities": 3, "images_per_identity": 2}
  (root / "faces.json").write_text(json.dumps({"settings": settings, "identities": people}))
  return str(root)


def run(model_folder, data, output, **changes):
  return face_report_run.run(face_report_run.Options(**{
      "model": model_folder, "output_dir": str(output), "data_dir": data, **changes}))


def results(output):
  return json.loads((output / "results.json").read_text())


@pytest.mark.slow
def test_every_figure_is_that_of_its_command(folder, cufs, tmp_path, monkeypatch, capsys):
  weights = lpips_files.write("squeeze", tmp_path)
  given = {"lpips_net": "squeeze", "backbone_weights": str(weights.backbone),
           "heads_weights": str(weights.heads), "allow_other_weights": True}
  network = QuickNetwork()
  monkeypatch.setattr(inception_weights, "find", lambda path=None, allow_other=False:
                      inception_weights.WeightFile(path, inception_weights.TORCH, "quick"))
  monkeypatch.setattr(inception_weights, "load_file", lambda file: network)
  output = tmp_path / "report"
  report = run(folder, cufs, output, csv=True, how=How(**given))
  shown = capsys.readouterr().out
  for direction, kind, mode in (("photo_to_sketch", "Sketch", "sketch"),
                                ("sketch_to_photo", "Photo", "photo")):
    sides = str(output / "GR" / kind), str(output / "sc_lmser" / kind)
    fid = fid_run.run(fid_run.Options(*sides))
    nlda = nlda_run.run(nlda_run.Options(*sides, protocol="custom", train_identities=3))
    expected = {
        "fid": fid["fid"], "kid": fid["kid"], "nlda": nlda["nlda"],
        "fsimc": fsim_run.run(fsim_run.Options(*sides, mode=mode))["fsimc"],
        "ssim": ssim_run.run(ssim_run.Options(*sides, mode=mode))["ssim"],
        "lpips": lpips_run.run(lpips_run.Options(
            *sides, "squeeze", None, *weights, allow_other_weights=True))["lpips"]}
    assert report[direction] == pytest.approx(expected, rel=1e-5)
    for figure, value in expected.items():
      row = rf"{direction.replace('_', ' ')} +{figure} +{re.escape(f'{value:.4f}'[:-1])}"
      assert re.search(row, shown)
    found = results(output)["directions"][direction]
    assert all(found[metric]["missing"] is None for metric in face_scores.METRICS)
    assert (found["nlda"]["train"], found["nlda"]["test"]) == (3, 3)
  assert report["missing"] == [] and report["count"] == 6
  with open(output / "scores.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  assert len(rows) == 12 and rows[0]["image"] == "ARn0"
  assert np.mean([float(row["lpips"]) for row in rows[:6]]) == pytest.approx(
      report["photo_to_sketch"]["lpips"])


def test_files_are_named_and_compressed_as_the_originals(model, folder, cufs, tmp_path):
  output = tmp_path / "report"
  run(folder, cufs, output, how=QUICK)
  names = {f"{face_set}n{index}.jpg" for face_set in layout.DATA_TYPES["CUFS"] for index in (0, 1)}
  for method in ("GR", "sc_lmser"):
    for kind in ("Sketch", "Photo"):
      assert {path.name for path in (output / method / kind).iterdir()} == names
  sizes, name = model.config.geometry, "n1.png"
  sketch, photo = (read_face(layout.folder(cufs, "AR", "test", kind) / name, kind, sizes)
                   for kind in ("sketch", "photo"))
  seen = geometry.normalise(geometry.window(sketch, sizes.centre, sizes))
  true = geometry.uncrop(seen, sizes)[..., 0]  # as the original's reference, GR, was made
  assert (output / "GR/Sketch/ARn1.jpg").read_bytes() == encode_jpeg(true)
  made = Translator(model, "sketch_to_photo")(sketch[None])[0]
  with Image.open(output / "sc_lmser/Photo/ARn1.jpg") as stored:
    assert np.abs(np.asarray(stored, np.float64) - made).mean() < 12
  assert (output / "GR/Photo/ARn1.jpg").read_bytes() == encode_jpeg(photo)


@pytest.mark.slow
def test_an_earlier_report_is_replaced(folder, cufs, builtin, tmp_path, capsys):
  output = tmp_path / "report"
  run(folder, cufs, output, how=QUICK, csv=True, data_type="AR")
  assert "published results on AR have 43" in capsys.readouterr().out
  report = run(folder, builtin, output, how=QUICK, direction="photo_to_sketch")
  assert report["data"].startswith("the built-in faces") and report["scores"] is None
  names = sorted(path.relative_to(output).as_posix() for path in output.rglob("*.*"))
  assert names == ["GR/Sketch/BUILTIN0001_00.jpg", "GR/Sketch/BUILTIN0001_01.jpg", "results.json",
                   "sc_lmser/Sketch/BUILTIN0001_00.jpg", "sc_lmser/Sketch/BUILTIN0001_01.jpg",
                   "sheet.png"]
  content = results(output)
  assert content["complete"] and content["data"]["persons"] == 1
  assert content["model"]["data"] == {"data_type": "cufs"}
  assert list(content["directions"]) == ["photo_to_sketch"]
  (output / "results.json").write_text("{}")
  with pytest.raises(UserError, match="holds files that no face report wrote"):
    run(folder, builtin, output)
  assert len(list(output.rglob("*.jpg"))) == 4
  (output / "results.json").write_text('{"report": "faces", "complete": false}')  # was killed
  run(folder, builtin, output, how=QUICK, direction="sketch_to_photo")
  assert results(output)["complete"] and not (output / "GR/Sketch").exists()
  with pytest.raises(UserError, match="is a file"):
    run(folder, builtin, output / "sheet.png")


def test_what_can_not_be_had_is_told_in_its_row(folder, builtin, tmp_path, capsys):
  report = run(folder, builtin, tmp_path / "report", sheet_rows=0)
  assert report["missing"] == ["fid", "lpips", "nlda"] and report["sheet"] is None
  assert report["photo_to_sketch"]["fid"] is None and report["photo_to_sketch"]["ssim"] is not None
  found = results(tmp_path / "report")["directions"]["sketch_to_photo"]
  assert "SKETCH_ZOO_OFFLINE is set" in found["fid"]["missing"]
  assert "There are 1 test persons, but NLDA needs" in found["nlda"]["missing"]
  shown = capsys.readouterr().out
  assert re.search(r"photo to sketch +kid +none +lower +not computed \[1\]", shown)
  assert shown.count("There are 1 test persons") == 1
  assert "0.7401" in shown and "invented people: figures on them can't be compared" in shown


@pytest.mark.parametrize("count, protocol, train", [
    (338, "CUFS", 150), (944, "CUFSF", 300), (24, "CUFS", 11), (24, "CUFSF", 8), (4, "CUFSF", 2),
    (5, "CUFS", 2), (6, "CUFS", 3)])
def test_persons_to_train(count, protocol, train):
  assert face_scores.persons_to_train(count, protocol) == train


def test_too_few_persons():
  with pytest.raises(UserError, match="There are 3 test persons, but NLDA needs 2 to train on"):
    face_scores.persons_to_train(3, "CUFS")


def test_one_picture_of_a_person_is_recognised(builtin):
  faces = face_data.load(Geometry(SIZES, (72, 72), (64, 64)), builtin)
  assert faces.split.names == ("BUILTIN0001_00", "BUILTIN0001_01")
  assert faces.first_of_persons == ["BUILTIN0001_00"]


def test_notes(cufs):
  faces = face_data.load(Geometry(), cufs, "cufs")
  notes = face_report_table.notes(faces, Geometry())
  assert any("6 test pairs where published results on CUFS have 338" in note for note in notes)
  assert any("chosen by its FID on the test split" in note for note in notes)
  assert not any("makes faces of" in note for note in notes)
  assert published_faces.figure("photo_to_sketch", "fid", "CUFS") is None


def test_what_a_person_can_mend(folder, cufs, tmp_path):
  cases = [("There is no data_type 'celeba'", {"data_type": "celeba"}),
           ("There is no list", {"lists_dir": str(tmp_path)}),
           ("There is no folder", {"data": str(tmp_path / "none")}),
           ("There is no file .*none.pth", {"how": How(inception_weights="none.pth")}),
           ("There is no file .*none.pth", {"how": How(backbone_weights="none.pth")})]
  for sentence, changes in cases:
    data = changes.pop("data", cufs)
    with pytest.raises(UserError, match=sentence):
      run(folder, data, tmp_path / "report", **changes)
  with pytest.raises(UserError, match="psnr were asked for, but they are fid, fsim"):
    How(metrics=("ssim", "psnr"))
  with pytest.raises(UserError, match="The seed is -1"):
    How(seed=-1)
  assert not (tmp_path / "report").exists()


def test_the_command(folder, cufs, tmp_path):
  flags = [f"--model={folder}", f"--data_dir={cufs}", "--data_type=CUFS",
           f"--output_dir={tmp_path / 'report'}", "--direction=photo_to_sketch"]
  done = pair_folders.command("face_report", *flags, "--metrics=ssim,nlda")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert set(report["photo_to_sketch"]) == {"ssim", "nlda"} and report["count"] == 6
  assert "IACycleGAN CUFS" in done.stdout and "Translating" in done.stderr
