"""Contextual GAN's networks and training step: SciPy oracles, sizes, and the step in turn."""

import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from models.contextual_gan.discriminator import Discriminator
from models.contextual_gan.generator import Generator
from tests import smooth_functions
from tests.models import tiny_contextual_gan as tiny


@pytest.fixture(scope="module")
def of_the_paper():
  return Generator(name="G"), Discriminator(name="D")


def with_random_values(model, seed=0):
  """Every variable is told from every other, and pictures are neither flat nor all at the ends."""
  random = np.random.default_rng(seed)
  for variable in [*model.G.variables, *model.D.variables]:
    drawn = random.normal(size=variable.shape)
    scale, middle = (0.3, 1.0) if "gamma" in variable.name else (0.3, 0.0)
    variable.assign(np.exp(drawn) if "variance" in variable.name else middle + scale * drawn)
  return model


def latent(rows=2, size=4, seed=0):
  return np.random.default_rng(seed).uniform(-1, 1, [rows, size]).astype(np.float32)


def halved(x, layer):
  """A convolution of stride 2: of the padding, 3 in all, 1 comes before and 2 behind."""
  kernel = layer.kernel.numpy().astype(np.float64)
  padded = np.pad(x, [(0, 0), (1, 2), (1, 2), (0, 0)])
  out = np.stack([[scipy.signal.correlate(row, kernel[..., channel], "valid", "direct")[..., 0]
                   for channel in range(kernel.shape[-1])] for row in padded])
  return np.moveaxis(out, 1, -1)[:, ::2, ::2] + (layer.bias.numpy() if layer.use_bias else 0)


def doubled(x, layer):
  """A transposed one: zeros between the pixels, then every pixel spreads its kernel."""
  kernel = layer.kernel.numpy().astype(np.float64)  # [5, 5, C_out, C_in]
  rows, height, width, channels = x.shape
  spread = np.zeros([rows, 2 * height, 2 * width, channels])
  spread[:, ::2, ::2] = x
  out = np.stack([[sum(scipy.signal.convolve2d(row[..., c], kernel[:, :, channel, c])
                       for c in range(channels)) for channel in range(kernel.shape[2])]
                  for row in spread])[..., 1:2 * height + 1, 1:2 * width + 1]
  return np.moveaxis(out, 1, -1) + (layer.bias.numpy() if layer.use_bias else 0)


def normed(x, norm, training, seen):
  """Batch norm; the batch's mean and unbiased variance are added to `seen`."""
  mean, variance = norm.moving_mean.numpy(), norm.moving_variance.numpy()
  if training:
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    count = x.size / x.shape[-1]
    seen.append((mean, variance * count / (count - 1)))
  return (x - mean) / np.sqrt(variance + 1e-5) * norm.gamma.numpy() + norm.beta.numpy()


def leaky(x):
  return np.maximum(x, 0.2 * x)


def generated(network, z, training=False, seen=None):
  """Batch norm after every layer but the last, leaky ReLU likewise."""
  x = z.astype(np.float64) @ network.dense.kernel.numpy()
  x = x.reshape(len(z), tiny.SIZE // 16, tiny.SIZE // 8, -1)
  for norm, conv in zip(network.norms, network.convolutions):
    x = doubled(leaky(normed(x, norm, training, seen)), conv)
  return np.tanh(x)


def judged(network, joint, training=False, seen=None):
  """Batch norm after every convolution but the first."""
  x = np.asarray(joint, np.float64)
  for norm, conv in zip(network.norms, network.convolutions):
    x = halved(x, conv)
    x = leaky(x if norm is None else normed(x, norm, training, seen))
  return x.reshape(len(x), -1) @ network.dense.kernel.numpy() + network.dense.bias.numpy()


def test_numbers_of_parameters_of_the_papers_size(of_the_paper):
  """By hand: dense 100 to 4x8x512; 5x5 kernels; two numbers a channel of batch norm; biases where
  no batch norm follows."""
  generator = (100 * 4 * 8 * 512 + 25 * (512 * 256 + 256 * 128 + 128 * 64 + 64 * 3)
               + 2 * (512 + 256 + 128 + 64) + 3)
  discriminator = (25 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512) + 64
                   + 2 * (128 + 256 + 512) + 4 * 8 * 512 + 1)
  found = [sum(int(tf.size(variable)) for variable in network.trainable_variables)
           for network in of_the_paper]
  assert found == [generator, discriminator] == [5_945_923, 4_323_841]
  moving = [sum(int(tf.size(variable)) for variable in network.non_trainable_variables)
            for network in of_the_paper]
  assert moving == [2 * (512 + 256 + 128 + 64), 2 * (128 + 256 + 512)]


