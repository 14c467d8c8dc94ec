"""evaluate/translate.py and what it is made of, with a small untrained SC-Lmser."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces import face_dataset, geometry
from data_tools.faces.result_files import encode_jpeg
from data_tools.image_files import read_as_stored
from evaluate import face_models, result_folder, translate_plan, translate_run
from evaluate.translating import AnySizeTranslator, Translator
from models import saving
from tests import strategies
from tests.data_tools import face_folders
from tests.evaluate import pair_folders
from tests.models import tiny_sc_lmser, tiny_sketch_a_net

HEIGHT, WIDTH = 60, 48  # of the small model's faces


@pytest.fixture(scope="module")
def model():
  """Untrained; its outputs spread beyond [-1, 1], so that clipping is seen."""
  return bold(tiny_sc_lmser.model(seed=1, pad_size=(70, 76)))


def bold(model):
  for variable in (*model.G.trainable_variables, *model.F.trainable_variables):
    if variable.shape.rank == 4:
      variable.assign(20 * variable)
  return model


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
  path = tmp_path_factory.mktemp("models") / "tiny"
  saving.save_model(model, path, {})
  return str(path)


@pytest.fixture(autouse=True)
def models_are_loaded_once(monkeypatch, model, folder):
  load = face_models.load
  monkeypatch.setattr(face_models, "load", lambda name: (
      (model, {"model": "sc_lmser"}) if name == folder else load(name)))


@pytest.fixture
def photos(tmp_path):
  """Five photos of the small model's size, and one of twice that."""
  for index in range(6):
    scale = 2 if index == 5 else 1
    face_folders.save(tmp_path / "photos" / f"n{index}.png",
                      face_folders.picture(index, scale * HEIGHT, scale * WIDTH))
  return tmp_path / "photos"


def run(folder, photos, output, **changes):
  return translate_run.run(translate_plan.Options(**{
      "model": folder, "direction": "photo_to_sketch", "input_dir": str(photos),
      "output_dir": str(output), **changes}))


def by_hand(model, direction, face):
  """One face [h, w, C] on a white canvas, cropped, translated and cut out again: [h, w, C']."""
  top, left = (70 - HEIGHT) // 2, (76 - WIDTH) // 2
  canvas = np.full([70, 76, face.shape[-1]], 255, np.uint8)
  canvas[top:top + HEIGHT, left:left + WIDTH] = face
  row, column = (70 - 64) // 2, (76 - 64) // 2
  seen = canvas[row:row + 64, column:column + 64]
  out = getattr(model, direction)(tf.constant(seen[None])).numpy()[0]
  out = out[top - row:top - row + HEIGHT, left - column:left - column + WIDTH]
  return np.rint((np.clip(out, -1, 1) + 1) * 127.5)


def close(found, expected):
  """Equal up to rounding in single pixels."""
  difference = np.abs(np.asarray(found, np.int64) - np.asarray(expected, np.int64))
  return difference.max() <= 1 and difference.mean() < 0.01


@pytest.mark.parametrize("direction, channels", [("photo_to_sketch", 3), ("sketch_to_photo", 1)])
def test_results_are_those_of_the_padded_crop(model, direction, channels):
  faces = np.stack([face_folders.picture(seed, HEIGHT, WIDTH, channels).reshape(HEIGHT, WIDTH, -1)
                    for seed in range(3)])
  made = Translator(model, direction, batch_size=2)(faces)
  assert made.dtype == np.uint8 and made.shape == (3, HEIGHT, WIDTH, 4 - channels)
  assert 20 < made.std() and (made == 0).any() and (made == 255).any()
  for face, result in zip(faces, made):
    assert close(result, by_hand(model, direction, face))
  assert close(Translator(model, direction, 8)(faces), made)
  with pytest.raises(ValueError, match="faces are"):
    Translator(model, direction)(faces[:, 1:])


