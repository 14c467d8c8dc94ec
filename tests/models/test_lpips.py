"""LPIPS: the original's numbers, a plain NumPy form, and what a loss must be able to do."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from models.lpips import distance, squeezenet
from models.lpips.model import BACKBONES, Lpips
from tests.reference_checks import lpips as reference
from tests.reference_checks.finding import require
from tests.strategies import replicas

FOLDER = pathlib.Path(__file__).parents[1] / "reference/s2i"
# Parameters of backbone and heads, and smallest sides: by the papers' and torchvision's tables.
FACTS = {"vgg": (14_714_688, 1_472, 16), "alex": (2_469_696, 1_152, 31),
         "squeeze": (722_496, 2_240, 17)}


def build(net, seed=0):
  """A net with heads that differ from channel to channel."""
  tf.keras.utils.set_random_seed(seed)
  model, random = Lpips(net), np.random.default_rng(seed)
  tf.random.set_seed(None)  # what later tests draw has seeds of its own
  for head in model.heads:
    head.assign(random.uniform(0, 2, head.shape))
  for conv in model.backbone.convolutions.values():
    conv.bias.assign(random.normal(0, 0.05, conv.bias.shape))
  return model


def images(count=2, height=40, width=47, seed=0):
  """Two batches, the second a disturbed copy of the first."""
  random = np.random.default_rng(seed)
  a = random.uniform(-1, 1, [count, height, width, 3])
  b = np.clip(a + random.normal(0, 0.3, a.shape), -1, 1)
  return tf.constant(a, tf.float32), tf.constant(b, tf.float32)


def plain_maps(model, a, b):
  """Each level's map by the formula, in float64, of our features."""
  maps = []
  for f, g, head in zip(model.features(a), model.features(b), model.heads):
    f, g = np.float64(f), np.float64(g)
    f, g = (x / (np.sqrt((x ** 2).sum(-1, keepdims=True)) + 1e-10) for x in (f, g))
    maps.append((np.float64(head) * (f - g) ** 2).sum(-1))
  return maps


def plain_enlarge(row, size):
  """Bilinear along the last axis, pixel centres at half, border values repeated."""
  at = np.clip((np.arange(size) + 0.5) * row.shape[-1] / size - 0.5, 0, row.shape[-1] - 1)
  low = np.floor(at).astype(int)
  high = np.minimum(low + 1, row.shape[-1] - 1)
  return row[..., low] * (1 - (at - low)) + row[..., high] * (at - low)


def with_gradient(model, a, b):
  """The distances, and the gradient of their sum with respect to `a`."""
  with tf.GradientTape() as tape:
    tape.watch(a)
    distances = model(a, b)
  return distances, tape.gradient(distances, a)


def assert_close(ours, expected):
  np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("net", BACKBONES)
def test_it_is_the_original(net):
  require(reference.check(FOLDER / f"lpips_{net}.npz"))


@pytest.mark.parametrize("net", BACKBONES)
def test_sizes_of_the_nets(net):
  model = Lpips(net)
  backbone, heads, smallest = FACTS[net]
  assert model.backbone.count_params() == backbone
  assert model.count_params() == backbone + heads
  assert not model.trainable_variables and len(model.variables) == len(model.non_trainable_weights)
  channels = [feature.shape[-1] for feature in model.features(images(1, 64, 64)[0])]
  assert channels == [head.shape[0] for head in model.heads]
  a, b = images(1, smallest, smallest + 1)
  assert np.isfinite(model(a, b)).all() and model.spatial(a, b).shape == [1, *a.shape[1:3], 1]
  with pytest.raises(ValueError, match=f"a is float32 .*at least {smallest} x {smallest} pixels"):
    model(*images(1, smallest + 1, smallest - 1))


@pytest.mark.parametrize("net", ["alex", "squeeze"])
def test_the_formula_in_numpy(net):
  model, (a, b) = build(net), images()
  maps = plain_maps(model, a, b)
  levels = np.stack([level.mean(axis=(1, 2)) for level in maps], axis=1)
  np.testing.assert_allclose(model.per_layer(a, b), levels, rtol=1e-5)
  np.testing.assert_allclose(model(a, b), levels.sum(1), rtol=1e-5)
  whole = sum(plain_enlarge(plain_enlarge(level, 47).swapaxes(1, 2), 40).swapaxes(1, 2)
              for level in maps)
  np.testing.assert_allclose(model.spatial(a, b)[..., 0], whole, rtol=1e-4, atol=1e-6)


def test_scaling_is_the_rounded_one():
  image = np.zeros([1, 1, 2, 3], np.float32)
  image[0, 0, 1] = 1
  np.testing.assert_allclose(distance.scale_images(image)[0, 0],
                             [[0.03 / 0.458, 0.088 / 0.448, 0.188 / 0.45],
                              [1.03 / 0.458, 1.088 / 0.448, 1.188 / 0.45]], rtol=1e-6)


def test_distances_of_images():
  model, (a, b) = build("squeeze"), images(3)
  np.testing.assert_array_equal(model(a, a), np.zeros(3))
  np.testing.assert_array_equal(model(a, b), model(b, a))
  assert (model(a, b).numpy() > 0).all()
  assert (model(a, b + 0.5) != model(a, b)).numpy().all()  # no invariance under brightness
  levels = model.per_layer(a, -a).numpy()
  assert (levels <= [2 * float(tf.reduce_max(head)) for head in model.heads]).all()


