"""Contextual GAN as a whole: its figures, its latent vectors, completion beside training."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from models import saving
from models.contextual_gan.completion import DIRECTIONS, SearchOptions, half_mask
from models.contextual_gan.config import ContextualGanConfig
from models.contextual_gan.model import FIGURES
from models.contextual_gan.presets import PRESETS
from tests.models import tiny_contextual_gan as tiny
from tests.strategies import replicas

NETWORKS = {"D": "loss_D", "G": "loss_G"}
LATENT = np.random.default_rng(0).uniform(-1, 1, [2, 4]).astype(np.float32)
MASK = half_mask(tiny.SIZE, DIRECTIONS[0])


def train(model, steps=1, rows=2, first=0):
  """Steps one by one, not traced, which would take longer; the figures of the last one."""
  for step in range(first, first + steps):
    model.reset_metrics()
    found = model.train_step(tiny.batch(rows, seed=step))
  return {name: float(value) for name, value in found.items()}


def values_of(variables):
  return [variable.numpy() for variable in variables]


def flat(arrays):
  return np.concatenate([np.ravel(array) for array in arrays])


def lively(**changes):
  """With larger start values, so that pictures depend on the latent vector."""
  model = tiny.model(**changes)
  for layer in [model.G.dense, *model.G.convolutions]:
    layer.kernel.assign(25 * layer.kernel)
  return model


lively_once = functools.cache(lively)  # for tests that don't mind what it has learnt


def test_figures_are_those_of_the_networks():
  """Per image, in inference mode: the losses by hand from D's logits."""
  model, data = lively(), tiny.batch(3)
  seen, call = [], model.G.call
  model.G.call = lambda z, training=False: seen.append(call(z, training=training)) or seen[-1]
  found = {name: value.numpy() for name, value in model.losses_of(data).items()}
  assert tuple(found) == FIGURES and all(value.shape == (3,) for value in found.values())
  real, fake = (model.D(image).numpy()[:, 0].astype(np.float64)
                for image in (data["joint"] / np.float32(127.5) - 1, seen[0]))
  softplus = lambda x: np.logaddexp(0, x)
  expected = {"loss_D": softplus(-real) + softplus(fake), "loss_G": softplus(-fake),
              "real_probability": 1 / (1 + np.exp(-real)),
              "fake_probability": 1 / (1 + np.exp(-fake))}
  for name in FIGURES:
    np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, err_msg=name)


def test_pixels_of_any_type_are_taken():
  model, data = lively(), tiny.batch()
  for name, value in model.losses_of({"joint": data["joint"].astype(np.float32)}).items():
    np.testing.assert_array_equal(value, model.losses_of(data)[name])


def test_figures_do_not_depend_on_the_batch():
  model, data = lively(), tiny.batch(3)
  whole, fewer = model.losses_of(data), model.losses_of({"joint": data["joint"][:2]})
  for name in FIGURES:
    np.testing.assert_allclose(whole[name][:2], fewer[name], rtol=1e-5, err_msg=name)


def test_fit_makes_steps_and_evaluation_none():
  model, other = tiny.model(), tiny.model()
  history = model.fit(tf.data.Dataset.from_tensors(tiny.batch()), verbose=0).history
  found = train(other)
  assert set(history) == set(FIGURES) and int(model.step) == int(other.step) == 1
  for name in FIGURES:
    assert history[name][0] == pytest.approx(found[name], rel=1e-4), name
  before = values_of([*model.G.variables, *model.D.variables, model.step])
  model.reset_metrics()
  found = {name: float(value) for name, value in model.test_step(tiny.batch()).items()}
  expected = model.losses_of(tiny.batch())
  for name in FIGURES:
    assert found[name] == pytest.approx(float(np.mean(expected[name])), rel=1e-4), name
  for one, two in zip(before, values_of([*model.G.variables, *model.D.variables, model.step])):
    np.testing.assert_array_equal(one, two)


