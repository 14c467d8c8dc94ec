"""The exported GAN with its recognisers, and a recogniser alone."""

import json

import numpy as np
import pytest
import tensorflow as tf

from models import saving
from models.vggface.model import FaceRecogniser
from pretrained import ia_cyclegan_serving, picture_inputs, warmup_requests
from tests.models import tiny_ia_cyclegan as tiny
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import export, run_alone

SIGNATURES = {"photo_to_sketch": "photo", "sketch_to_photo": "sketch", "embed_photo": "photo",
              "embed_sketch": "sketch"}
CHANNELS = {"photo": 3, "sketch": 1}


@pytest.fixture(scope="module")
def model():
  return tiny.model(seed=4)


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
  folder = tmp_path_factory.mktemp("serving")
  saving.save_model(model, folder / "model", {"data_type": "builtin"})
  done = export(folder / "model", folder / "out")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["signatures"] == sorted(SIGNATURES)
  return folder / "out" / "1"


@pytest.fixture(scope="module")
def signatures(exported):
  return tf.saved_model.load(str(exported)).signatures


def pictures(kind, rows, height, width, seed=0):
  return np.float32(np.random.default_rng(seed).uniform(0, 255, [rows, height, width,
                                                                 CHANNELS[kind]]))


@pytest.mark.slow
def test_alone_it_gives_what_the_keras_model_gives(model, exported, tmp_path):
  inputs = {kind: pictures(kind, 2, 36, 48) for kind in CHANNELS}
  found = run_alone(exported, inputs, tmp_path)
  for name, kind in list(SIGNATURES.items())[:2]:
    made = "sketch" if kind == "photo" else "photo"
    expected = getattr(model, name)(inputs[kind]).numpy()
    np.testing.assert_allclose(found[f"{name}/{made}"], expected, atol=1e-4)
    assert found[f"{name}/{made}_uint8"].dtype == np.uint8
  for kind in CHANNELS:
    expected = model.frozen.of(kind)({"image": inputs[kind]}).numpy()
    features = found[f"embed_{kind}/features"]
    np.testing.assert_allclose(features, expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)
  assert not np.allclose(found["embed_photo/features"], found["embed_sketch/features"])


@pytest.mark.parametrize("name, kind", SIGNATURES.items())
def test_a_row_does_not_depend_on_the_others(signatures, name, kind):
  given = pictures(kind, 4, 32, 32)
  run = lambda rows: list(signatures[name](**{kind: tf.constant(given[rows])}).values())[0].numpy()
  together = run([0, 1, 2, 3])
  np.testing.assert_allclose(run([2]), together[[2]], atol=1e-4)
  np.testing.assert_allclose(run([3, 3, 0]), together[[3, 3, 0]], atol=1e-4)


def test_what_does_not_fit_is_a_sentence(signatures):
  with pytest.raises(tf.errors.InvalidArgumentError, match="photo must be multiples of 4"):
    signatures["photo_to_sketch"](photo=tf.constant(pictures("photo", 1, 30, 32)))
  with pytest.raises(tf.errors.InvalidArgumentError, match="at least one pixel"):
    signatures["embed_sketch"](sketch=tf.constant(pictures("sketch", 1, 0, 32)))


def test_only_what_is_asked_is_in_it(model, exported, signatures):
  stored = [shape for name, shape in tf.train.list_variables(str(exported / "variables/variables"))
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
  wanted = ia_cyclegan_serving.IaCycleGanServing(model).weights
  assert sorted(stored) == sorted(variable.shape.as_list() for variable in wanted)
  found = replayed(exported / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in picture_inputs.BATCH_SIZES}


def test_a_gan_without_recognisers_translates_only():
  module = ia_cyclegan_serving.IaCycleGanServing(tiny.model(**tiny.WITHOUT))
  assert set(module.functions) == {"photo_to_sketch", "sketch_to_photo"}


@pytest.mark.parametrize("domain", ["photo", pytest.param("sketch", marks=pytest.mark.slow)])
def test_a_recogniser_alone(domain, tmp_path):
  model = FaceRecogniser(tiny.config().recogniser_config(domain), seed=3)
  saving.save_model(model, tmp_path / "model", {"data_type": "builtin"})
  done = export(tmp_path / "model", tmp_path / "out")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["serving_default"] == "embed"
  embed = tf.saved_model.load(str(tmp_path / "out/1")).signatures["embed"]
  given = pictures(domain, 2, 40, 32)
  np.testing.assert_allclose(embed(**{domain: tf.constant(given)})["features"],
                             model({"image": given}), atol=1e-5)
