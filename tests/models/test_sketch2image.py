"""The two training stages of Sketch-to-Image: against the original's, and what must not change."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import hparams
from models.sketch2image import losses
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from tests.reference_checks import s2i_losses, s2i_training
from tests.reference_checks.finding import require

S2I = pathlib.Path(__file__).parents[1] / "reference" / "s2i"
SIZE = 128


def config(**changes) -> Sketch2ImageConfig:
  values = {"data_name": "shoe", "nfc": 8, "ndf": 8, "im_size_ae": SIZE, "im_size_gan": SIZE,
            "batch_size_ae": 2, "batch_size_gan": 2, "nbr_cls": 4, **changes}
  return Sketch2ImageConfig(**values)


def batch(seed=0) -> dict:
  random = np.random.default_rng(seed)
  pixels = lambda channels: random.integers(0, 256, [2, SIZE, SIZE, channels]).astype(np.uint8)
  return {"self_supervised": {"distorted": pixels(3), "photo": pixels(3), "sketch": pixels(1),
                              "bold": pixels(1), "erased": pixels(1), "erased_bold": pixels(1),
                              "label": np.int32([0, 3])},
          "paired": {"photo": pixels(3), "sketch": pixels(1)}}


def test_consistency_terms_are_the_originals():
  require(s2i_losses.check(S2I / "losses.npz"))


@pytest.mark.slow
@pytest.mark.parametrize("file, check", [("train_ae_shoe.npz", s2i_training.check_ae),
                                         ("train_gan_shoe.npz", s2i_training.check_gan)])
def test_an_iteration_is_the_originals(file, check):
  require(check(S2I / file))


@pytest.fixture(scope="module", name="stage_1")
def stage_1_model():
  model = SketchAutoEncoder(config())
  model.compile()
  return model, tf.function(model.train_step)


def test_stage_1_learns_and_begins_sets_anew(stage_1):
  model, step = stage_1
  first = {name: float(value) for name, value in step(batch()).items()}
  for _ in range(4):
    model.reset_metrics()
    last = {name: float(value) for name, value in step(batch()).items()}
  assert last["rec_rd"] < first["rec_rd"] and last["cls"] < first["cls"]
  # 400 pictures have gone by after 200 steps of 2: not yet.
  assert float(model.adams["S"].learning_rate) == pytest.approx(2e-4)
  head = model.networks.style_encoder.classifier.kernel.numpy()
  others = [variable.numpy() for variable in model.networks.decoder.trainable_variables]
  model.begin_set(1)
  assert not np.allclose(head, model.networks.style_encoder.classifier.kernel)
  assert int(model.adams["classifier"].iterations) == 0 and int(model.adams["S"].iterations) == 10
  assert int(model.adams["D"].iterations) == 10
  for before, after in zip(others, model.networks.decoder.trainable_variables):
    np.testing.assert_array_equal(before, after)
  model.step.assign(200)
  step(batch())
  rates = {name: float(adam.learning_rate) for name, adam in model.adams.items()}
  assert rates == pytest.approx({"S": 1e-4, "D": 1e-4, "C": 2e-4, "classifier": 2e-4})


def test_stage_2_changes_nothing_of_the_auto_encoder():
  model = SketchGan(config())
  model.compile()
  before = [variable.numpy() for variable in model.networks.variables]
  start = [variable.numpy() for variable in model.G.trainable_variables]
  step = tf.function(model.train_step)
  for seed in range(2):
    step(batch(seed)["paired"])
  for value, variable in zip(before, model.networks.variables, strict=True):
    np.testing.assert_array_equal(value, variable)
  moved = [not np.array_equal(value, variable)
           for value, variable in zip(start, model.G.trainable_variables)]
  # What is of style does not reach the pictures of shoes.
  assert 0.5 < np.mean(moved) < 1
  for first, average, last in zip(start, model.average, model.G.trainable_variables):
    assert np.abs(average - first).max() <= 0.003 * np.abs(last - first).max() + 1e-7


def test_correlation_is_that_of_numpy():
  random = np.random.default_rng(0)
  content, style = random.normal(size=[50, 3]), random.normal(size=[50, 4])
  style[:, 0] = 2 * content[:, 1] + 0.1 * style[:, 0]
  expected = np.mean(np.corrcoef(content.T, style.T)[:3, 3:] ** 2)
  got = losses.cross_correlation(tf.constant(content, tf.float32), tf.constant(style, tf.float32))
  assert float(got) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("text, words", [
    ("im_size_gan=1024, im_size_ae=256", "or twice that"), ("im_size_ae=500", "multiple of 128"),
    ("data_name=cat", "art, face, celeba, shoe"), ("batch_size_ae=1", "at least 2")])
def test_bad_hyperparameters_are_sentences(text, words):
  with pytest.raises(UserError, match=words):
    hparams.parse(Sketch2ImageConfig(), text).validate()


def test_xla_is_refused():
  with pytest.raises(UserError, match="jit_compile"):
    SketchGan(config(), jit_compile_networks=True)
