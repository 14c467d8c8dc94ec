"""The face recogniser as a whole: its loss, its features, both of its networks."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.faces import geometry as geometry_module
from models import registry, saving
from models.layers.triplet_loss import semihard_triplet_loss
from models.vggface.presets import PRESETS
from tests import smooth_functions
from tests.models import tiny_vggface
from tests.models.tiny_vggface import SMALL, VGG, batch

BOTH = pytest.mark.parametrize("values", [SMALL, VGG], ids=["small", "vgg_face"])


def recogniser(values=None, **changes):
  return tiny_vggface.model(values=values, **changes)


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


def test_rows_do_not_depend_on_the_batch():
  model, whole = recogniser(VGG), pictures(6)
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


def test_saved_and_loaded_gives_equal_features(tmp_path):
  model = recogniser(VGG, seed=3)
  train(model)
  model.network.average.assign(pictures(1)[0] + 100)
  saving.save_model(model, tmp_path / "model", {})
  loaded, content = saving.load_model(tmp_path / "model")
  assert content["model"] == "vggface" and registry.name_of(loaded) == "vggface"
  np.testing.assert_array_equal(model.embed(pictures()), loaded.embed(pictures()))


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


def test_mixed_precision_stays_near_float32():
  reference = recogniser(VGG)(batch())
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
  try:
    mixed = recogniser(VGG)
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
