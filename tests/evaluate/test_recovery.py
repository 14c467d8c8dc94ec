"""evaluate/recovery.py: figures by other means, what the search is told, files and bad input."""

import functools
import json

import numpy as np
import pytest
import scipy.special
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from evaluate import completion_models, completion_search, recovery_run
from evaluate.metrics.ssim import ssim
from evaluate.recovery_run import Options
from models import saving
from models.contextual_gan.completion import SearchOptions, half_mask
from models.contextual_gan.losses import EPSILON
from tests.evaluate.pair_folders import command
from tests.models import tiny_contextual_gan as tiny
from tests.models import tiny_tom

S, COUNT = tiny.SIZE, 3
HOW = {"iterations": 30, "num_init": 4, "search_rate": 0.5}
FIGURES = ("contextual_loss", "ssim", "psnr", "latent_distance")


@pytest.fixture(autouse=True, scope="module")
def models_are_loaded_once():
  """Tracing a search takes longer than what most tests do with it."""
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(completion_models, "load", functools.cache(completion_models.load))
    yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  """Of a model whose pictures have contrast; batch norm's averages are near."""
  model = tiny.model(seed=3, z_size=8, batch_norm_momentum=0.5)
  for number, weight in enumerate(model.trainable_variables):
    if len(weight.shape) > 1:
      weight.assign_add(0.2 * tf.random.stateless_normal(weight.shape, [number, 1]))
  z = tf.random.stateless_uniform([16, model.config.z_size], [1, 2], -1.0, 1.0)
  for _ in range(8):
    model.D(model.G(z, training=True), training=True)
  path = tmp_path_factory.mktemp("recovery") / "model"
  saving.save_model(model, path, {})
  return str(path)


@pytest.fixture(scope="module")
def model(folder):
  return completion_models.load(folder)[0]


@pytest.fixture(scope="module")
def report(folder):
  return recovery_run.run(Options(folder, count=COUNT, **HOW))


def pixels(joint):
  return np.floor(127.5 * np.float64(joint) + 128).clip(0, 255).astype(np.uint8)


def divergence(known, made):
  """KL of the ink of two uint8 pictures, the pixels taken as a list."""
  ink = [(1 - (picture / 127.5 - 1) @ [0.299, 0.587, 0.114]) / 2 + EPSILON
         for picture in (known.astype(np.float64), made.astype(np.float64))]
  return scipy.special.rel_entr(*(values / values.sum() for values in ink)).sum()


@pytest.mark.parametrize("direction", ["sketch_to_photo", "photo_to_sketch"])
def test_every_figure_by_the_models_own_completion(folder, model, direction):
  found = recovery_run.run(Options(folder, direction=direction, count=COUNT, **HOW, seed=4))
  z = recovery_run.true_latents(COUNT, model.config.z_size, 4)
  joint = pixels(model(z))
  seeds = [completion_search.row_seed(4, one["name"]) for one in found["pictures"]]
  how = SearchOptions(30, 4, model.config.perceptual_weight, 0.9, 0.5)
  mask = half_mask(S, direction)
  made = model.complete(joint, mask, np.int32(seeds), how)
  known, unseen = ((slice(S), slice(S, None)) if direction == "sketch_to_photo" else
                   (slice(S, None), slice(S)))
  for row, picture in enumerate(found["pictures"]):
    for moment, drawn in (("start", made.start), ("end", made.generated)):
      drawn = pixels(drawn[row])
      truth, guess = joint[row, :, unseen], drawn[:, unseen]
      if direction == "photo_to_sketch":
        truth, guess = (np.rint(half.mean(axis=-1)).astype(np.uint8) for half in (truth, guess))
      assert picture[f"ssim_{moment}"] == pytest.approx(ssim(truth, guess), abs=1e-3)
      error = np.mean((truth.astype(float) - guess) ** 2)
      assert picture[f"psnr_{moment}"] == pytest.approx(20 * np.log10(255 / error ** 0.5), abs=0.05)
      # Made pictures are rounded here.
      assert picture[f"contextual_loss_{moment}"] == pytest.approx(
          divergence(joint[row, :, known], drawn[:, known]), rel=0.05, abs=1e-4)
    distance = np.sqrt(((made.latent[row] - z[row]) ** 2).numpy().sum())
    assert picture["latent_distance_end"] == pytest.approx(distance, abs=1e-3)
  for figure in FIGURES:
    values = [picture[f"{figure}_end"] for picture in found["pictures"]]
    assert found[f"{figure}_end"] == pytest.approx(np.mean(values))