def test_start_values_are_those_of_the_specification(of_the_paper):
  kernels = []
  for network in of_the_paper:
    for variable in network.trainable_variables:
      values = variable.numpy()
      if values.ndim == 1:
        np.testing.assert_array_equal(values, np.full(len(values), "gamma" in variable.name))
        continue
      kernels.append(values.ravel())
      tolerance = 5 / np.sqrt(values.size)
      assert abs(values.mean()) < 0.02 * tolerance, variable.shape
      assert values.std() == pytest.approx(0.02, rel=tolerance), variable.shape
  assert len(kernels) == 10
  for index, one in enumerate(kernels):
    for other in kernels[:index]:
      size = min(len(one), len(other))
      assert abs(np.corrcoef(one[:size], other[:size])[0, 1]) < 5 / np.sqrt(size)


def test_sizes_of_the_paper(of_the_paper):
  generator, discriminator = of_the_paper
  joint = generator(latent(2, 100))
  assert joint.shape == (2, 64, 128, 3) and discriminator(joint).shape == (2, 1)
  assert [conv.kernel.shape.as_list() for conv in generator.convolutions] == [
      [5, 5, 256, 512], [5, 5, 128, 256], [5, 5, 64, 128], [5, 5, 3, 64]]
  assert [conv.kernel.shape.as_list() for conv in discriminator.convolutions] == [
      [5, 5, 3, 64], [5, 5, 64, 128], [5, 5, 128, 256], [5, 5, 256, 512]]


@pytest.mark.parametrize("size", [16, 32, 48])
def test_other_sizes(size):
  made = Generator(5, size, 2)(latent(3, 5))
  assert made.shape == (3, size, 2 * size, 3) and made.dtype == tf.float32
  logits = Discriminator(size, 2)(made)
  assert logits.shape == (3, 1) and logits.dtype == tf.float32


def test_one_layer_at_a_time_is_that_of_scipy():
  """Of an odd number of pixels, too, which the networks never see."""
  model, random = with_random_values(tiny.model()), np.random.default_rng(3)
  up, down = model.G.convolutions[2], model.D.convolutions[1]
  x = random.normal(size=[2, 3, 5, up.kernel.shape[-1]])
  np.testing.assert_allclose(up(np.float32(x)), doubled(x, up), atol=1e-5)
  x = random.normal(size=[2, 6, 10, down.kernel.shape[2]])
  np.testing.assert_allclose(down(np.float32(x)), halved(x, down), atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_the_generator_is_that_of_scipy(training):
  model = with_random_values(tiny.model())
  expected = generated(model.G, latent(3), training, [])
  assert 0.1 < expected.std() < 0.95
  np.testing.assert_allclose(model(latent(3), training=training), expected, atol=5e-5)


@pytest.mark.parametrize("training", [False, True])
def test_the_discriminator_is_that_of_scipy(training):
  model = with_random_values(tiny.model())
  joint = tiny.batch(3)["joint"] / np.float32(127.5) - 1
  expected = judged(model.D, joint, training, [])
  assert expected.std() > 0.1
  np.testing.assert_allclose(model.D(joint, training=training), expected, atol=5e-5)


def test_in_inference_mode_a_row_depends_on_itself_alone():
  model, z = with_random_values(tiny.model()), latent(3)
  joint = model(z)
  np.testing.assert_allclose(model(z[1:2]), joint[1:2], atol=1e-5)
  np.testing.assert_allclose(model.D(joint[1:2]), model.D(joint)[1:2], atol=1e-5)
  assert np.abs(model(z[1:2], training=True) - model(z, training=True)[1:2]).max() > 1e-2


def test_inference_changes_nothing():
  model = with_random_values(tiny.model())
  before = [variable.numpy() for variable in model.variables]
  model.D(model(latent()))
  model.losses_of(tiny.batch())
  for variable, value in zip(model.variables, before):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)


def test_networks_round_trip_through_their_configs():
  model = tiny.model(leak=0.1, width=3, batch_norm_momentum=0.7)
  for network in (model.G, model.D):
    again = type(network).from_config(network.get_config())
    assert again.get_config() == network.get_config()
    for one, two in zip(again.variables, network.variables, strict=True):
      np.testing.assert_array_equal(one, two)


def recording(model, monkeypatch):
  """The latent vectors that the generator is given from now on."""
  given, call = [], model.G.call

  def recorded(z, training=False):
    given.append(z.numpy())
    return call(z, training=training)

  monkeypatch.setattr(model.G, "call", recorded)
  return given


