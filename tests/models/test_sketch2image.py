"""The two training stages of Sketch-to-Image: against the original's, and what must not change."""

import functools
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.layers.noise import RowNoise
from models.sketch2image import losses
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.gan_model import SketchGan
from tests.models import tiny_sketch2image as tiny
from tests.reference_checks import s2i_losses, s2i_training
from tests.reference_checks.finding import require

S2I = pathlib.Path(__file__).parents[1] / "reference" / "s2i"


def slow(*values):
  return pytest.param(*values, marks=pytest.mark.slow)


def values_of(variables):
  return [variable.numpy() for variable in variables]


def assert_same(variables, values):
  for variable, value in zip(variables, values, strict=True):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)


# === The original's numbers ===


def test_consistency_terms_are_the_originals():
  require(s2i_losses.check(S2I / "losses.npz"))


@pytest.mark.slow
@pytest.mark.parametrize("file, check", [("train_ae_shoe.npz", s2i_training.check_ae),
                                         ("train_gan_shoe.npz", s2i_training.check_gan)])
def test_an_iteration_is_the_originals(file, check):
  require(check(S2I / file))


# === Stage 1 ===


@pytest.mark.slow
def test_stage_1_learns_and_then_learns_slower():
  model = tiny.autoencoder()
  step = tf.function(model.train_step, autograph=False)
  first = {name: float(value) for name, value in step(tiny.batch()).items()}
  for _ in range(4):
    model.reset_metrics()
    last = {name: float(value) for name, value in step(tiny.batch()).items()}
  assert last["rec_rd"] < first["rec_rd"] and last["cls"] < first["cls"]
  assert {name: int(adam.iterations) for name, adam in model.adams.items()} == {
      "S": 10, "classifier": 5, "C": 10, "D": 10}
  # 400 pictures have gone by after 200 steps of 2.
  for done, rate in ((199, 2e-4), (200, 1e-4)):
    model.step.assign(done)
    step(tiny.batch())
    rates = {name: float(adam.learning_rate) for name, adam in model.adams.items()}
    assert rates == pytest.approx({"S": rate, "D": rate, "C": 2e-4, "classifier": 2e-4})


def test_a_new_set_begins_with_another_classifier_and_nothing_else():
  model = tiny.autoencoder()
  model.train_step(tiny.batch())
  head = model.networks.style_encoder.classifier.trainable_variables
  new = {id(variable) for variable in head}
  others = [variable for variable in model.variables if id(variable) not in new]
  for name, adam in model.adams.items():
    if name != "classifier":
      others += adam.variables()
  before, old = values_of(others), values_of(head)
  model.begin_set(1)
  assert_same(others, before)
  for variable, value in zip(head, old):
    assert np.mean(variable.numpy() != value) > 0.99
  assert len(model.adams["classifier"].variables()) == 5  # its steps, and two moments of each
  for variable in model.adams["classifier"].variables():
    assert not np.any(variable), variable.name
  first = values_of(head)
  model.begin_set(2)
  assert not np.allclose(first[0], head[0])
  model.begin_set(1)
  assert_same(head, first)
  assert np.abs(first[0]).max() <= 64 ** -0.5 and np.abs(first[1]).max() <= 0.1 * 64 ** -0.5


# === Stage 2 ===


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["art", *map(slow, ["face", "shoe"])])
def test_stage_2_changes_nothing_of_the_auto_encoder(kind):
  model = shared("gan", kind)
  start, average = values_of(model.G.trainable_variables), values_of(model.average)
  before = values_of(model.networks.variables)
  names = [variable.name for variable in model.networks.variables]
  assert all(any(part in name for name in names) for part in ("moving_mean", "/u:", "/v:"))
  for seed in range(2):
    model.train_step(tiny.batch(seed)["paired"])
  assert_same(model.networks.variables, before)
  moved = [not np.array_equal(value, variable)
           for value, variable in zip(start, model.G.trainable_variables)]
  # What is of style does not reach the pictures of shoes.
  assert np.mean(moved) == 1 if kind != "shoe" else 0.5 < np.mean(moved) < 1
  for first, value, last in zip(average, model.average, model.G.trainable_variables):
    assert np.abs(value - first).max() <= 0.003 * np.abs(last - first).max() + 1e-7