def test_rows_do_not_depend_on_the_batch():
  model, (a, b) = build("alex"), images(5)
  whole = model(a, b)
  for rows in (slice(0, 1), slice(1, 4)):
    np.testing.assert_allclose(model(a[rows], b[rows]), whole[rows], rtol=1e-5)


@pytest.mark.parametrize("height, width", [(4, 4), (5, 5), (6, 9), (9, 6), (2, 3)])
def test_pools_that_hang_over(height, width):
  x = np.random.default_rng(0).normal(size=[1, height, width, 2]).astype(np.float32) - 5
  sides = [-(-(side - 3) // 2) + 1 for side in (height, width)]
  expected = np.stack([np.stack([x[0, 2 * i:2 * i + 3, 2 * j:2 * j + 3].max(axis=(0, 1))
                                 for j in range(sides[1])]) for i in range(sides[0])])
  np.testing.assert_array_equal(squeezenet.ceil_pool(tf.constant(x))[0], expected)
  unknown = tf.function(squeezenet.ceil_pool, [tf.TensorSpec([None, None, None, 2])])
  np.testing.assert_array_equal(unknown(x)[0], expected)


def test_gradient_of_the_formula_against_differences():
  random = np.random.default_rng(0)
  f, g = random.normal(size=[2, 1, 2, 3, 4])
  head = tf.constant(random.uniform(size=4))
  theory, numeric = tf.test.compute_gradient(lambda x: distance.level_distance(x, g, head), [f],
                                             delta=1e-5)
  np.testing.assert_allclose(theory[0], numeric[0], atol=1e-8)


def test_features_that_are_all_zero():
  f = tf.Variable(tf.random.stateless_normal([1, 2, 2, 3], [0, 0]))
  f[0, 0, 0].assign(tf.zeros(3))
  with tf.GradientTape() as tape:
    normed = distance.unit_normalize(f)
  np.testing.assert_array_equal(normed[0, 0, 0], np.zeros(3))
  assert np.isfinite(tape.gradient(normed, f)).all()
  model, (a, b) = build("alex"), images()
  last = model.backbone.convolutions["features.10"]
  last.bias.assign(tf.fill(last.bias.shape, -1e3))  # its ReLU gives zeros only
  assert not np.any(model.per_layer(a, b)[:, 4])
  slopes = with_gradient(model, a, b)[1].numpy()
  assert np.isfinite(slopes).all() and slopes.any()
  for conv in model.backbone.convolutions.values():
    conv.bias.assign(tf.fill(conv.bias.shape, -1e3))
  np.testing.assert_array_equal(with_gradient(model, a, b)[1], np.zeros(a.shape))


def test_gradient_of_the_prediction_only():
  model, (a, b) = build("alex"), images()
  _, expected = with_gradient(model, a, b)
  with tf.GradientTape() as tape:
    tape.watch([a, b])
    total = tf.reduce_sum(model(a, tf.stop_gradient(b)))
  ours, of_target = tape.gradient(total, [a, b])
  assert of_target is None
  np.testing.assert_array_equal(ours, expected)


@pytest.mark.slow
def test_in_a_graph_and_compiled():
  model, (a, b) = build("alex"), images()
  run = lambda x, y: with_gradient(model, x, y)
  unknown = [tf.TensorSpec([None, None, None, 3])] * 2
  for form in (tf.function(run, unknown), tf.function(run, jit_compile=True)):
    for ours, expected in zip(form(a, b), run(a, b)):
      assert_close(ours, expected)


@pytest.mark.slow
def test_two_replicas():
  model, (a, b) = build("alex"), images(4)
  strategy = replicas(2)
  with strategy.scope():
    mirrored = Lpips("alex")
  mirrored.set_weights(model.get_weights())
  step = tf.function(
      lambda rows: with_gradient(mirrored, tf.gather(a, rows), tf.gather(b, rows)))
  rows = strategy.experimental_distribute_values_from_function(
      lambda context: tf.range(2) + 2 * context.replica_id_in_sync_group)
  for ours, expected in zip(strategy.run(step, [rows]), with_gradient(model, a, b)):
    assert_close(tf.concat(strategy.experimental_local_results(ours), axis=0), expected)


def test_mixed_precision_changes_nothing():
  model, (a, b) = build("squeeze"), images()
  try:
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    mixed = Lpips("squeeze")
    mixed.set_weights(model.get_weights())
    np.testing.assert_array_equal(mixed(a, b), model(a, b))
    half = tf.cast(a, tf.bfloat16)
    assert mixed(half, b).dtype == mixed.per_layer(b, half).dtype == tf.float32
    np.testing.assert_array_equal(mixed(half, b), mixed(tf.cast(half, tf.float32), b))
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")


def test_config_round_trip():
  model = Lpips.from_config(build("squeeze").get_config())
  assert model.net == "squeeze" and Lpips().net == "vgg"


def test_wrong_calls():
  with pytest.raises(ValueError, match="net is 'vgg19', but must be one of vgg, alex, squeeze"):
    Lpips("vgg19")
  model, (a, b) = Lpips("squeeze"), images()
  with pytest.raises(ValueError, match="they must agree"):
    model(a, b[:, :-1])
  with pytest.raises(ValueError, match="b is uint8"):
    model(a, np.zeros(a.shape, np.uint8))
  with pytest.raises(ValueError, match=r"must be floating \[B, H, W, 3\]"):
    model(a[..., :1], b[..., :1])
  with pytest.raises(ValueError, match=r"must be floating \[B, H, W, 3\]"):
    model(a[0], b[0])