def test_hyperparameters_of_completion_reach_the_search():
  config = tiny.config(iterations=7, num_init=4, perceptual_weight=0.5, search_momentum=0.25,
                       search_rate=0.125)
  assert config.search == SearchOptions(7, 4, 0.5, 0.25, 0.125)
  assert ContextualGanConfig().search == SearchOptions()


def test_a_model_that_has_completed_can_be_saved_and_trained_on(tmp_path):
  """As in training, where sheets of completions are drawn before checkpoints are written."""
  model = lively_once()
  model.complete(tiny.batch()["joint"], MASK, [1, 2])
  saving.save_model(model, tmp_path / "model", {})
  again, _ = saving.load_model(tmp_path / "model")
  np.testing.assert_array_equal(model(LATENT), again(LATENT))
  train(model)
  path = tf.train.Checkpoint(model=model).write(str(tmp_path / "state"))
  tf.train.Checkpoint(model=tiny.model()).read(path).assert_consumed()


def test_completion_takes_the_weights_of_the_moment():
  """A search is traced once, and the networks move on."""
  model, joint = lively_once(), tiny.batch()["joint"]
  first = model.complete(joint, MASK, [1, 2])
  model.G.convolutions[-1].bias.assign_add([0.5, -0.5, 0.2])
  second = model.complete(joint, MASK, [1, 2])
  assert np.abs(first.generated - second.generated).max() > 0.05
  np.testing.assert_allclose(second.generated, model(second.latent), atol=1e-5)


def strategy_of(count):
  return replicas(count) if count > 1 else tf.distribute.get_strategy()


def latent_vectors(count, work, **changes):
  """Those that G is given in two runs of work(model, rows) on so many replicas: [runs, 4, Z]."""
  strategy, given = strategy_of(count), [[] for _ in range(count)]
  with strategy.scope():
    model = tiny.model(seed=7, **changes)
  call = model.G.call

  def recorded(z, training=False):
    given[tf.distribute.get_replica_context().replica_id_in_sync_group].append(z.numpy())
    return call(z, training=training)

  model.G.call = recorded
  for _ in range(2):
    strategy.run(work, (model, tiny.batch(4 // count)))
  return np.concatenate(given, 1)


def test_two_replicas_draw_the_latent_vectors_of_one():
  """Each its rows of the batch's; others at the next step and update, and others to evaluate."""
  train_step = lambda model, data: model.train_step(data)
  one, two = (latent_vectors(count, train_step, generator_steps=2) for count in (1, 2))
  np.testing.assert_array_equal(one, two)
  figures = [latent_vectors(count, lambda model, data: model.losses_of(data)) for count in (1, 2)]
  np.testing.assert_array_equal(*figures)
  np.testing.assert_array_equal(figures[0][0], figures[0][1])  # no step between
  drawn = np.concatenate([*one, figures[0][0]])
  assert drawn.shape == (5 * 4, 4) and np.abs(drawn).max() < 1
  assert len(np.unique(drawn)) == drawn.size


def test_completion_in_mixed_precision():
  joint = tiny.batch()["joint"]
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
  try:
    completed = lively().complete(joint, MASK, [1, 2])
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert all(values.dtype == tf.float32 and np.isfinite(values).all() for values in completed)
  np.testing.assert_array_equal(np.rint((completed.joint[:, :, :tiny.SIZE] + 1) * 127.5),
                                joint[:, :, :tiny.SIZE])
  assert (completed.contextual.numpy().min(1) < completed.contextual.numpy()[:, 0]).all()


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  full = PRESETS["full"]
  assert full == ContextualGanConfig()
  assert (full.image_size, full.z_size, full.width, full.leak) == (64, 100, 64, 0.2)
  assert (full.batch_size, full.num_epochs, full.learning_rate, full.beta1,
          full.generator_steps) == (64, 200, 2e-4, 0.5, 1)
  assert (full.iterations, full.num_init, full.perceptual_weight, full.search_momentum,
          full.search_rate) == (500, 10, 0.01, 0.9, 0.01)