def followed(before, momentum, *passes):
  for values in passes:
    before = momentum * before + (1 - momentum) * values
  return before


@pytest.mark.parametrize("updates", [1, 2])
def test_averages_follow_one_pass_of_each_kind(updates, monkeypatch):
  """D's a real pass and then one over generated images, none of G's updates; G's its passes."""
  changes = {"batch_norm_momentum": 0.7, "generator_steps": updates, "learning_rate": 1e-9}
  model, copy = (with_random_values(tiny.model(**changes)) for _ in range(2))
  given, data = recording(model, monkeypatch), tiny.batch()
  model.train_step(data)
  assert len(given) == updates
  made, real, fake = [[] for _ in range(updates)], [], []
  images = [generated(copy.G, z, True, seen) for z, seen in zip(given, made)]
  judged(copy.D, data["joint"] / 127.5 - 1, True, real)
  judged(copy.D, images[0], True, fake)
  passes = [*zip(*made), *zip(real, fake)]
  pairs = zip([*model.G.norms, *model.D.norms[1:]], [*copy.G.norms, *copy.D.norms[1:]])
  for (norm, before), moments in zip(pairs, passes, strict=True):
    for index, name in enumerate(("moving_mean", "moving_variance")):
      expected = followed(getattr(before, name).numpy(), 0.7, *(one[index] for one in moments))
      np.testing.assert_allclose(getattr(norm, name), expected, rtol=2e-4, atol=1e-5,
                                 err_msg=norm.name)


class PlainAdam:
  """As in the paper (Kingma & Ba, 2015), in float64."""

  def __init__(self, variables, rate):
    self.variables, self.rate, self.steps = variables, rate, 0
    self.moments = [(0.0, 0.0) for _ in variables]

  def move(self, gradients):
    self.steps += 1
    for index, (variable, gradient) in enumerate(zip(self.variables, gradients, strict=True)):
      gradient = np.asarray(gradient, np.float64)
      first, second = self.moments[index]
      first, second = 0.5 * first + 0.5 * gradient, 0.999 * second + 0.001 * gradient ** 2
      self.moments[index] = first, second
      first, second = first / (1 - 0.5 ** self.steps), second / (1 - 0.999 ** self.steps)
      variable.assign(variable.numpy() - self.rate * first / (np.sqrt(second) + 1e-8))


def in_turn(model, adams, joint, latents):
  """One step: D's update by two separate passes, then G's, each by a new pass of both networks.

  The first update of G sees the latent vectors that D saw. The loss of the last one.
  """
  gradients = []
  for sign, image in ((-1, joint / np.float32(127.5) - 1), (1, model.G(latents[0], training=True))):
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.math.softplus(sign * model.D(image, training=True)))
    gradients.append(tape.gradient(loss, model.D.trainable_variables))
  adams["D"].move([one + two for one, two in zip(*gradients)])
  for z in latents:
    with tf.GradientTape() as tape:
      logits = model.D(model.G(z, training=True), training=True)
      loss = -tf.reduce_mean(tf.math.log_sigmoid(logits))
    adams["G"].move(tape.gradient(loss, model.G.trainable_variables))
  return float(loss)


@pytest.mark.parametrize("updates", [1, 2])
def test_two_steps_are_the_papers_in_turn(updates, monkeypatch):
  smooth_functions.use(monkeypatch)
  model, other = (tiny.model(generator_steps=updates) for _ in range(2))
  given, start = recording(model, monkeypatch), [v.numpy() for v in model.trainable_variables]
  adams = {name: PlainAdam(getattr(other, name).trainable_variables, 2e-4) for name in "DG"}
  for step in range(2):
    given.clear()
    model.reset_metrics()
    found = model.train_step(tiny.batch(seed=step))
    assert len(given) == updates and np.abs(given).max() <= 1
    loss = in_turn(other, adams, tiny.batch(seed=step)["joint"], given)
    assert float(found["loss_G"]) == pytest.approx(loss, rel=1e-4)
  flat = lambda arrays: np.concatenate([np.ravel(array) for array in arrays]) / 2e-4
  for name in "DG":
    ours, theirs = (getattr(one, name).trainable_variables for one in (model, other))
    # A gradient within rounding of zero may move its weight either way.
    assert np.abs(flat(ours) - flat(theirs)).mean() < 3e-3, name
  assert np.abs(flat(start) - flat(model.trainable_variables)).max() > 1.5
