"""TOM as a whole: its training step, its pictures, what it keeps beside its weights."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import frozen_weights, saving
from models.tom import style
from models.tom.config import TomConfig
from models.tom.model import FIGURES, THRESHOLD, Tom, greys, normalized
from models.tom.presets import PRESETS
from tests import smooth_functions
from tests.models import tiny_tom as tiny

NETWORKS = {"D": "loss_D", "G": "loss_G"}


def train(model):
  """One step, not traced, which would take longer; the figures."""
  return {name: float(value) for name, value in model.train_step(tiny.batch()).items()}


def smooth(monkeypatch, *models):
  """No kinks: neither in the networks nor in VGG-16, where averages take the place of maxima."""
  smooth_functions.use(monkeypatch)
  monkeypatch.setattr(tf.nn, "max_pool2d", tf.nn.avg_pool2d)
  for model in models:
    for conv in model.vgg.vgg.convolutions.values():
      conv.activation = smooth_functions.relu


def flat(arrays):
  return np.concatenate([np.ravel(array) for array in arrays])


def test_numbers_of_parameters():
  model = Tom(TomConfig())
  count = lambda network: sum(int(tf.size(variable)) for variable in network.trainable_variables)
  assert (count(model.G), count(model.D)) == (4_729_347, 831_841)


def in_turn(model, data):
  """One step as the original makes it, by three separate passes of D; Adam in float64.

  What the weights are after it.
  """
  rate = model.config.lr
  content, sketch = (model.vgg(normalized(data[name])) for name in ("photo", "sketch"))
  real = style.style_sample(sketch[1:])
  with tf.GradientTape() as tape:
    made = model.vgg(model.G(content[2], training=True))
    sample = style.style_sample(made[1:])
    fixed = tf.stop_gradient(sample)
    gradients = []
    for one, sign in ((real, -1.0), (fixed, 1.0)):
      with tf.GradientTape() as inner:
        loss = tf.reduce_mean(tf.nn.relu(1.0 + sign * model.D(one, training=True)))
      gradients.append(inner.gradient(loss, model.D.trainable_variables))
    moved(model.D, [a + b for a, b in zip(*gradients)], rate)
    logits = model.D(sample, training=True)
    target = style.adain(content[2], sketch[2])
    loss = (-tf.reduce_mean(logits) + 0.2 * tf.reduce_mean((made[2] - target) ** 2)
            + 2000 * sum(tf.reduce_mean((style.joint_gram(a) - style.joint_gram(b)) ** 2)
                         for a, b in zip(made[1:], sketch[1:])))
  moved(model.G, tape.gradient(loss, model.G.trainable_variables), rate)
  return float(loss)


def moved(network, gradients, rate):
  """PyTorch's first step of Adam: the bias corrections cancel the decays."""
  for variable, gradient in zip(network.trainable_variables, gradients):
    gradient = np.asarray(gradient, np.float64)
    variable.assign(variable.numpy() - rate * gradient / (np.abs(gradient) + 1e-8))


def test_a_step_is_the_originals_in_turn(monkeypatch):
  model, other = tiny.model(), tiny.model()
  smooth(monkeypatch, model, other)
  start = [variable.numpy() for variable in model.trainable_variables]
  found = train(model)
  loss = in_turn(other, tiny.batch())
  assert found["loss_G"] == pytest.approx(loss, rel=1e-4)
  for network in NETWORKS:
    ours, theirs = (getattr(one, network).trainable_variables for one in (model, other))
    difference = np.abs(flat(ours) - flat(theirs)) / model.config.lr
    # A gradient within rounding of zero may move its weight either way.
    assert difference.mean() < 3e-3, network
  assert np.abs(flat(start) - flat(model.trainable_variables)).max() > 0.9 * model.config.lr
  for ours, theirs in zip(model.D.non_trainable_variables, other.D.non_trainable_variables):
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4, err_msg=ours.name)


def test_the_discriminators_vectors_move_three_times_and_the_generators_once():
  model = tiny.model()
  calls = {"D": 0, "G": 0}
  for name in calls:
    layer = getattr(model, name).final.spectral
    original = layer.call

    def counted(weight, training=False, original=original, name=name):
      calls[name] += bool(training)
      return original(weight, training=training)

    layer.call = counted
  model.train_step(tiny.batch())
  assert calls == {"D": 3, "G": 1}


def test_sketches_are_made_in_evaluation_mode_by_the_mean_over_channels():
  model = tiny.model()
  train(model)
  before = [variable.numpy() for variable in model.variables]
  photo = tiny.batch(size=64)["photo"]
  made = model(photo).numpy()
  grey = model.photo_to_sketch(photo).numpy()
  np.testing.assert_allclose(grey, (made.mean(-1, keepdims=True) + 1) / 2, atol=1e-6)
  sketch = model.photo_to_sketch(photo, THRESHOLD).numpy()
  np.testing.assert_array_equal(sketch, grey > np.float32(0.7))
  assert 0 <= grey.min() and grey.max() <= 1 and greys(made).shape == (2, 64, 64, 1)
  for variable, value in zip(model.variables, before):
    np.testing.assert_array_equal(variable, value)


def test_evaluation_changes_nothing_and_knows_all_figures():
  model = tiny.model()
  variables = [*model.G.variables, *model.D.variables, model.step]
  before = [variable.numpy() for variable in variables]
  found = model.test_step(tiny.batch())
  assert set(found) == set(FIGURES) and np.isfinite([float(one) for one in found.values()]).all()
  for variable, value in zip(variables, before):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)


def test_save_and_load_with_the_frozen_weights_beside(tmp_path):
  model = tiny.model()
  kernel = model.vgg.vgg.convolutions["features.5"].kernel
  kernel.assign(2 * kernel)
  saving.save_model(model, tmp_path / "model", {})
  names = [name for name, _ in tf.train.list_variables(str(tmp_path / "model" / "weights"))]
  assert not any("vgg" in name for name in names) and not any(
      variable is kernel for variable in model.variables)
  loaded, _ = saving.load_model(tmp_path / "model")
  photo = tiny.batch()["photo"]
  np.testing.assert_array_equal(loaded.photo_to_sketch(photo), model.photo_to_sketch(photo))
  (tmp_path / "model" / "frozen.index").unlink()
  with pytest.raises(UserError, match="did not train, can't be read"):
    saving.load_model(tmp_path / "model")


def test_models_without_frozen_weights_write_none(tmp_path):
  frozen_weights.write(tf.keras.Sequential(), tmp_path)
  frozen_weights.restore(tf.keras.Sequential(), tmp_path)
  assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_compiled_features_are_the_plain_ones():
  data = tiny.batch()
  plain, compiled = (tiny.model(jit_compile_features=value).losses_of(data)
                     for value in (False, True))
  for name in FIGURES:
    np.testing.assert_allclose(plain[name], compiled[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  full = PRESETS["full"]
  assert (full.im_size, full.batch_size, full.total_iter, full.lr, full.mse_weight,
          full.gram_weight, full.save_every) == (256, 4, 5000, 2e-4, 0.2, 1.0, 100)
