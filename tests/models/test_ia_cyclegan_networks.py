"""IACycleGAN's networks and losses one by one: NumPy oracles, sizes, edges."""

import numpy as np
import pytest
import tensorflow as tf

from models.ia_cyclegan import convolution, losses, schedules, winograd
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.convolution import Conv, DoublingConv
from models.ia_cyclegan.discriminator import Discriminator
from models.ia_cyclegan.generator import Generator, ResidualBlock
from models.ia_cyclegan.instance_norm import instance_norm


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def convolved(image, layer, strides=1, padding=0, mode="constant"):
  """A convolution by the book: loops over output pixels, float64."""
  kernel, bias = layer.kernel.numpy().astype(np.float64), layer.bias.numpy()
  image = np.pad(image.astype(np.float64), [(0, 0), (padding,) * 2, (padding,) * 2, (0, 0)], mode)
  size, out = kernel.shape[0], []
  for row in range(0, image.shape[1] - size + 1, strides):
    windows = [image[:, row:row + size, column:column + size]
               for column in range(0, image.shape[2] - size + 1, strides)]
    out.append(np.stack([np.einsum("bijc,ijco->bo", window, kernel) for window in windows], 1))
  return np.stack(out, 1) + bias


def doubled(image, layer):
  """PyTorch's transposed convolution, stride 2, padding 1, output padding 1: every pixel spreads
  its kernel around the place that it has in the result."""
  kernel = layer.kernel.numpy().astype(np.float64)  # [3, 3, C, C_in]
  rows, height, width, _ = image.shape
  out = np.zeros([rows, 2 * height + 2, 2 * width + 2, kernel.shape[2]])
  for i in range(height):
    for j in range(width):
      out[:, 2 * i:2 * i + 3, 2 * j:2 * j + 3] += np.einsum("bc,ijoc->bijo", image[:, i, j], kernel)
  return out[:, 1:-1, 1:-1] + layer.bias.numpy()


def normed(x):
  return (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)


def with_random_values(layer):
  for index, variable in enumerate(layer.variables):
    variable.assign(random_array(*variable.shape, seed=index + 7))
  return layer


@pytest.mark.parametrize("size, strides, padding, mode", [
    (3, 1, 1, "reflect"), (7, 1, 3, "reflect"), (3, 2, 1, "constant"), (4, 2, 1, "constant"),
    (4, 1, 1, "constant")])
@pytest.mark.parametrize("winograd", [False, True])
def test_convolutions_are_those_of_plain_numpy(size, strides, padding, mode, winograd, monkeypatch):
  if winograd:
    monkeypatch.setattr(convolution, "_WINOGRAD_CHANNELS", 2)
    monkeypatch.setattr(convolution, "_WINOGRAD_PIXELS", 4)
  layer = with_random_values(Conv(3, 5, size, strides, padding, mode == "reflect", name="conv"))
  image = random_array(2, 8, 12, 3)
  expected = convolved(image, layer, strides, padding, mode)
  np.testing.assert_allclose(layer(image), expected, atol=1e-4)


def test_winograds_gradients_are_the_plain_ones():
  image, kernel, seen = (tf.constant(random_array(*shape, seed=seed)) for seed, shape in enumerate(
      ([2, 10, 14, 3], [3, 3, 3, 5], [2, 8, 12, 5])))
  results = []
  for function in (winograd.convolved, lambda x, k: tf.nn.conv2d(x, k, 1, "VALID")):
    with tf.GradientTape() as tape:
      tape.watch([image, kernel])
      made = function(image, kernel)
      loss = tf.reduce_sum(made * seen)
    results.append([made, *tape.gradient(loss, [image, kernel])])
  for ours, plain in zip(*results):
    np.testing.assert_allclose(ours, plain, atol=1e-5 * np.abs(plain).max())


def test_winograds_way_is_taken_where_it_pays():
  taken = lambda layer, *shape: layer._suits_winograd(tf.zeros(shape))
  block = Conv(128, 128, 3, padding=1, name="conv")
  assert taken(block, 1, 34, 34, 128) and taken(block, 2, 66, 34, 128)
  assert not taken(block, 1, 36, 34, 128) and not taken(block, 1, 18, 18, 128)
  assert not taken(Conv(64, 128, 3, padding=1, name="conv"), 1, 34, 34, 64)
  assert not taken(Conv(128, 128, 3, 2, padding=1, name="conv"), 1, 34, 34, 128)


def test_transposed_convolutions_are_those_of_plain_numpy():
  layer, image = with_random_values(DoublingConv(3, 5, name="up")), random_array(2, 4, 6, 3)
  np.testing.assert_allclose(layer(image), doubled(image, layer), atol=1e-4)


@pytest.mark.parametrize("pictures", [1, 3, 9, None])
def test_norm_is_that_of_plain_numpy(pictures):
  """Also with the slower kernel, and with a size that is not known when tracing."""
  x = 3 + 2 * random_array(pictures or 3, 6, 8, 5)
  norm = tf.function(instance_norm, input_signature=[tf.TensorSpec([pictures, 6, 8, 5])])
  np.testing.assert_allclose(norm(x), normed(x.astype(np.float64)), atol=1e-5)
  np.testing.assert_allclose(norm(tf.fill(x.shape, 5.0)), np.zeros(x.shape), atol=1e-3)