def test_the_search_comes_nearer(report):
  assert report["contextual_loss_end"] < 0.5 * report["contextual_loss_start"]
  assert report["latent_distance_end"] != report["latent_distance_start"]
  assert (report["iterations"], report["num_init"], report["rate"]) == (30, 4, 0.5)
  assert report["perceptual_weight"] == tiny.config().perceptual_weight, "not given: the config's"


def test_without_steps_the_end_is_the_start(folder):
  found = recovery_run.run(Options(folder, count=COUNT, **{**HOW, "iterations": 0}))
  for figure in FIGURES:
    assert found[f"{figure}_end"] == found[f"{figure}_start"], figure


def test_the_batch_size_and_the_count_change_no_picture(folder, report):
  found = recovery_run.run(Options(folder, count=2, batch_size=1, **HOW))
  for ours, theirs in zip(found["pictures"], report["pictures"]):
    assert ours["name"] == theirs["name"]
    assert ours["contextual_loss_start"] == pytest.approx(theirs["contextual_loss_start"], rel=1e-3)
    assert ours["latent_distance_end"] == pytest.approx(theirs["latent_distance_end"], abs=0.01)


def test_files(folder, model, tmp_path):
  found = recovery_run.run(Options(folder, count=COUNT, **HOW, output=str(tmp_path / "x.json"),
                                   sheet=str(tmp_path / "new" / "x.png")))
  assert json.loads((tmp_path / "x.json").read_text()) == found
  page = np.asarray(Image.open(tmp_path / "new" / "x.png"))
  true = pixels(model(recovery_run.true_latents(COUNT, model.config.z_size, 0)))
  for joint in true:
    corners = np.argwhere((page == joint[0, 0]).all(axis=-1))
    assert any(np.array_equal(page[top:top + S, left:left + 2 * S], joint)
               for top, left in corners), "the true image is not on the sheet"


@pytest.mark.parametrize("changes, words", [
    ({"model": "none"}, "neither a folder nor a model"), ({"model": "tom"}, "of the kind tom"),
    ({"iterations": -1}, "--iterations"), ({"num_init": 0}, "--num_init"),
    ({"search_momentum": 1.0}, "--momentum"), ({"search_rate": 0.0}, "--learning_rate"),
    ({"perceptual_weight": float("nan")}, "--lambda"), ({"output": "x.txt"}, "end in .json"),
    ({"sheet": "x.jpg"}, "end in .png")])
def test_bad_input_is_a_sentence(folder, tmp_path, monkeypatch, changes, words):
  monkeypatch.chdir(tmp_path)
  if changes.get("model") == "tom":
    saving.write_config(tiny_tom.model(), "tom", {})
  with pytest.raises(UserError, match=words):
    recovery_run.run(Options(**{"model": folder, "iterations": 2, "num_init": 2, "count": 1,
                                **changes}))
  assert {path.name for path in tmp_path.iterdir()} <= {"tom"}


def test_a_model_that_makes_nan_is_told(tmp_path):
  broken = tiny.model()
  broken.G.convolutions[-1].bias.assign([np.nan] * 3)
  saving.save_model(broken, tmp_path / "model", {})
  with pytest.raises(UserError, match="makes NaN instead of pictures"):
    recovery_run.run(Options(str(tmp_path / "model"), count=1))


def test_the_command_line(folder):
  done = command("recovery", f"--model={folder}", "--count=2", "--lambda=0.5", "--momentum=0.1",
                 "--learning_rate=0.3", "--iterations=3", "--num_init=2", "--seed=3",
                 "--direction=photo_to_sketch")
  assert done.returncode == 0, done.stderr
  found = json.loads(done.stdout)
  assert found["count"] == len(found["pictures"]) == 2
  assert {name: found[name] for name in (
      "direction", "seed", "iterations", "num_init", "perceptual_weight", "momentum", "rate")} == {
          "direction": "photo_to_sketch", "seed": 3, "iterations": 3, "num_init": 2,
          "perceptual_weight": 0.5, "momentum": 0.1, "rate": 0.3}