def test_one_graph_that_reads_the_weights_as_they_are():
  model, traced = bold(tiny_sc_lmser.model(seed=2)), []
  made_by = model.photo_to_sketch
  model.photo_to_sketch = lambda photo: traced.append(photo.shape) or made_by(photo)
  translate = Translator(model, "photo_to_sketch", 2)
  faces = np.stack([face_folders.picture(seed, HEIGHT, WIDTH) for seed in range(3)])
  before = translate(faces)
  assert translate(faces[:0]).shape == (0, HEIGHT, WIDTH, 1)
  kernel = model.G.trainable_variables[-1]
  kernel.assign(kernel + 0.5)
  assert not close(translate(faces, "Again"), before)
  assert traced == [(2, 64, 64, 3)]
  kernel.assign(np.full(kernel.shape, np.nan))
  with pytest.raises(UserError, match="makes NaN"):
    translate(faces)


@pytest.mark.slow
def test_under_a_strategy():
  strategy = strategies.replicas(2)
  with strategy.scope():
    model = tiny_sc_lmser.model(pad_size=(70, 76))
  faces = face_folders.picture(0, HEIGHT, WIDTH)[None]
  expected = by_hand(model, "photo_to_sketch", faces[0])
  translate = Translator(model, "photo_to_sketch", 1)
  assert close(translate(faces), expected)
  with strategy.scope():
    assert close(translate(faces), expected)


@pytest.mark.parametrize("height, width", [(33, 70), (64, 32), (1, 5)])
def test_any_size(model, height, width):
  picture = face_folders.picture(0, height, width)
  bottom, right = -height % 32, -width % 32
  padded = np.pad(picture, [(0, bottom), (0, right), (0, 0)], constant_values=255)
  out = model.photo_to_sketch(tf.constant(padded[None])).numpy()[0, :height, :width]
  made = AnySizeTranslator(model, "photo_to_sketch")(picture)
  assert made.shape == (height, width, 1) and made.dtype == np.uint8
  assert close(made, np.rint((np.clip(out, -1, 1) + 1) * 127.5))


def test_files_and_sheet(model, folder, photos, tmp_path):
  for index in (1, 3):
    face_folders.save(tmp_path / "true" / f"n{index}.jpg",
                      face_folders.picture(9 + index, 2 * HEIGHT, 2 * WIDTH, 1))
  report = run(folder, photos, tmp_path / "out", truth_dir=str(tmp_path / "true"), batch_size=3)
  assert (report["count"], report["with_truth"], report["kind"]) == (6, 2, "sc_lmser")
  for path in (photos / "n1.png", photos / "n5.png"):
    face = face_dataset.read_face(path, "photo", model.config.geometry)
    result = read_as_stored(tmp_path / "out" / path.name)
    assert result.ndim == 2 and close(result[..., None], by_hand(model, "photo_to_sketch", face))
  assert len(list((tmp_path / "out").iterdir())) == 7
  assert report["sheet"] == str(tmp_path / "out/sheet.png")
  page = read_as_stored(report["sheet"])
  with Image.open(tmp_path / "true/n1.jpg") as truth:
    shrunk = geometry.resize(np.asarray(truth), (HEIGHT, WIDTH))
  columns = np.lib.stride_tricks.sliding_window_view(page[..., 0], shrunk.shape)
  assert (columns == shrunk).all(axis=(2, 3)).sum() == 1
  run(folder, photos, tmp_path / "single", batch_size=1, sheet_rows=0)
  for path in photos.iterdir():
    assert close(*(read_as_stored(tmp_path / where / path.name) for where in ("out", "single")))
  assert not (tmp_path / "single/sheet.png").exists()


def test_jpeg_is_the_originals(model, folder, photos, tmp_path):
  report = run(folder, photos, tmp_path / "out", format="jpg", sheet=str(tmp_path / "page.png"),
               sheet_rows=2)
  face = face_dataset.read_face(photos / "n0.png", "photo", model.config.geometry)
  expected = Translator(model, "photo_to_sketch")(face[None])[0, ..., 0]
  assert (tmp_path / "out/n0.jpg").read_bytes() == encode_jpeg(expected)
  assert report["sheet"] == str(tmp_path / "page.png")
  assert len(list((tmp_path / "out").iterdir())) == 6


def test_any_size_keeps_size_and_ratio(folder, photos, tmp_path):
  face_folders.save(photos / "wide.png", face_folders.picture(7, 40, 301))
  with pytest.raises(UserError, match=r"wide.png is 301 x 40 pixels .* ratio of 48 x 60; "
                                      r"cut it to .*, or pass --any_size\.$"):
    run(folder, photos, tmp_path / "out")
  assert not list((tmp_path / "out").iterdir())  # told before the first result
  run(folder, photos, tmp_path / "out", any_size=True)
  for path in photos.iterdir():
    with Image.open(path) as given, Image.open(tmp_path / "out" / path.name) as made:
      assert given.size == made.size and made.mode == "L"


