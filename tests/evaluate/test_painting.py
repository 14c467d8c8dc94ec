"""The painter: what it leaves as it was, and what a picture depends on."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from evaluate import painting_models
from evaluate.painting import Painter, as_pixels, crossed
from models import saving
from models.layers.noise import BatchNoise, RowNoise
from tests.evaluate import painters
from tests.evaluate.painters import assert_close
from tests.models import tiny_sketch2image as tiny
from tests.models import tiny_tom


@pytest.fixture(scope="module", name="model")
def lively_model():
  return painters.model()


@pytest.fixture(scope="module", name="pairs")
def three_pairs():
  random = np.random.default_rng(5)
  pixels = lambda channels: random.integers(0, 256, [3, tiny.SIZE, tiny.SIZE, channels])
  return pixels(1).astype(np.uint8), pixels(3).astype(np.uint8)


@pytest.fixture
def eager():
  tf.config.run_functions_eagerly(True)
  yield
  tf.config.run_functions_eagerly(False)


def differs(one, other):
  return np.abs(one.astype(int) - other).mean() > 1


@pytest.mark.slow
@pytest.mark.parametrize("weights, statistics, eager", [
    ("average", "batch", False), ("live", "moving", True)])
def test_the_model_is_afterwards_what_it_was(model, pairs, weights, statistics, eager):
  tf.config.run_functions_eagerly(eager)
  before = [variable.numpy() for variable in model.variables]
  painted = Painter(model, 2, weights, statistics)(*pairs)
  assert painted.first.shape == painted.refined.shape == (3, tiny.SIZE, tiny.SIZE, 3)
  for value, variable in zip(before, model.variables, strict=True):
    np.testing.assert_array_equal(value, variable)
  tf.config.run_functions_eagerly(False)


def test_pictures_are_those_of_the_weights_asked_for(model, pairs, eager):
  sketch, photo = (one[:2] for one in pairs)
  found = {}
  for weights in ("live", "average"):
    painted = Painter(model, 2, weights, "moving")(sketch, photo, seed=4)
    noise = RowNoise(tf.constant([4, 5]))
    if weights == "live":
      expected = model.painted(sketch, photo, noise)
    else:
      with model.averaged():
        expected = model.painted(sketch, photo, noise)
    for picture, values in zip(painted, expected):
      assert_close(picture, as_pixels(values.numpy()))
    found[weights] = painted
  assert differs(found["live"].refined, found["average"].refined)
  np.testing.assert_array_equal(found["live"].first, found["average"].first)  # has no average


@pytest.mark.slow
def test_with_moving_statistics_each_picture_stands_for_itself(model, pairs, eager):
  whole = Painter(model, 2, statistics="moving")(*pairs, seed=7)  # the last batch is filled up
  for row in range(3):
    alone = Painter(model, 1, statistics="moving")(*(one[row:row + 1] for one in pairs),
                                                   seed=7 + row)
    assert_close(whole.refined[row], alone.refined[0])
    assert_close(whole.first[row], alone.first[0])


def test_with_batch_statistics_a_picture_depends_on_its_batch(model, pairs, eager):
  paint = Painter(model, 2)
  whole = paint(*pairs)
  others = paint(*(one[[0, 2]] for one in pairs))
  assert differs(whole.refined[0], others.refined[0])
  np.testing.assert_array_equal(whole.first[0], others.first[0])
  filled = paint(*(one[[2, 0]] for one in pairs), seed=2)  # the first one fills up the last batch
  np.testing.assert_array_equal(whole.refined[2], filled.refined[0])
  with model.averaged():
    expected = model.painted(*(one[:2] for one in pairs), BatchNoise(tf.constant([0, 0])), True)[1]
  assert_close(whole.refined[:2], as_pixels(expected.numpy()))


def test_every_sketch_in_every_style(model, pairs, eager):
  sketches, photos = pairs[0][:2], pairs[1]
  paint = Painter(model, 3, statistics="moving")
  made = crossed(paint, sketches, photos, seed=1)
  assert made.first.shape == made.refined.shape == (2, 3, tiny.SIZE, tiny.SIZE, 3)
  one = paint(sketches[1:], photos[2:], seed=1 + 5)
  assert_close(made.refined[1, 2], one.refined[0])


@pytest.mark.slow
def test_the_seed_decides_about_the_noise(model, pairs, eager):
  # Noise counts for nothing at the start, but that of the map it begins with.
  paint = Painter(model, 2, statistics="moving")
  pair = [one[:2] for one in pairs]
  np.testing.assert_array_equal(paint(*pair, seed=1).refined, paint(*pair, seed=1).refined)
  assert (paint(*pair, seed=1).refined != paint(*pair, seed=9).refined).any()


def test_pixels_are_rounded_as_the_originals():
  values = np.array([-1, 1, 0, -1 + 0.9 / 255, -1 + 1.1 / 255, 1.5], np.float32)
  assert as_pixels(values).tolist() == [0, 255, 128, 0, 1, 255]
  with pytest.raises(UserError, match="makes NaN instead of pictures"):
    as_pixels(np.array([np.nan]))


def test_settings_that_there_are_not(model):
  for changes in ({"weights": "ema"}, {"statistics": "own"}):
    with pytest.raises(ValueError, match="one of"):
      Painter(model, 2, **changes)


def test_only_the_second_stage_paints(tmp_path):
  saving.write_config(tiny.autoencoder(), tmp_path / "first", {})
  saving.write_config(tiny_tom.model(), tmp_path / "tom", {})
  for name, words in (("first", "is an auto-encoder, the first stage"),
                      ("tom", "of the kind tom, but sketches are painted by sketch2image"),
                      ("none", "neither a folder nor a model")):
    with pytest.raises(UserError, match=words):
      painting_models.load(tmp_path / name)
