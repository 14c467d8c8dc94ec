"""The face recogniser as a whole: the properties every model of the zoo must have, its loss."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from data_tools.faces import geometry as geometry_module
from models import hparams, registry, saving
from models.layers.triplet_loss import semihard_triplet_loss
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from models.vggface.presets import PRESETS
from tests import smooth_functions
from tests.strategies import replicas

# Faces 20 x 25 on a canvas of 36, crops of 32.
SIZES = {"in_size": (20, 25), "pad_size": (36, 36), "out_size": (32, 32)}
SMALL = {"network": "small", "feature_layer": "embedding", "input_size": 32, "width": 4,
         "embedding_size": 8, **SIZES}
VGG = {"input_size": 32, "width": 2, **SIZES}
BOTH = pytest.mark.parametrize("values", [SMALL, VGG], ids=["small", "vgg_face"])


def recogniser(values=None, seed=0, jit_compile=False, **changes):
  model = FaceRecogniser(VggFaceConfig(**{**(values or SMALL), **changes}), seed, jit_compile)
  model.compile()
  return model


def batch(persons=4, each=2, seed=0, size=32, channels=3):
  random = np.random.default_rng(seed)
  base = random.integers(0, 136, [persons, 1, size, size, channels])
  image = base + random.integers(0, 120, [persons, each, size, size, channels])
  return {"image": image.reshape(-1, size, size, channels).astype(np.uint8),
          "identity": np.repeat(np.arange(persons, dtype=np.int32), each)}


def pictures(rows=3, size=32, seed=0):
  return np.random.default_rng(seed).uniform(-1, 1, [rows, size, size, 3]).astype(np.float32)


def train(model, steps=3, **sizes):
  data = tf.data.Dataset.from_generator(
      lambda: (batch(seed=i, **sizes) for i in range(steps)),
      output_signature=tf.nest.map_structure(
          tf.type_spec_from_value, tf.nest.map_structure(tf.constant, batch(**sizes))))
  model.fit(data.apply(tf.data.experimental.assert_cardinality(steps)), verbose=0)
  return [variable.numpy() for variable in model.variables]


def by_hand(identity, features, margin):
  """The rule of `semihard_triplet_loss`, pair by pair."""
  distance = ((features[:, None] - features) ** 2).sum(-1)
  terms = []
  for a in range(len(identity)):
    others = distance[a][identity != identity[a]]
    for p in range(len(identity)):
      if p != a and identity[p] == identity[a]:
        farther = others[others > distance[a, p]]
        negative = farther.min() if len(farther) else others.max()
        terms.append(max(0.0, margin + distance[a, p] - negative))
  return np.mean(terms)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_semihard_triplets(seed):
  random = np.random.default_rng(seed)
  identity = random.permutation(np.repeat(np.arange(4), [1, 2, 3, 4])).astype(np.int32)
  features = random.normal(size=[10, 5])
  features /= np.linalg.norm(features, axis=1, keepdims=True)
  found = semihard_triplet_loss(identity, tf.constant(features, tf.float32), 0.2)
  assert float(found) == pytest.approx(by_hand(identity, features, 0.2), rel=1e-4)


def test_a_negative_is_semihard_if_any_is_and_else_the_farthest():
  """Angles on a circle: person 0 at 0 and 30 degrees, person 1 first farther, then nearer."""
  at = lambda *degrees: np.stack([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], 1)
  squared = lambda degrees: 2 - 2 * np.cos(np.deg2rad(degrees))
  loss = lambda *degrees: float(semihard_triplet_loss(
      np.int32([0, 0, 1]), tf.constant(at(*degrees), tf.float32), 0.2))
  inside = [squared(30) - squared(35), squared(30) - squared(5)]  # from 0, from 30 degrees
  assert loss(0, 30, 35) == pytest.approx(np.mean(np.maximum(0.2 + np.array(inside), 0)), rel=1e-4)
  assert loss(0, 30, 180) == 0


def test_a_step_follows_the_gradient_of_the_loss(monkeypatch):
  smooth_functions.use(monkeypatch)
  model = recogniser(learning_rate=1e-6)
  with tf.GradientTape() as tape:
    loss = model.loss_of(batch())
  gradients = tape.gradient(loss, model.trainable_variables)
  assert float(loss) == pytest.approx(by_hand(batch()["identity"], model(batch()).numpy(), 0.2),
                                      rel=1e-4)
  train(model, steps=1)
  for variable, gradient in zip(model.trainable_variables, gradients):
    np.testing.assert_allclose(model.optimizer.get_slot(variable, "m"), 0.1 * gradient, rtol=1e-3,
                               atol=1e-7)


@BOTH
def test_features_are_differentiable_in_the_pictures(values, monkeypatch):
  smooth_functions.use(monkeypatch)
  monkeypatch.setattr(tf.nn, "max_pool2d", tf.nn.avg_pool2d)
  model, seen = recogniser(values), tf.constant(pictures(2, size=40))
  direction = np.random.default_rng(1).normal(size=seen.shape).astype(np.float32)
  squared = lambda images: tf.reduce_sum(model.embed(images) ** 2)
  with tf.GradientTape() as tape:
    tape.watch(seen)
    value = squared(seen)
  along = float(tf.reduce_sum(tape.gradient(value, seen) * direction))
  step = 2e-3
  numeric = float(squared(seen + step * direction) - squared(seen - step * direction)) / (2 * step)
  assert along != 0 and along == pytest.approx(numeric, rel=0.05)


@BOTH
def test_rows_do_not_depend_on_the_batch(values):
  model, whole = recogniser(values), pictures(6)
  np.testing.assert_allclose(model.embed(whole)[2:4], model.embed(whole[2:4]), rtol=1e-4,
                             atol=1e-5)
  np.testing.assert_allclose(model.embed(whole[::-1])[::-1], model.embed(whole), rtol=1e-4,
                             atol=1e-5)


def test_matching_compares_directions_and_features_may_keep_their_length():
  data, plain = batch(), recogniser()
  seen = data["image"] / np.float32(127.5) - 1
  features = plain.embed(seen).numpy()
  unit = features / np.linalg.norm(features, axis=1, keepdims=True)
  np.testing.assert_allclose(plain(data), unit, atol=1e-5)
  assert np.abs(np.linalg.norm(features, axis=1) - 1).max() > 0.01
  unit_model = recogniser(normalize_features=True)
  np.testing.assert_allclose(unit_model.embed(seen), unit, atol=1e-5)
  np.testing.assert_allclose(unit_model(data), unit, atol=1e-5)


def test_gray_pictures_are_shown_to_all_three_channels():
  model, gray = recogniser(), batch(channels=1)["image"]
  np.testing.assert_allclose(model({"image": gray}), model({"image": gray.repeat(3, axis=-1)}),
                             atol=1e-5)


def test_a_bare_face_is_seen_as_the_crop_that_training_shows():
  model = recogniser()
  geometry = model.config.geometry
  coarse = np.random.default_rng(0).integers(0, 256, [2, 5, 4, 3]).astype(np.uint8)
  faces = coarse.repeat(5, axis=1).repeat(5, axis=2)
  crops = geometry_module.window(faces, geometry.centre, geometry)
  np.testing.assert_allclose(model({"image": faces}), model({"image": crops}), atol=1e-5)
  twice = faces.repeat(2, axis=1).repeat(2, axis=2)
  cosines = np.sum(model({"image": twice}) * model({"image": crops}), axis=1)
  assert cosines.min() > 0.95


def test_config_round_trip():
  model = recogniser(seed=3, domain="sketch")
  again = FaceRecogniser.from_config(json.loads(json.dumps(model.get_config())))
  assert again.config == model.config
  np.testing.assert_array_equal(model(batch()), again(batch()))
  assert hparams.from_json(VggFaceConfig, hparams.to_json(model.config)) == model.config


@BOTH
def test_saved_and_loaded_gives_equal_features(values, tmp_path):
  model = recogniser(values, seed=3)
  train(model)
  if values is VGG:
    model.network.average.assign(pictures(1)[0] + 100)
  saving.save_model(model, tmp_path / "model", {})
  loaded, content = saving.load_model(tmp_path / "model")
  assert content["model"] == "vggface" and registry.name_of(loaded) == "vggface"
  np.testing.assert_array_equal(model.embed(pictures()), loaded.embed(pictures()))
  content = json.loads((tmp_path / "model/config.json").read_text())
  content["hparams"]["width"] += 1
  (tmp_path / "model/config.json").write_text(json.dumps(content))
  with pytest.raises(UserError, match="belong to another model"):
    saving.load_model(tmp_path / "model")


def test_going_on_from_a_checkpoint_is_as_if_never_stopped(tmp_path):
  model = recogniser()
  train(model, steps=2)
  path = tf.train.Checkpoint(model=model).write(str(tmp_path / "state"))
  expected = train(model)
  fresh = recogniser(seed=9)
  tf.train.Checkpoint(model=fresh).read(path).assert_consumed()
  assert int(fresh.step) == 2
  for variable, value in zip(train(fresh), expected):
    np.testing.assert_array_equal(variable, value)


def test_two_replicas_train_like_one(monkeypatch):
  """Persons are parted between them, and their pictures, too: triplets are the global batch's."""
  smooth_functions.use(monkeypatch)
  results = []
  for count in (1, 2):
    with replicas(count).scope():
      model = recogniser(learning_rate=1e-9)
    train(model, steps=1, persons=2, each=3)
    results.append((float(model.metrics[0].result()), np.concatenate(
        [model.optimizer.get_slot(variable, "m").numpy().ravel()
         for variable in model.trainable_variables])))
    assert int(model.step.numpy()) == 1
  (loss, one), (other_loss, two) = results
  assert loss == pytest.approx(other_loss, rel=1e-5) and loss > 0
  assert np.linalg.norm(one - two) < 1e-4 * np.linalg.norm(one)