def test_residual_block_is_that_of_plain_numpy():
  block, x = with_random_values(ResidualBlock(4, name="block")), random_array(2, 4, 6, 4)
  inner = np.maximum(normed(convolved(x, block.conv1, 1, 1, "reflect")), 0)
  expected = x + normed(convolved(inner, block.conv2, 1, 1, "reflect"))
  np.testing.assert_allclose(block(x), expected, atol=1e-4)


def test_generator_is_its_layers_in_order():
  network, x = with_random_values(Generator(2, blocks=2, name="G")), random_array(2, 12, 16, 3)
  relu = lambda values: np.maximum(normed(values), 0)
  expected = relu(convolved(x, network.first, 1, 3, "reflect"))
  for layer in network.down:
    expected = relu(convolved(expected, layer, 2, 1))
  assert expected.shape == (2, 3, 4, 8)
  for block in network.blocks:
    expected = np.asarray(block(expected.astype(np.float32)))
  for layer in network.up:
    expected = relu(doubled(expected, layer))
  expected = np.tanh(convolved(expected, network.last, 1, 3, "reflect"))
  np.testing.assert_allclose(network(x), expected, atol=2e-3)


def test_discriminator_is_its_layers_in_order():
  network, x = with_random_values(Discriminator(2, name="D")), random_array(2, 32, 24, 3)
  leaky = lambda values: np.maximum(values, 0.2 * values)
  expected = leaky(convolved(x, network.convs[0], 2, 1))
  for conv, strides in zip(network.convs[1:4], (2, 2, 1)):
    expected = leaky(normed(convolved(expected, conv, strides, 1)))
  expected = convolved(expected, network.convs[4], 1, 1)
  assert expected.shape == (2, 2, 1, 1)
  np.testing.assert_allclose(network(x), expected, atol=1e-3 * np.abs(expected).max())


def test_the_sizes_are_the_published_ones():
  count = lambda network: sum(int(tf.size(variable)) for variable in network.trainable_variables)
  assert count(Generator()) == 11_378_179
  assert count(Generator(blocks=6)) == 7_837_699
  network = Discriminator()
  assert count(network) == 2_764_737 and not network.non_trainable_variables
  assert network(tf.zeros([1, 256, 256, 3])).shape == (1, 30, 30, 1)


def test_a_patch_is_70_pixels():
  """What one logit depends on, norms left aside: layer by layer from the end."""
  size = 1
  for conv in reversed(Discriminator(1).convs):
    size = (size - 1) * conv.strides + conv.size
  assert size == 70


def test_start_values():
  network = Generator(16, blocks=1, seed=5, name="G")
  kernels = [variable for variable in network.variables if len(variable.shape) == 4]
  values = np.concatenate([kernel.numpy().ravel() for kernel in kernels])
  assert abs(values.mean()) < 1e-3 and 0.0195 < values.std() < 0.0205
  assert all(not variable.numpy().any() for variable in network.variables
             if len(variable.shape) == 1)
  again, other = Generator(16, 1, 5, name="G"), Generator(16, 1, 6, name="G")
  np.testing.assert_array_equal(network.first.kernel, again.first.kernel)
  assert np.abs(network.first.kernel - other.first.kernel).max() > 0.01
  blocks = network.blocks[0]
  assert np.abs(blocks.conv1.kernel - blocks.conv2.kernel).max() > 0.01


@pytest.mark.parametrize("network", [Generator(4, blocks=2), Discriminator(4)])
def test_results_do_not_depend_on_the_batch(network):
  """Nor on whether the sizes are known when tracing."""
  images = random_array(3, 32, 48, 3)
  expected = network(images)[1:2]
  np.testing.assert_allclose(network(images[1:2]), expected, atol=1e-5)
  any_size = tf.function(network, input_signature=[tf.TensorSpec([None, None, None, 3])])
  np.testing.assert_allclose(any_size(images)[1:2], expected, atol=1e-5)


def test_distances_are_those_of_plain_numpy():
  made, wanted = random_array(3, 4, 6, 2), random_array(3, 4, 6, 2, seed=1)
  expected = np.abs(made - wanted).mean((1, 2, 3))
  np.testing.assert_allclose(losses.absolute_error(made, wanted), expected, rtol=1e-5)
  features, true = random_array(3, 10), random_array(3, 10, seed=1)
  expected = ((features - true) ** 2).sum(1)
  np.testing.assert_allclose(losses.squared_distance(features, true), expected, rtol=1e-5)
  np.testing.assert_allclose(losses.discriminator_loss(tf.constant([1.0, 2.0]),
                                                       tf.constant([3.0, 0.0])), [2.0, 1.0])


def test_learning_rate_is_constant_then_falls_to_nothing():
  config = IaCycleGanConfig(num_epochs=100, decay_epochs=100)
  rate = lambda epoch, step=0, config=config: float(schedules.learning_rate(
      tf.constant(7 * epoch + step, tf.int64), 7, config)) / 2e-4
  assert [rate(0), rate(99, 6), rate(100), rate(199, 6)] == pytest.approx(
      [1, 1, 100 / 101, 1 / 101])
  assert rate(150) == pytest.approx(50 / 101) and rate(200) == rate(300) == 0
  assert all(rate(epoch, 0) == rate(epoch, 6) for epoch in (0, 120, 199))
  short = IaCycleGanConfig(num_epochs=2, decay_epochs=0)
  assert [rate(epoch, config=short) for epoch in range(3)] == pytest.approx([1, 1, 0])