@pytest.mark.slow
def test_the_average_follows_by_its_rule():
  model = tiny.gan(ema_decay=0.75)
  for average in model.average:
    average.assign(tf.ones_like(average))
  model.train_step(tiny.batch()["paired"])
  for average, weight in zip(model.average, model.G.trainable_variables, strict=True):
    np.testing.assert_allclose(average, 0.75 + 0.25 * weight, rtol=1e-6, atol=1e-7)


# === Both ===


STAGES = {"autoencoder": lambda **options: tiny.settled(tiny.autoencoder(**options)),
          "gan": lambda **options: tiny.settled(tiny.gan(**options))}


@functools.cache
def shared(stage, kind):
  """One model for all tests that don't depend on how it was trained; only one of them trains it."""
  return STAGES[stage](data_name=kind)


def state_of(model):
  """Its variables without those of its metrics."""
  metrics = {id(variable) for metric in model.metrics for variable in metric.variables}
  return [variable for variable in model.variables if id(variable) not in metrics]


def data_of(stage, seed=0, rows=2):
  data = tiny.batch(seed, rows)
  return data if stage == "autoencoder" else data["paired"]


@pytest.mark.parametrize("stage, kind", [("gan", "art"), slow("gan", "face")])
def test_in_use_a_picture_does_not_depend_on_its_batch(stage, kind):
  model, data = shared(stage, kind), tiny.batch(rows=3)["paired"]
  def run(rows, seeds):
    noise = RowNoise(tf.constant(seeds))
    return model({name: one[rows] for name, one in data.items()}, noise=noise).numpy()
  before = values_of(model.variables)
  together = run([0, 1, 2], [7, 8, 9])
  for row, seed in ((2, 9), (0, 7)):
    np.testing.assert_allclose(run([row], [seed])[0], together[row], atol=1e-4)
  assert np.abs(together[0] - together[1]).mean() > 1e-3
  assert_same(model.variables, before)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_saved_model_comes_back_whole(stage, tmp_path):
  model = STAGES[stage](seed=5, data_name="face", im_size_gan=2 * tiny.SIZE)
  model.train_step({"autoencoder": tiny.batch(), "gan": large_pairs()}[stage])
  saving.save_model(model, tmp_path / "saved", {"photos": 7})
  again, content = saving.load_model(tmp_path / "saved")
  assert type(again) is type(model) and again.seed == 5 and content["data"] == {"photos": 7}
  assert again.config == model.config
  assert_same(state_of(again), values_of(state_of(model)))
  np.testing.assert_array_equal(again(large_pairs()), model(large_pairs()))
  rebuilt = type(model).from_config(json.loads(json.dumps(model.get_config())))
  assert rebuilt.config == model.config and rebuilt.seed == 5


def large_pairs():
  return {name: np.repeat(np.repeat(one, 2, axis=1), 2, axis=2)
          for name, one in tiny.batch(1)["paired"].items()}


@pytest.mark.parametrize("stage, kind, figure", [
    ("autoencoder", "shoe", "rec_org"), slow("autoencoder", "art", "rec_org"),
    ("gan", "art", "reconstruction")])
def test_evaluation_changes_nothing_and_pairs_of_no_weight_do_not_count(stage, kind, figure):
  model, data = shared(stage, kind), tiny.batch()["paired"]
  model.reset_metrics()
  before = values_of(state_of(model))
  found = model.test_step({**data, "weight": np.float32([0, 1])})
  assert_same(state_of(model), before)
  made, photo = model(data).numpy()[1:], np.float32(data["photo"][1:] / 127.5 - 1)
  expected = np.mean((made - photo) ** 2)
  if stage == "gan":
    expected += np.mean(np.abs(made - photo))
  elif kind == "art":
    expected += 2 * tiny.perceptual(made, photo).numpy()[0]  # of a batch of two the sum
  assert float(found[figure]) == pytest.approx(expected, rel=1e-4)


def test_correlation_is_that_of_numpy():
  random = np.random.default_rng(0)
  content, style = random.normal(size=[50, 3]), random.normal(size=[50, 4])
  style[:, 0] = 2 * content[:, 1] + 0.1 * style[:, 0]
  expected = np.mean(np.corrcoef(content.T, style.T)[:3, 3:] ** 2)
  got = losses.cross_correlation(tf.constant(content, tf.float32), tf.constant(style, tf.float32))
  assert float(got) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("kind", [SketchAutoEncoder, SketchGan])
def test_xla_is_refused(kind):
  with pytest.raises(UserError, match="jit_compile"):
    kind(tiny.config(), jit_compile_networks=True)
