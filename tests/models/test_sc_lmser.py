"""SC-Lmser as a whole: its training step, its pools, its hyperparameters."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models.adversarial_losses import fake_loss, real_loss
from models.layers.image_pool import ImagePool
from models.sc_lmser import losses
from models.sc_lmser.model import LOSSES, NETWORK_OF, normalized
from models.sc_lmser.presets import PRESETS
from tests import smooth_functions
from tests.models import tiny_sc_lmser as tiny

NETWORKS = ("G", "F", "Dy", "Dx")


def train(model):
  """One step, not traced, which would take longer; the losses."""
  return {name: float(value) for name, value in model.train_step(tiny.batch()).items()}


def values_of(model, network):
  return [variable.numpy() for variable in getattr(model, network).trainable_variables]


def in_turn(model, data):
  """One step as the original makes it: every loss computed anew, before each of three updates.

  Adam in NumPy, float64: what the weights and losses are after it.
  """
  weights, seen = {name: values_of(model, name) for name in NETWORKS}, {}
  config = model.config

  def gradients(names):
    with tf.GradientTape(persistent=True) as tape:
      terms = {name: tf.reduce_mean(term) for name, term in model.losses_of(data).items()}
    seen.update({name: float(terms[name]) for name in names})
    return {name: tape.gradient(terms[name], getattr(model, NETWORK_OF[name]).trainable_variables)
            for name in names}

  for names in (("loss_Dy1", "loss_Dy2", "loss_Dx"), ("loss_F",), ("loss_G1", "loss_G2")):
    for name, found in gradients(names).items():
      network = NETWORK_OF[name]
      rate = (config.generator_learning_rate if network in "GF"
              else config.discriminator_learning_rate)
      moved = [first_adam_step(value, np.asarray(g, np.float64), rate, config.beta1)
               for value, g in zip(weights[network], found)]
      weights[network] = moved
    for network in {NETWORK_OF[name] for name in names}:
      for variable, value in zip(getattr(model, network).trainable_variables, weights[network]):
        variable.assign(value)
  return weights, seen


def first_adam_step(value, gradient, rate, beta1, beta2=0.999, epsilon=1e-8):
  m, v = (1 - beta1) * gradient, (1 - beta2) * gradient ** 2
  return value - rate * np.sqrt(1 - beta2) / (1 - beta1) * m / (np.sqrt(v) + epsilon)


@pytest.fixture(scope="module", name="stepped")
def stepped_model():
  """A model after one step."""
  model = tiny.model(gan_type="hinge", beta1=0.5)
  train(model)
  return model


def test_a_step_is_the_three_updates_in_turn(monkeypatch):
  """Sharing passes changes nothing: the same losses and weights as computing all anew."""
  smooth_functions.use(monkeypatch)
  model, data = tiny.model(gan_type="hinge", beta1=0.5), tiny.batch()
  start = {name: values_of(model, name) for name in NETWORKS}
  found = train(model)
  expected, seen = in_turn(tiny.model(gan_type="hinge", beta1=0.5), data)
  np.testing.assert_allclose([found[name] for name in LOSSES], [seen[name] for name in LOSSES],
                             rtol=2e-6)
  flat = lambda arrays: np.concatenate([np.ravel(array) for array in arrays])
  for network in NETWORKS:
    rate = 1e-4 if network in "GF" else 2e-4
    difference = np.abs(flat(values_of(model, network)) - flat(expected[network])) / rate
    # A gradient within rounding of zero may move its weight either way.
    assert difference.mean() < 1e-3 and np.mean(difference > 0.01) < 1e-3, network
    moved = np.abs(flat(values_of(model, network)) - flat(start[network])).max() / rate
    assert abs(moved - (2 if network in ("G", "Dy") else 1)) < 0.02, network


@pytest.mark.slow
def test_moving_statistics_follow_the_passes_of_their_own_update(stepped):
  model, data = tiny.model(gan_type="hinge"), tiny.batch()
  photo, sketch, made = normalized(data["photo"]), normalized(data["sketch"]), model(data)
  mean = 0.0
  for fake in (sketch, made.fake_y, made.fake_y2):
    mean = 0.1 * mean + 0.9 * model.Dy(photo, fake, training=True).moments[0].mean
  np.testing.assert_allclose(stepped.Dy.norms[0].moving_mean, mean, rtol=1e-4, atol=1e-6)


def test_the_six_optimisers_share_nothing(stepped):
  model = stepped
  for one, two in (("loss_Dy1", "loss_Dy2"), ("loss_G1", "loss_G2")):
    first, second = (model.adams[name] for name in (one, two))
    variable = getattr(model, NETWORK_OF[one]).trainable_variables[0]
    assert first.get_slot(variable, "m") is not second.get_slot(variable, "m")
    assert not np.allclose(first.get_slot(variable, "m"), second.get_slot(variable, "m"))
  assert {int(adam.iterations) for adam in model.adams.values()} == {1}
  rates = {name: float(adam.learning_rate) for name, adam in model.adams.items()}
  assert rates == pytest.approx({name: 1e-4 if name[5] in "GF" else 2e-4 for name in LOSSES})


def test_adam_is_that_of_plain_numpy():
  """Three steps of loss_F's, with the epsilon outside the bias correction."""
  model = tiny.model(beta1=0.5)
  adam, variable = model.adams["loss_F"], model.F.trainable_variables[0]
  value = variable.numpy().astype(np.float64)
  m = v = 0.0
  for step, size in enumerate((1.0, 1e-8, -3e-9), start=1):
    gradient = size * np.arange(1, value.size + 1)
    adam.apply_gradients([(tf.constant(gradient, tf.float32), variable)])
    m, v = 0.5 * m + 0.5 * gradient, 0.999 * v + 0.001 * gradient ** 2
    value -= 1e-4 * np.sqrt(1 - 0.999 ** step) / (1 - 0.5 ** step) * m / (np.sqrt(v) + 1e-8)
  np.testing.assert_allclose(variable.numpy(), value, atol=2e-7)
  assert adam.epsilon == 1e-8