@BOTH
def test_a_compiled_network_trains_like_the_plain_one(values):
  results = []
  for compiled in (False, True):
    model = recogniser(values, jit_compile=compiled)
    with tf.GradientTape() as tape:
      loss = tf.reduce_sum(model.embed(pictures(size=40)) ** 2)
    results.append([loss, *tape.gradient(loss, model.trainable_variables)])
  for one, two in zip(*results):
    np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-4 * np.abs(one).max())


@BOTH
def test_mixed_precision_stays_near_float32(values):
  reference = recogniser(values)(batch())
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
  try:
    mixed = recogniser(values)
    got = mixed(batch())
    trained = train(mixed)
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert got.dtype == tf.float32 and all(np.isfinite(value).all() for value in trained)
  assert all(variable.dtype in (tf.float32, tf.int64) for variable in mixed.variables)
  np.testing.assert_allclose(got, reference, atol=0.05)


def test_evaluating_changes_nothing():
  model = recogniser()
  weights = [*model.network.variables, model.step]
  before = [variable.numpy() for variable in weights]
  found = model.evaluate(tf.data.Dataset.from_tensors(batch()), verbose=0, return_dict=True)
  assert found == pytest.approx({"loss": float(model.loss_of(batch()))})
  for variable, value in zip(weights, before):
    np.testing.assert_array_equal(variable, value)


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  full = PRESETS["full"]
  assert (full.network, full.feature_layer, full.input_size, full.width) == (
      "vgg_face", "fc7", 224, 64)


@pytest.mark.parametrize("text, words", [
    ("network=resnet", "vgg_face, small"), ("feature_layer=fc9", "network=vgg_face has conv1_1"),
    ("network=small", "network=small has conv1, pool1"), ("domain=paint", "photo, sketch"),
    ("feature_layer=fc8", "fc6, fc7"), ("input_size=100", "multiple of 32"),
    ("persons_per_batch=1", "at least 2"), ("images_per_person=1", "at least 2"),
    ("margin=0", "above 0"), ("out_size=[288,288]", "don't nest"), ("in_size=[5]", "two whole"),
    ("data_type=lfw", "cufs, cufsf")])
def test_bad_hyperparameters_are_sentences(text, words):
  with pytest.raises(UserError, match=words):
    hparams.parse(VggFaceConfig(), text).validate()
