"""evaluate/complete.py: files, figures that can be had again, seeds, masks, single pictures."""

import functools
import inspect
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.image_files import read_as_stored
from data_tools.joint import builtin_joint
from evaluate import (completion_files, completion_models, completion_run, completion_search,
                      completion_task, face_embedding)
from evaluate.completion_inputs import Inputs
from evaluate.completion_run import Options
from evaluate.completion_search import Found
from evaluate.completion_verification import Verifier
from evaluate.metrics import verification
from evaluate.metrics.ssim import ssim
from evaluate.painting import as_pixels
from evaluate.pictures.line_chart import save_line_chart
from models import saving
from models.contextual_gan.completion import SearchOptions, half_mask
from models.contextual_gan.losses import contextual_loss
from models.layers.pixels import normalized
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from tests.evaluate.painters import assert_close
from tests.evaluate.test_face_sheet import places_of
from tests.models import tiny_contextual_gan as tiny

SIZE = tiny.SIZE
NAMES = [f"n{index}" for index in range(5)]
HOW = SearchOptions(5, 3, rate=3.0)  # what the model's config says


@functools.cache
def model():
  """Untrained, but with kernels so large that other latent vectors give other pictures."""
  made = tiny.model(seed=1, search_rate=HOW.rate)
  for variable in made.G.trainable_variables:
    if "kernel" in variable.name:
      variable.assign(variable * 20)
  return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  path = tmp_path_factory.mktemp("model") / "model"
  saving.save_model(model(), path, {"styles": ["fdog", "xdog"]})
  return str(path)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
  """Five joint images."""
  return save_all(tmp_path_factory.mktemp("data"), tiny.batch(len(NAMES), seed=3)["joint"])


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
  """The model is loaded once, and so keeps the graphs of its searches; charts take their time."""
  monkeypatch.setattr(completion_models, "load", load)
  monkeypatch.setattr(completion_files, "save_line_chart", lambda *_: None)


def load(name, jit_compile):
  assert not jit_compile
  return model(), saving.read_config(name)


def save_all(path, pictures):
  path.mkdir(exist_ok=True)
  for name, picture in zip(NAMES, pictures):
    Image.fromarray(picture).save(path / f"{name}.png")
  return path


def run(folder, data, output, **changes):
  return completion_run.run(Options(**{
      "model": folder, "input_dir": None if data is None else str(data),
      "output_dir": str(output), "batch_size": 2, "sheet_rows": 0,
      **({} if "mask" in changes else {"direction": "sketch_to_photo"}), **changes}))


def read(folder, name):
  return read_as_stored(folder / f"{name}.png")


def found_one_by_one(joint, mask, seed=0, how=HOW):
  """The generated joint images, at the end and at the start, each searched for by itself."""
  made = [model().complete(joint[row:row + 1], mask,
                           np.array([completion_search.row_seed(seed, name)]), how)
          for row, name in zip(range(len(joint)), NAMES)]
  return [np.concatenate([as_pixels(getattr(one, part).numpy()) for one in made])
          for part in ("generated", "start")]


