"""The exported TOM: loaded by TensorFlow alone, any size and batch."""

import json

import numpy as np
import pytest
import tensorflow as tf

from models import saving
from models.tom.model import THRESHOLD
from pretrained import picture_inputs, publishing, pretrained_registry, warmup_requests
from tests.models import tiny_tom as tiny
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import export, run_alone, run_by_session


@pytest.fixture(scope="module")
def model():
  """One step of training brings spectral norms near; the norm's offset, greys to both sides."""
  model = tiny.model(seed=4)
  for _ in range(3):
    model.train_step(tiny.batch())
  return model


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
  """Through the command line, from a model folder."""
  folder = tmp_path_factory.mktemp("serving")
  saving.save_model(model, folder / "model", {"vgg": "random"})
  done = export(folder / "model", folder / "out")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["signatures"] == ["photo_to_sketch"] and result["data"] == {"vgg": "random"}
  assert result["serving_default"] == "photo_to_sketch"
  return folder / "out" / "1"


def photos(rows, height, width):
  random = np.random.default_rng(1)
  return random.uniform(0, 255, [rows, height, width, 3]).astype(np.float32)


@pytest.mark.slow
def test_alone_it_gives_what_the_keras_model_gives(model, exported, tmp_path):
  photo = photos(2, 64, 96)
  found = run_alone(exported, {"photo": photo}, tmp_path)
  expected = model.photo_to_sketch(photo).numpy()
  assert expected.min() < THRESHOLD < expected.max(), "the threshold shows nothing"
  sketch = found["photo_to_sketch/sketch"]
  np.testing.assert_allclose(sketch, expected, atol=1e-4)
  np.testing.assert_array_equal(found["photo_to_sketch/sketch_uint8"],
                                np.where(sketch > np.float32(THRESHOLD), 255, 0).astype(np.uint8),
                                strict=True)
  np.testing.assert_array_equal(found["serving_default/sketch"], sketch)


@pytest.mark.slow
def test_the_session_loader_too(model, exported, tmp_path):
  photo = photos(1, 32, 64)
  found = run_by_session(exported, "photo_to_sketch", {"photo": photo}, tmp_path)
  np.testing.assert_allclose(found["sketch"], model.photo_to_sketch(photo), atol=1e-4)


def test_names_sizes_and_what_is_in_it(model, exported):
  signature = tf.saved_model.load(str(exported)).signatures["photo_to_sketch"]
  assert signature.structured_input_signature[1]["photo"].shape.as_list() == [None, None, None, 3]
  assert {name: (spec.dtype, spec.shape.as_list()) for name, spec
          in signature.structured_outputs.items()} == {
              "sketch": (tf.float32, [None, None, None, 1]),
              "sketch_uint8": (tf.uint8, [None, None, None, 1])}
  given = photos(3, 32, 32)
  together = signature(photo=tf.constant(given))["sketch"]
  alone = signature(photo=tf.constant(given[1:2]))["sketch"]
  np.testing.assert_allclose(alone, together[1:2], atol=1e-4)
  with pytest.raises(tf.errors.InvalidArgumentError, match="multiples of 32"):
    signature(photo=tf.constant(photos(1, 40, 32)))
  stored = [name for name, _ in tf.train.list_variables(str(exported / "variables/variables"))
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
  assert len(stored) == len(model.G.variables) + len(model.vgg.variables)
  signatures = tf.saved_model.load(str(exported)).signatures
  found = replayed(exported / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in picture_inputs.BATCH_SIZES}


def test_published_with_its_frozen_weights(model, tmp_path, monkeypatch):
  path = tmp_path / "pretrained" / "registry.json"
  path.parent.mkdir()
  path.write_text("{}")
  monkeypatch.setattr(pretrained_registry, "REGISTRY", path)
  data = {"pictures": "mine", "photos": 1200, "sketches": 30, "vgg": "random"}
  saving.save_model(model, tmp_path / "run", data)
  facts = dict.fromkeys(publishing.FACTS, "x")
  entry = publishing.publish(tmp_path / "run", "lines", facts)
  assert {"frozen.index", "weights.index"} <= set(entry["files"])
  loaded, content = pretrained_registry.load("lines")
  assert content["data"] == data
  photo = tiny.batch()["photo"]
  np.testing.assert_array_equal(loaded.photo_to_sketch(photo), model.photo_to_sketch(photo))
  card = (path.parent / "weights" / "lines" / "README.md").read_text()
  assert "| unpaired pictures | 1,200 photos, 30 sketches |" in card and "evaluate/tom.py" in card
  assert "| VGG-16 | random |" in card and "categor" not in card
