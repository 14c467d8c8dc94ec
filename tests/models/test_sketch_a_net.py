"""Sketch-a-Net as a whole: the paper's sizes, its losses, what it learns."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models.sketch_a_net import losses, network, schedules
from models.sketch_a_net.presets import PRESETS
from tests.models import tiny_sketch_a_net as tiny
from tests.strategies import replicas


def outputs_of(model, rows=4):
  return [np.asarray(x) for x in model.recognise(tiny.batch(rows)["image"])]


def train(model, steps=3, rows=4):
  data = tf.data.Dataset.from_generator(
      lambda: (tiny.batch(rows, seed=i) for i in range(steps)),
      output_signature=tf.nest.map_structure(
          tf.type_spec_from_value, tf.nest.map_structure(tf.constant, tiny.batch(rows))))
  model.fit(data.apply(tf.data.experimental.assert_cardinality(steps)), verbose=0)
  return [variable.numpy() for variable in model.variables]


def test_sizes_and_parameters_are_the_papers():
  assert network.spatial_sizes(225) == [71, 35, 31, 15, 15, 15, 15, 7]
  layers = network.SketchANetwork(250)
  scores, features = layers(tf.zeros([1, 225, 225, 6], tf.uint8))
  assert scores.shape == (1, 250) and features.shape == (1, 512)
  shapes = [tuple(variable.shape) for variable in layers.variables if len(variable.shape) > 1]
  assert shapes == [(15, 15, 6, 64), (5, 5, 64, 128), (3, 3, 128, 256), (3, 3, 256, 256),
                    (3, 3, 256, 256), (7 * 7 * 256, 512), (512, 512), (512, 250)]
  assert 8.4e6 < sum(np.prod(variable.shape) for variable in layers.variables) < 8.7e6


def test_the_smallest_picture_is_what_the_config_allows():
  assert network.spatial_sizes(tiny.WIDTH)[-1] == 1
  assert network.spatial_sizes(tiny.WIDTH - 1)[-1] < 1
  with pytest.raises(UserError, match="image_width is 80"):
    tiny.config(image_width=80).validate()


def test_scores_are_those_of_plain_numpy():
  """The first convolution by hand, at one place of the picture, and the last two layers."""
  model = tiny.model(seed=1)
  image = tiny.batch()["image"]
  ink = 1 - image[0, :15, :15, 0] / 255
  kernel, bias = (variable.numpy() for variable in model.network.convolutions[0].variables)
  got = model.network.convolutions[0](1 - tf.cast(image, tf.float32) / 255)[0, 0, 0]
  np.testing.assert_allclose(got, np.maximum((ink[..., None] * kernel[:, :, 0]).sum((0, 1)) + bias,
                                             0), atol=1e-5)
  scores, features = outputs_of(model)
  kernel, bias = (variable.numpy() for variable in model.network.scores.variables)
  np.testing.assert_allclose(scores, features @ kernel + bias, atol=1e-5)
  assert features.min() >= 0


def test_losses_against_numpy():
  random = np.random.default_rng(0)
  scores, label = random.normal(size=[9, 4]).astype(np.float32), random.integers(0, 4, 9, np.int32)
  scores[0] = 0
  expected = -np.log(np.exp(scores) / np.exp(scores).sum(1, keepdims=True))[np.arange(9), label]
  np.testing.assert_allclose(losses.cross_entropy(label, scores), expected, rtol=1e-5)
  right = scores.argmax(1) == label
  right[0] = False  # a tie is no recognition
  np.testing.assert_array_equal(losses.correct(label, scores), right)


def test_learning_rate_falls_along_half_a_cosine():
  config = tiny.config(learning_rate=0.1, min_learning_rate=0.02, num_steps=10)
  rates = [float(schedules.learning_rate(tf.constant(step, tf.int64), config))
           for step in (0, 5, 10, 11)]
  np.testing.assert_allclose(rates, [0.1, 0.06, 0.02, 0.02], rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 6])
def test_compiled_network_trains_like_the_plain_one(channels):
  results = []
  for compiled in (False, True):
    model = tiny.model(channels=channels, jit_compile_network=compiled, keep_prob=1.0)
    data = tiny.batch(channels=channels)
    with tf.GradientTape() as tape:
      loss = tf.reduce_sum(losses.cross_entropy(data["label"], model(data["image"], training=True)))
    results.append([loss, *tape.gradient(loss, model.trainable_variables)])
  for a, b in zip(*results):
    np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_dropout_changes_training_only_and_from_step_to_step():
  dropped, image = tiny.model(), tiny.batch()["image"]
  plain = tiny.model(keep_prob=1.0)
  np.testing.assert_allclose(dropped(image), plain(image), atol=1e-6)
  first = dropped(image, training=True).numpy()
  np.testing.assert_array_equal(first, dropped(image, training=True))
  dropped.step.assign_add(1)
  assert not np.allclose(first, dropped(image, training=True))
  assert not np.allclose(first, plain(image, training=True))


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_two_replicas_train_like_one(optimizer):
  results = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model(optimizer=optimizer)
    before = [variable.numpy() for variable in model.variables]
    results.append(train(model))
    assert model.step.numpy() == 3
  names = [variable.name for variable in model.variables]
  for name, start, one, two in zip(names, before, *results):
    moved = np.abs(one - start).max()
    # Adam moves by the sign of a gradient at first, and a ReLU or a gradient within rounding of
    # zero may fall on either side: the bounds are on the mean and on 99 % of the elements.
    difference = np.abs(one - two)
    assert difference.mean() <= 2e-3 * moved + 1e-6, name
    assert np.quantile(difference, 0.99) <= 0.01 * moved + 1e-6, name


def test_drawings_that_fill_up_a_batch_do_not_count():
  filled = tiny.batch(rows=8)
  weight = np.array([1, 1, 1, 1, 1, 0, 0, 0], np.float32)
  figures = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model()
    data = tf.data.Dataset.from_tensor_slices({**filled, "weight": weight}).batch(4)
    found = model.evaluate(data, verbose=0, return_dict=True)
    figures.append([found["loss"], found["accuracy"]])
  scores, label = model(filled["image"][:5]), filled["label"][:5]
  expected = [np.mean(losses.cross_entropy(label, scores)), np.mean(losses.correct(label, scores))]
  np.testing.assert_allclose(figures, [expected] * 2, rtol=1e-4)


def test_it_learns_what_is_easy():
  """Pictures whose ink is left or right."""
  model = tiny.model(categories=("left", "right"), width_multiplier=0.25, keep_prob=1.0,
                     learning_rate=0.01)
  image = np.full([8, tiny.WIDTH, tiny.WIDTH, 1], 255, np.uint8)
  image[:4, :, 10:20], image[4:, :, 60:70] = 0, 0
  data = tf.data.Dataset.from_tensors({"image": image, "label": np.repeat(np.int32([0, 1]), 4)})
  model.fit(data.repeat(20), verbose=0)
  assert model.evaluate(data, verbose=0, return_dict=True)["accuracy"] == 1.0


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  assert PRESETS["full"].channels == 6 and PRESETS["plain"].channels == 1