def test_losses_are_those_of_their_pictures():
  """Which picture, condition and truth go into which loss."""
  model, data = tiny.model(), tiny.batch()
  photo, sketch, made = normalized(data["photo"]), normalized(data["sketch"]), model(data)
  np.testing.assert_allclose(made.fake_y2, model.G(model.F(model.G(photo))), atol=1e-5)
  judged = lambda *pair: model.Dy(*pair, training=True).logits
  real, fake = judged(photo, sketch), judged(photo, made.fake_y2)
  found = model.losses_of(data)
  expected = real_loss(real, "lsgan") + fake_loss(fake, "lsgan")
  np.testing.assert_allclose(found["loss_Dy2"], expected, rtol=1e-5)
  expected = losses.generator_loss(fake, made.fake_y2, sketch, "lsgan", 10.0)
  np.testing.assert_allclose(found["loss_G2"], expected, rtol=1e-5)
  logits = model.Dx(sketch, model.F(sketch), training=True).logits
  expected = losses.generator_loss(logits, made.fake_x, photo, "lsgan", 10.0)
  np.testing.assert_allclose(found["loss_F"], expected, rtol=1e-5)


@pytest.mark.slow
def test_compiled_passes_are_the_plain_ones():
  """F's picture, and the gradients of its loss through Dx's compiled pass and its own."""
  results, data = [], tiny.batch()
  for compiled in (False, True):
    model = tiny.model(jit_compile_networks=compiled)
    photo, sketch = normalized(data["photo"]), normalized(data["sketch"])
    with tf.GradientTape() as tape:
      made = model.sketch_to_photo(data["sketch"])
      logits = model._run["Dx"](sketch, made, training=True).logits
      loss = tf.reduce_mean(losses.generator_loss(logits, made, photo, "lsgan", 10.0))
    results.append([made, loss, *tape.gradient(loss, model.F.trainable_variables)])
  (made, loss, *gradients), (other_made, other_loss, *others) = results
  np.testing.assert_allclose(made, other_made, atol=1e-5)
  np.testing.assert_allclose(loss, other_loss, rtol=1e-5)
  largest = max(np.abs(one).max() for one in gradients)
  for one, two in zip(gradients, others):
    np.testing.assert_allclose(one, two, atol=1e-3 * largest)


def test_pool_fills_then_swaps_whole_pairs():
  pool, seeds = ImagePool(3, (1, 1, 1)), [tf.constant([7, step]) for step in range(40)]
  returned, held = [], []
  for step, seed in enumerate(seeds):
    returned.append(pool(tf.fill([1, 1, 1, 1], float(step + 1)), seed).numpy().item())
    held.append(sorted(pool.pictures.numpy().ravel()))
  assert returned[:3] == [1, 2, 3] and held[2] == [1, 2, 3] and int(pool.count) == 3
  swapped = [step for step in range(3, 40) if returned[step] != step + 1]
  assert 8 < len(swapped) < 29
  for step in range(3, 40):
    expected = list(held[step - 1])
    if step in swapped:
      expected.remove(returned[step])
      expected.append(step + 1)
    assert held[step] == sorted(expected)


def test_a_pool_of_unknown_batch_size_is_the_same():
  new = tf.reshape(tf.range(1.0, 9.0), [8, 1, 1, 1])
  seed = tf.constant([1, 2])
  known, unknown = ImagePool(3, (1, 1, 1)), ImagePool(3, (1, 1, 1))
  any_size = tf.function(unknown, input_signature=[tf.TensorSpec([None, 1, 1, 1]),
                                                   tf.TensorSpec([2], tf.int32)])
  np.testing.assert_array_equal(known(new, seed), any_size(new, seed))
  np.testing.assert_array_equal(known.pictures, unknown.pictures)


def test_pairs_that_fill_up_a_batch_do_not_count():
  model, data = tiny.model(), tiny.batch(rows=2)
  found = model.test_step({**data, "weight": np.float32([1, 0])})
  expected = model.losses_of(data)
  assert set(found) == set(LOSSES)
  for name in LOSSES:
    assert float(found[name]) == pytest.approx(float(expected[name][0]), rel=1e-4)


@pytest.mark.slow
def test_it_learns_a_pair_by_heart():
  model = tiny.model(generator_width=4, generator_learning_rate=0.005)
  data = {name: np.uint8(tf.image.resize(picture, [tiny.SIZE] * 2))
          for name, picture in tiny.batch(rows=1, size=4).items()}
  l1 = lambda: float(tf.reduce_mean(tf.abs(model.photo_to_sketch(data["photo"])
                                           - normalized(data["sketch"]))))
  before = l1()
  model.fit(tf.data.Dataset.from_tensors(data).repeat(30), verbose=0)
  assert l1() < 0.7 * before


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  full = PRESETS["full"]
  assert (full.generator_width, full.discriminator_width, full.out_size) == (64, 64, (256, 256))


def test_compiled_passes_with_synchronised_statistics_are_refused():
  with pytest.raises(UserError, match="turn one of them off"):
    tiny.model(synchronized_batch_norm=True, jit_compile_networks=True)