def test_the_command(folder, photos, tmp_path):
  sketches = tmp_path / "sketches"
  for index in range(2):
    face_folders.save(sketches / f"n{index}.png", face_folders.picture(index, HEIGHT, WIDTH, 1))
  flags = [f"--model={folder}", "--direction=sketch_to_photo", f"--input_dir={sketches}"]
  done = pair_folders.command("translate", *flags, f"--output_dir={tmp_path / 'out'}",
                              f"--truth_dir={photos}", "--batch_size=1")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout)
  assert report["count"] == report["with_truth"] == 2 and "Translating" in done.stderr
  assert read_as_stored(tmp_path / "out/n1.png").shape == (HEIGHT, WIDTH, 3)
  done = pair_folders.command("translate", *flags, f"--output_dir={sketches}")
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "holds pictures that are read" in done.stderr


def test_what_a_person_can_mend(folder, photos, tmp_path):
  out = tmp_path / "out"
  other = tmp_path / "recogniser"
  saving.save_model(tiny_sketch_a_net.model(seed=5, width_multiplier=0.25), other, {})
  cases = [
      ("neither a folder nor a model that comes with the zoo", {"model": str(tmp_path / "none")}),
      (r"of the kind sketch_a_net, but faces are translated by .*sc_lmser", {"model": str(other)}),
      ("There is no folder", {"input_dir": str(tmp_path / "none")}),
      ("There is no folder", {"truth_dir": str(tmp_path / "none")}),
      ("give another --output_dir", {"output_dir": str(photos)}),
      ("give another --output_dir", {"output_dir": f"{photos}/../photos"}),
      ("can't be made", {"output_dir": str(photos / "n0.png" / "out")}),
      ("does not end in .png", {"sheet": str(tmp_path / "page.jpg")}),
      ("would take the place of a picture", {"sheet": str(out / "n3.png")}),
      ("--style_dir is given, but .* of the kind sc_lmser, which has no use for it",
       {"style_dir": str(photos)}),
      ("--seed is given, but", {"seed": 0}), ("--weights is given, but", {"weights": "live"}),
      ("--statistics is given, but", {"statistics": "batch"}),
  ]
  for sentence, changes in cases:
    with pytest.raises(UserError, match=sentence):
      run(folder, photos, **{"output": out, **changes} if "output_dir" not in changes else
          {"output": changes.pop("output_dir"), **changes})
  (tmp_path / "empty").mkdir()
  with pytest.raises(UserError, match="is empty"):
    run(folder, tmp_path / "empty", out)
  shutil.copy(photos / "n0.png", tmp_path / "empty/other.png")
  with pytest.raises(UserError, match="No picture of .* has the name of one"):
    run(folder, photos, out, truth_dir=str(tmp_path / "empty"))
  shutil.copy(photos / "n0.png", photos / "n0.jpg")
  with pytest.raises(UserError, match="same name but for folder and ending"):
    run(folder, photos, out)
  (photos / "n0.jpg").unlink()
  cut = (photos / "n4.png").read_bytes()
  (photos / "n4.png").write_bytes(cut[:len(cut) // 2])
  for any_size in (False, True):
    with pytest.raises(UserError, match="n4.png is damaged or cut off"):
      run(folder, photos, out, any_size=any_size)
  assert not out.exists() or not list(out.iterdir())


def test_a_folder_that_may_not_be_written_to(folder, photos, tmp_path, monkeypatch):
  monkeypatch.setattr(result_folder.os, "access", lambda path, mode: False)
  with pytest.raises(UserError, match="may not be written to"):
    run(folder, photos, tmp_path / "out")


def test_the_size_of_a_picture_that_does_not_fit_the_memory(model, monkeypatch):
  def fail(picture):
    raise tf.errors.ResourceExhaustedError(None, None, "no memory")

  translate = AnySizeTranslator(model, "photo_to_sketch")
  monkeypatch.setattr(translate, "_run", fail)
  with pytest.raises(UserError, match="of 40 x 30 pixels .* more memory"):
    translate(face_folders.picture(0, 30, 40))