@pytest.fixture(scope="module", name="made")
def sketches_to_photos(folder, data, tmp_path_factory):
  output = tmp_path_factory.mktemp("made") / "out"
  weights = {path: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(completion_models, "load", load)
    report = run(folder, data, output, sheet_rows=2)
  assert weights == {path: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
  return output, report


def test_pictures_are_those_of_a_search_one_by_one(made):
  output, report = made
  assert sorted(path.name for path in output.iterdir()) == [
      "completed", "contextual_loss.png", "generated", "losses.npz", "perceptual_loss.png",
      "results.json", "sheet.png"]
  joint = tiny.batch(len(NAMES), seed=3)["joint"]
  final, start = found_one_by_one(joint, half_mask(SIZE, "sketch_to_photo"))
  assert np.abs(final.astype(int) - start).mean() > 1  # the search moved
  for name, given, expected in zip(NAMES, joint, final):
    completed, generated = read(output / "completed", name), read(output / "generated", name)
    assert_close(generated, expected[:, SIZE:])
    np.testing.assert_array_equal(completed[:, :SIZE], given[:, :SIZE])
    np.testing.assert_array_equal(completed[:, SIZE:], generated)
  assert report["count"] == report["with_truth"] == 5 and report["iterations"] == 5


def test_figures_can_be_had_again_from_the_files(made):
  output, report = made
  results = json.loads((output / "results.json").read_text())
  losses = np.load(output / "losses.npz")
  joint = tiny.batch(len(NAMES), seed=3)["joint"]
  assert losses["contextual"].shape == losses["perceptual"].shape == (5, HOW.iterations + 1)
  total = losses["contextual"] + 0.01 * losses["perceptual"]
  for row, about in enumerate(results["pictures"]):
    truth, found = joint[row, :, SIZE:], read(output / "generated", NAMES[row])
    assert about["name"] == NAMES[row] == losses["names"][row]
    assert about["ssim"] == pytest.approx(ssim(truth, found))
    error = np.mean(np.square(truth.astype(float) - found))
    assert about["psnr"] == pytest.approx(20 * np.log10(255) - 10 * np.log10(error))
    assert about["contextual_loss"] == losses["contextual"][row, np.argmin(total[row])]
    assert about["start_contextual_loss"] == losses["contextual"][row, 0]
  for figure in ("ssim", "psnr", "contextual_loss"):
    mean = np.mean([about[figure] for about in results["pictures"]])
    assert report[figure] == results["final"][figure] == pytest.approx(mean)
    mean = np.mean([about[f"start_{figure}"] for about in results["pictures"]])
    assert report["start"][figure] == pytest.approx(mean)
  assert report["contextual_loss"] < report["start"]["contextual_loss"]
  assert (total.min(axis=1) <= total[:, 0]).all() and (total.min(axis=1) < total[:, 0]).any()


def test_the_latent_vectors_found_have_the_loss_told(made):
  output, _ = made
  results, losses = json.loads((output / "results.json").read_text()), np.load(
      output / "losses.npz")
  joint = normalized(tiny.batch(len(NAMES), seed=3)["joint"])
  mask = tf.repeat(half_mask(SIZE, "sketch_to_photo")[None], 5, axis=0)
  loss = contextual_loss(joint, model()(losses["latent"]), mask).numpy()
  np.testing.assert_allclose([about["contextual_loss"] for about in results["pictures"]], loss,
                             rtol=1e-4)


def test_the_sheet_shows_them_enlarged(made):
  output, _ = made
  page = read_as_stored(output / "sheet.png")
  joint = tiny.batch(len(NAMES), seed=3)["joint"]
  _, start = found_one_by_one(joint, half_mask(SIZE, "sketch_to_photo"))
  large = lambda picture: np.kron(picture, np.ones([12, 12, 1], np.uint8))
  for row in (0, 4):  # evenly
    corners = [places_of(page, large(picture)) for picture in (
        joint[row, :, :SIZE], read(output / "generated", NAMES[row]), joint[row, :, SIZE:])]
    assert [len(found) for found in corners] == [1, 1, 1]
    tops, lefts = np.array(corners)[:, 0].T
    assert len(set(tops)) == 1 and list(lefts) == sorted(lefts)  # given, final, truth
    # The start stands between the first two.
    place = page[tops[0]:tops[0] + 192, (lefts[0] + lefts[1]) // 2:][:, :192]
    assert_close(place[::12, ::12], start[row, :, SIZE:])
  assert not places_of(page, large(joint[1, :, SIZE:]))
  assert page.shape[1] < 1000


def test_a_result_depends_on_seed_and_name_alone(folder, data, made, tmp_path):
  run(folder, data, tmp_path / "all", batch_size=5)
  assert not (tmp_path / "all/sheet.png").exists()
  save_all(tmp_path / "own", tiny.batch(len(NAMES), seed=3)["joint"])
  for name in NAMES[:3]:
    (tmp_path / f"own/{name}.png").unlink()
  joint = read_as_stored(data / "n4.png")
  joint[:, SIZE:] = 7  # another truth, which is not looked at
  Image.fromarray(joint).save(tmp_path / "own/n4.png")
  run(folder, tmp_path / "own", tmp_path / "some")
  run(folder, tmp_path / "own", tmp_path / "seed", seed=1)
  for name in NAMES:
    assert_close(read(tmp_path / "all/generated", name), read(made[0] / "generated", name))
  for name in NAMES[3:]:
    assert_close(read(tmp_path / "some/generated", name), read(made[0] / "generated", name))
    other = read(tmp_path / "seed/generated", name).astype(int)
    assert np.abs(other - read(made[0] / "generated", name)).mean() > 1


def test_seeds_of_rows():
  seeds = {completion_search.row_seed(seed, name) for seed in range(9) for name in NAMES}
  assert len(seeds) == 45 and all(0 <= seed < 2**31 for seed in seeds)


def test_batches_are_filled_up_to_one_size(folder, data, tmp_path, monkeypatch):
  shapes, complete = [], type(model()).complete
  monkeypatch.setattr(type(model()), "complete", lambda self, joint, *rest: (
      shapes.append(joint.shape), complete(self, joint, *rest))[1])
  run(folder, data, tmp_path / "out", batch_size=4)  # 3 + 2, not 4 + 1
  assert shapes == [(3, SIZE, 2 * SIZE, 3)] * 2
  assert len(list((tmp_path / "out/completed").iterdir())) == 5


def test_single_photos_with_some_truths(folder, tmp_path, capsys):
  random = np.random.default_rng(0)
  photos = random.integers(0, 256, [5, 40, 20, 3]).astype(np.uint8)
  save_all(tmp_path / "photos", photos)
  sketch = random.integers(0, 256, [SIZE, SIZE, 3]).astype(np.uint8)  # in colour, read gray
  (tmp_path / "true").mkdir()
  Image.fromarray(sketch).save(tmp_path / "true/n3.png")
  report = run(folder, tmp_path / "photos", tmp_path / "out", direction="photo_to_sketch",
               truth_dir=str(tmp_path / "true"))
  assert (report["count"], report["with_truth"]) == (5, 1)
  square = np.asarray(Image.fromarray(photos[3, 10:30]).resize([SIZE, SIZE], Image.LANCZOS))
  np.testing.assert_array_equal(read(tmp_path / "out/completed", "n3")[:, SIZE:], square)
  made = read(tmp_path / "out/generated", "n3")
  assert made.shape == (SIZE, SIZE)
  gray = np.asarray(Image.fromarray(sketch).convert("L"))
  assert report["ssim"] == pytest.approx(ssim(gray, made))
  results = json.loads((tmp_path / "out/results.json").read_text())
  assert [about["ssim"] is None for about in results["pictures"]] == [True] * 3 + [False, True]
  assert results["published"]["figures"] == {} and "reproduction" not in capsys.readouterr().out


def test_single_sketches_without_a_truth(folder, tmp_path):
  save_all(tmp_path / "sketches", np.full([1, 30, 30], 90, np.uint8))
  report = run(folder, tmp_path / "sketches", tmp_path / "out")
  assert report["ssim"] is None and report["psnr"] is None and report["with_truth"] == 0
  assert report["contextual_loss"] >= 0
  completed = read(tmp_path / "out/completed", "n0")
  assert (completed[:, :SIZE] == 90).all()
  np.testing.assert_array_equal(completed[:, SIZE:], read(tmp_path / "out/generated", "n0"))


def test_a_mask(folder, data, tmp_path):
  mask = np.zeros([SIZE, 2 * SIZE], np.uint8)
  mask[:9, 5:20] = 255
  Image.fromarray(mask).save(tmp_path / "mask.png")
  report = run(folder, data, tmp_path / "out", mask=str(tmp_path / "mask.png"))
  joint = tiny.batch(len(NAMES), seed=3)["joint"]
  final, _ = found_one_by_one(joint, (mask[..., None] == 255).astype(np.float32))
  for name, given, expected in zip(NAMES, joint, final):
    generated = read(tmp_path / "out/generated", name)
    assert_close(generated, expected)
    np.testing.assert_array_equal(read(tmp_path / "out/completed", name),
                                  np.where(mask[..., None] == 255, given, generated))
  assert report["direction"] is None and report["mask"] == str(tmp_path / "mask.png")
  means = [ssim(given, read(tmp_path / "out/generated", name))
           for name, given in zip(NAMES, joint)]
  assert report["ssim"] == pytest.approx(np.mean(means))


def test_pictures_equal_to_their_truth_have_no_psnr(folder, made, tmp_path, capsys):
  joint = tiny.batch(len(NAMES), seed=3)["joint"]
  joint[1] = read(made[0] / "completed", "n1")
  run(folder, save_all(tmp_path / "equal", joint), tmp_path / "out")
  results = json.loads((tmp_path / "out/results.json").read_text())
  assert [about["psnr"] is None for about in results["pictures"]] == [False, True] + [False] * 3
  assert results["pictures"][1]["ssim"] == pytest.approx(1)
  assert results["final"]["psnr"] == pytest.approx(
      np.mean([about["psnr"] for about in results["pictures"] if about["psnr"]]))
  assert "left out of its mean: 1." in capsys.readouterr().out


@pytest.fixture(scope="module", name="recogniser")
def recogniser_of_photos(tmp_path_factory):
  path = tmp_path_factory.mktemp("recogniser") / "model"
  saving.save_model(FaceRecogniser(VggFaceConfig(
      domain="photo", network="small", in_size=(48, 60), pad_size=(72, 72), out_size=(64, 64),
      feature_layer="embedding", input_size=32, width=2, embedding_size=8), seed=3), path, {})
  return str(path)


def test_built_in_faces_and_their_persons(folder, recogniser, tmp_path, monkeypatch, capsys):
  place = tmp_path / "faces/test/xdog"
  place.mkdir(parents=True)
  names = [f"{person:04d}_{number:02d}" for person in range(4) for number in range(2)]
  for name, joint in zip(names, tiny.batch(8)["joint"]):
    Image.fromarray(joint).save(place / f"{name}.png")
  signature, asked = inspect.signature(builtin_joint.ensure), []
  monkeypatch.setattr(builtin_joint, "ensure", lambda *given: (
      asked.append(signature.bind(*given).arguments), tmp_path / "faces")[1])
  report = run(folder, None, tmp_path / "out", recogniser=recogniser)
  assert asked == [{"styles": ("xdog",), "size": SIZE}]  # not the first of the model's styles
  printed = capsys.readouterr()
  assert "the built-in faces" in printed.err and "invented people" in printed.out
  assert "with that of another person" in printed.out and report["count"] == 8
  about = report["verification"]
  assert (about["folds"], about["pairs"]) == (2, 16)
  assert report["verification_accuracy"] == about["accuracy"] == by_hand(
      recogniser, np.stack([read(tmp_path / "out/generated", name) for name in names]),
      tiny.batch(8)["joint"][:, :, SIZE:], [name[:4] for name in names])


def by_hand(recogniser, made, truth, persons):
  model_, _ = saving.load_model(recogniser)
  made, truth = (model_.embed(normalized(photos)).numpy() for photos in (made, truth))
  pairs = verification.make_pairs(persons)
  distance = np.sqrt(np.sum((made[pairs.first] - truth[pairs.second]) ** 2, axis=1))
  return verification.verify(distance, pairs.same, pairs.fold).accuracy


def test_pictures_without_a_truth_are_not_verified(monkeypatch):
  class Means(tf.Module):
    """A recogniser of colours."""
    config = VggFaceConfig(domain="photo")

    def embed(self, pictures):
      return tf.reduce_mean(pictures, axis=[1, 2])

  monkeypatch.setattr(face_embedding, "load", lambda name: Means())
  monkeypatch.setattr(verification, "verify", lambda distances, same, fold: distances)
  joint = np.random.default_rng(0).integers(0, 256, [7, 1, 1, 3]).astype(np.uint8)
  inputs = Inputs(tuple("abcdefg"), np.tile(joint, [1, SIZE, 2 * SIZE, 1]),
                  np.arange(7) > 0, "words")
  made = np.zeros([7, SIZE, SIZE, 3], np.uint8) + np.arange(7, dtype=np.uint8)[:, None, None, None]
  verify = Verifier("name", completion_task.find("sketch_to_photo", None, SIZE), inputs, 4, 5)
  pairs = verification.make_pairs("bcdefg", seed=5)
  true, found = joint[1:, 0, 0] / 127.5, np.arange(1, 7)[:, None] / 127.5
  expected = np.sqrt(np.sum((found[pairs.first] - true[pairs.second]) ** 2, axis=1))
  np.testing.assert_allclose(verify(made, ""), expected, rtol=1e-4)


def test_a_chart_of_a_single_picture_without_a_step(tmp_path, monkeypatch):
  monkeypatch.setattr(completion_files, "save_line_chart", save_line_chart)
  completion_files.write_losses(tmp_path, "t", ["a"], np.zeros([1, 4]), {
      "perceptual": -np.ones([1, 1], np.float32)})
  assert len(np.unique(read_as_stored(tmp_path / "perceptual_loss.png").reshape(-1, 3), axis=0)) > 5


def test_columns_of_the_sheet():
  inputs = Inputs(("a", "b"), tiny.batch()["joint"], np.array([False, True]), "words")
  pictures = [tiny.batch(seed=seed)["joint"] for seed in (1, 2, 3)]
  found = Found(*pictures, *[np.zeros(2)] * 5)
  task = completion_task.find("sketch_to_photo", None, SIZE)
  assert completion_files.headings(task, inputs, 100) == ["given", "start", "after 100", "truth"]
  assert completion_files.headings(task, inputs, 500) == ["given", "start", "after 100",
                                                          "after 500", "truth"]
  for iterations, made in ((100, (0, 2)), (101, (0, 1, 2))):
    first, second = completion_files.sheet_rows(task, inputs, np.arange(2), found, iterations,
                                                [0, 1])
    assert first.pictures[-1] is None and (first.label, second.label) == ("a", "b")
    assert len(second.pictures) == len(completion_files.headings(task, inputs, iterations))
    for picture, place in zip(second.pictures[1:], made):
      np.testing.assert_array_equal(picture[::12, ::12], pictures[place][1, :, SIZE:])
  task = completion_task.Task(None, np.ones([SIZE, 2 * SIZE, 1], np.float32))
  row, = completion_files.sheet_rows(task, inputs, np.arange(2), found, 7, [1])
  assert completion_files.headings(task, inputs, 7)[-2:] == ["completed", "truth"]
  assert len(row.pictures) == 5 and row.pictures[0].shape == (8 * SIZE, 16 * SIZE, 3)
