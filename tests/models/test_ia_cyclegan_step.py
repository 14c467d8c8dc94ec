"""IACycleGAN's training step: what it computes, what it moves, and on how many devices."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.plain_ia_cyclegan_step import PlainStep
from models.ia_cyclegan.model import FIGURES, NETWORKS, TERMS
from models.layers.pixels import normalized
from tests import smooth_functions
from tests.models import tiny_ia_cyclegan as tiny


def moments(model, side):
  """The first moments of one Adam as one vector: after one step, the gradients times 1 - beta1."""
  return np.concatenate([model.adams[side].get_slot(variable, "m").numpy().ravel()
                         for variable in model.variables_of(side)])


def smooth(monkeypatch):
  smooth_functions.use(monkeypatch)
  monkeypatch.setattr(tf.nn, "max_pool2d", tf.nn.avg_pool2d)


def without(term, **changes):
  """A model whose generators minimise one term only."""
  weights = {f"{name}_weight": float(name == term) for name in TERMS}
  return tiny.model(**{**weights, **changes})


def test_figures_are_those_of_their_pictures():
  """Which picture goes where, from NumPy; every direction with numbers of its own."""
  model, data = tiny.model(), tiny.batch()
  x = np.float32(data["photo"]) / 127.5 - 1
  y = np.repeat(np.float32(data["sketch"]) / 127.5 - 1, 3, axis=-1)
  fake_y, fake_x = model.G_sketch(x), model.G_photo(y)
  mean = lambda values: np.asarray(values, np.float64).mean((1, 2, 3))
  l1 = lambda a, b: mean(np.abs(np.asarray(a) - np.asarray(b)))
  as_true = lambda network, picture: mean(np.logaddexp(0, -np.asarray(network(picture))))
  as_fake = lambda network, picture: mean(np.logaddexp(0, np.asarray(network(picture))))
  phi = lambda domain, picture: np.asarray(model.frozen.of(domain).embed(picture), np.float64)
  expected = {
      "adversarial": as_true(model.D_photo, fake_x) + as_true(model.D_sketch, fake_y),
      "cycle": 10 * (l1(model.G_photo(fake_y), x) + l1(model.G_sketch(fake_x), y)),
      "identity_mapping": 5 * (l1(fake_y, x) + l1(fake_x, y)),
      "identity_perception": 0.5 * (((phi("photo", fake_x) - phi("photo", x)) ** 2).sum(1)
                                    + ((phi("sketch", fake_y) - phi("sketch", y)) ** 2).sum(1)),
      "loss_D_photo": (as_true(model.D_photo, x) + as_fake(model.D_photo, fake_x)) / 2,
      "loss_D_sketch": (as_true(model.D_sketch, y) + as_fake(model.D_sketch, fake_y)) / 2}
  expected["loss_G"] = sum(expected[name] for name in TERMS)
  found = model.losses_of(data)
  assert set(found) == set(expected) == set(FIGURES)
  for name in FIGURES:
    np.testing.assert_allclose(found[name], expected[name], rtol=2e-5, err_msg=name)
  made = model(data)
  np.testing.assert_allclose(made.photo_again, model.G_photo(made.sketch), atol=1e-5)
  np.testing.assert_allclose(made.sketch_again, model.G_sketch(made.photo), atol=1e-5)


@pytest.mark.parametrize("gan_type", [pytest.param("gan", marks=pytest.mark.slow), "lsgan"])
def test_a_step_is_the_plain_one(gan_type, monkeypatch):
  """Figures, gradients and weights against an eager step with two tapes and Python pools.

  The rates are tiny, as Adam makes a whole step of the rounding of a gradient near zero.
  """
  smooth(monkeypatch)
  results = []
  for plain in (False, True):
    model = tiny.model(gan_type=gan_type, learning_rate=1e-9)
    step = PlainStep(model) if plain else tf.function(model.train_step, autograph=False)
    data = {name: tf.constant(picture) for name, picture in tiny.batch().items()}
    found = {name: float(value) for name, value in step(data).items()}
    results.append((found, {side: moments(model, side) for side in "GD"}))
  (ours, our_moments), (plain, plain_moments) = results
  for name in FIGURES:
    assert ours[name] == pytest.approx(plain[name], rel=1e-5), name
  for side in "GD":
    difference = np.linalg.norm(our_moments[side] - plain_moments[side])
    assert difference < 1e-4 * np.linalg.norm(plain_moments[side]), side


@pytest.mark.slow
def test_the_benchmark_runs(request):
  done = subprocess.run(
      [sys.executable, "benchmarks/ia_cyclegan_step.py", "--steps=1", "--size=32", "--width=2",
       "--blocks=1"], cwd=request.config.rootpath, text=True, capture_output=True, check=True)
  assert json.loads(done.stdout)["relative_difference"] < 1e-4
  assert "times fewer CPU seconds" in done.stderr


def test_adams_are_those_of_plain_numpy():
  """Three steps of the generators', by the published rule, at the config's rates."""
  model = tiny.model(learning_rate=0.01)
  variable = model.G_sketch.last.kernel
  value, m, v = variable.numpy().astype(np.float64), 0.0, 0.0
  variables = model.variables_of("G")
  for step, size in enumerate((1.0, 1e-3, -0.3), start=1):
    gradient = size * np.random.default_rng(step).normal(size=value.shape)
    model.adams["G"].apply_gradients([
        (tf.constant(gradient, tf.float32) if one is variable else tf.zeros_like(one), one)
        for one in variables])
    m, v = 0.5 * m + 0.5 * gradient, 0.999 * v + 0.001 * gradient ** 2
    value -= 0.01 * (m / (1 - 0.5 ** step)) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
  np.testing.assert_allclose(variable.numpy(), value, atol=2e-6)


@pytest.mark.parametrize("term", [
    *(pytest.param(term, marks=pytest.mark.slow) for term in TERMS[:-1]), TERMS[-1]])
def test_each_term_moves_both_generators_and_nothing_else(term):
  """Discriminators get the same gradients whatever the generators minimise."""
  model, other = without(term, learning_rate=0.01), without("cycle", learning_rate=0.01)
  recognisers = tiny.values_of(model.frozen.variables)
  before = {name: tiny.values_of(getattr(model, name).trainable_variables) for name in NETWORKS}
  found = tiny.train(model)
  tiny.train(other)
  assert found["loss_G"] == pytest.approx(found[term]) and found[term] > 0
  assert all(found[name] == 0 for name in TERMS if name != term)
  for name in ("G_sketch", "G_photo"):
    moved = np.concatenate([np.ravel(a - b) for a, b in zip(
        tiny.values_of(getattr(model, name).trainable_variables), before[name])])
    assert np.abs(moved).max() > 0.005, name
  np.testing.assert_allclose(moments(model, "D"), moments(other, "D"), rtol=1e-3, atol=1e-8)
  assert recognisers and all((a == b).all() for a, b in zip(
      recognisers, tiny.values_of(model.frozen.variables)))


def test_the_identity_gradient_goes_through_the_recogniser():
  """G_photo's gradient is that of the distance between the recogniser's features."""
  model, data = without("identity_perception"), tiny.batch()
  x, y = normalized(data["photo"]), tf.repeat(normalized(data["sketch"]), 3, axis=-1)
  with tf.GradientTape() as tape:
    made = model.G_photo(y)
    features, wanted = (model.frozen.photo.embed(one) for one in (made, x))
    loss = tf.reduce_mean(tf.reduce_sum((features - wanted) ** 2, axis=1))
  expected = tape.gradient(loss, model.G_photo.last.kernel)
  assert np.abs(expected).max() > 1e-3
  tiny.train(model)
  found = model.adams["G"].get_slot(model.G_photo.last.kernel, "m") / 0.5
  np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_without_recognisers_there_is_no_identity_perception():
  model = tiny.model(**tiny.WITHOUT)
  assert not hasattr(model, "frozen")
  found = tiny.train(model)
  assert found["identity_perception"] == 0
  assert found["loss_G"] == pytest.approx(sum(found[name] for name in TERMS))


@pytest.mark.slow
def test_discriminators_are_shown_what_the_pools_return():
  """Once the pools are full, half of the time a fake of an earlier step."""
  model = tiny.model(pool_size=1, batch_size=1, learning_rate=1e-9, **tiny.WITHOUT)
  judged, earlier = [], None
  for step in range(8):
    data = tiny.batch(rows=1, seed=step)
    own = model.losses_of(data)
    found = tiny.train(model, rows=1, first=step)
    same = found["loss_D_photo"] == pytest.approx(float(own["loss_D_photo"][0]), rel=1e-5)
    held = model.pools["photo"].pictures.numpy()[0]
    made = model(data).photo.numpy()[0]
    if step:
      assert same == (np.abs(held - earlier).max() < 1e-5)  # nothing new was taken in
    else:
      assert same and np.abs(held - made).max() < 1e-4
    judged.append(bool(same))
    earlier = held
  assert 1 < sum(judged) < 8
  assert int(model.pools["sketch"].count) == 1
  assert not tiny.model(pool_size=0, **tiny.WITHOUT).pools


@pytest.mark.slow
def test_the_learning_rate_falls_within_training():
  model = tiny.model(steps_per_epoch=2, num_epochs=1, decay_epochs=2, learning_rate=0.003,
                     **tiny.WITHOUT)
  rates = []
  for step in range(7):
    tiny.train(model, first=step)
    of_both = {float(adam.learning_rate) for adam in model.adams.values()}
    assert len(of_both) == 1
    rates.append(of_both.pop() / 0.003)
  assert rates == pytest.approx([1, 1, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 0], abs=1e-6)
  before = tiny.values_of(model.trainable_variables)
  tiny.train(model)
  assert all((a == b).all() for a, b in zip(before, tiny.values_of(model.trainable_variables)))
