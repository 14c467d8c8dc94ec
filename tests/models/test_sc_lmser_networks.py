"""SC-Lmser's networks and losses one by one: NumPy oracles, sizes, the reference."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from models.adversarial_losses import adversarial_loss, fake_loss, real_loss
from models.sc_lmser import losses
from models.sc_lmser.blocks import ResidualBlock
from models.sc_lmser.convolution import DOWN, UP, Conv
from models.sc_lmser.discriminator import Discriminator
from models.sc_lmser.generator import Generator
from tests.reference_checks import finding, lmser_networks

LMSER = pathlib.Path(__file__).parents[1] / "reference" / "lmser"


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def convolved(image, kernel, stride=1, padding=0):
  """A convolution by the book: loops over output pixels, float64."""
  image = np.pad(image.astype(np.float64), [(0, 0), (padding,) * 2, (padding,) * 2, (0, 0)])
  size, out = kernel.shape[0], []
  for row in range(0, image.shape[1] - size + 1, stride):
    windows = [image[:, row:row + size, column:column + size]
               for column in range(0, image.shape[2] - size + 1, stride)]
    out.append(np.stack([np.einsum("bijc,ijco->bo", window, kernel) for window in windows], 1))
  return np.stack(out, 1)


def pooled(image):
  return (image[:, ::2, ::2] + image[:, 1::2, ::2] + image[:, ::2, 1::2] + image[:, 1::2, 1::2]) / 4


def enlarged(image):
  return image.repeat(2, axis=1).repeat(2, axis=2)


@pytest.mark.parametrize("resample, size", [(DOWN, 3), (UP, 3), (DOWN, 1), (UP, 1)])
def test_resampling_is_the_two_steps_one_after_the_other(resample, size):
  """Also at the border, where the zeros around the image count."""
  image = random_array(2, 6, 8, 3)
  conv = Conv(5, size, padding=size // 2, resample=resample)
  conv(image)
  conv.kernel.assign(kernel := random_array(size, size, 3, 5, seed=1))
  got, padding = conv(image), size // 2
  expected = (pooled(convolved(image, kernel, padding=padding)) if resample == DOWN
              else convolved(enlarged(image), kernel, padding=padding))
  np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("resample", [DOWN, UP])
def test_block_is_that_of_plain_numpy(resample):
  block, image = ResidualBlock(4, resample, seed=3), random_array(2, 6, 8, 3)
  block(image)
  for index, variable in enumerate(block.variables):
    variable.assign(random_array(*variable.shape, seed=index))
  named = {name: variable.numpy() for name, variable in block.named_variables().items()}

  def normed(x, part):
    x = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    x = x * named[f"{part}/instance_norm/scale"] + named[f"{part}/instance_norm/offset"]
    return np.maximum(x, 0.2 * x if resample == DOWN else 0)

  before, after = (lambda x: x, pooled) if resample == DOWN else (enlarged, lambda x: x)
  kernel = lambda part: named[f"{part}/conv_0/conv2d/kernel"]
  main = convolved(before(normed(image.astype(np.float64), "res1")), kernel("res1"), padding=1)
  main = after(convolved(normed(main, "res2"), kernel("res2"), padding=1))
  expected = main + after(convolved(before(image), kernel("skip")))
  got = block(image)
  np.testing.assert_allclose(got, expected, atol=2e-5 * np.abs(expected).max())


def test_sizes_and_parameters_are_the_papers():
  """At width 64, without making the arrays: sums over the stages' shapes."""
  def parameters(channels_in, channels_out):
    total, widths = 0, (128, 256, 512, 512, 1024)
    stages = list(zip((channels_in, *widths), widths))
    stages += [(1024, 512), (1024, 512), (1024, 256), (512, 128), (256, channels_out)]
    for c_in, c in stages:
      total += 2 * c_in + 9 * c_in * c + 2 * c + 9 * c * c + c_in * c
    return total
  assert parameters(3, 1) == 43_638_801 and parameters(1, 3) == 43_641_433
  # The network has the same shapes at a width of 1 / 32.
  network = Generator(1, width=2)
  image = network(random_array(2, 96, 64, 3))
  assert image.shape == (2, 96, 64, 1)
  widths = [variable.shape[-1] for name, variable in network.named_variables().items()
            if name.endswith("skip/conv_0/conv2d/kernel")]
  assert widths == [4, 8, 16, 16, 32, 16, 16, 8, 4, 1] and len(network.variables) == 70


def test_discriminator_has_the_papers_parameters_and_patches():
  network = Discriminator()
  assert network(random_array(1, 256, 256, 3), random_array(1, 256, 256, 1)).logits.shape == (
      1, 30, 30, 1)
  count = lambda variables: sum(int(np.prod(variable.shape)) for variable in variables)
  assert count(network.trainable_variables) == 2_766_592
  assert count(network.non_trainable_variables) == 1_792
  assert set(map(id, network.variables)) == set(map(id, network.named_variables().values()))


def test_start_values_and_constant_images():
  """A norm of a constant is 0: only shortcuts carry it, and black and white make nothing else."""
  network = Generator(1, width=4, seed=5)
  np.testing.assert_array_equal(network(tf.zeros([1, 64, 64, 3])), tf.zeros([1, 64, 64, 1]))
  first = network.encoders[0]
  got = first(tf.fill([1, 64, 64, 3], 0.5))
  expected = 0.5 * first.skip.kernel.numpy()[0, 0].sum(0)
  np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), atol=1e-6)
  kernel = network.encoders[4].conv1.kernel.numpy()
  assert np.abs(kernel).max() <= 0.04 and 0.016 < kernel.std() < 0.019
  scales = np.concatenate([block.norm1.gamma.numpy() for block in network.encoders])
  assert abs(scales.mean() - 1) < 0.01 and 0.01 < scales.std() < 0.03
  assert all((block.norm2.beta.numpy() == 0).all() for block in network.decoders)


def test_images_do_not_depend_on_the_batch():
  """Nor on whether the sizes are known when tracing."""
  network, images = Generator(3, width=2), random_array(3, 64, 64, 1)
  expected = network(images)[1:2]
  np.testing.assert_allclose(network(images[1:2]), expected, atol=1e-5)
  any_size = tf.function(network, input_signature=[tf.TensorSpec([None, None, None, 1])])
  np.testing.assert_allclose(any_size(images)[1:2], expected, atol=1e-5)


ENTROPY = lambda z, label: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - z * label
ORACLES = {
    "lsgan": (lambda r: (r - 1) ** 2, lambda f: f ** 2, lambda f: (f - 1) ** 2),
    "gan": (lambda r: ENTROPY(r, 1), lambda f: ENTROPY(f, 0), lambda f: ENTROPY(f, 1)),
    "hinge": (lambda r: np.maximum(0, 1 - r), lambda f: np.maximum(0, 1 + f), lambda f: -f),
    "wgan": (lambda r: -r, lambda f: f, lambda f: -f)}


@pytest.mark.parametrize("gan_type", ORACLES)
def test_losses_are_those_of_plain_numpy(gan_type):
  logits = 4 * random_array(3, 5, 6, 1).astype(np.float64)
  logits[0, 0, :4, 0] = 50, -50, 1, 0
  functions = (real_loss, fake_loss, adversarial_loss)
  for function, oracle in zip(functions, ORACLES[gan_type]):
    got = function(tf.constant(logits, tf.float32), gan_type)
    np.testing.assert_allclose(got, oracle(logits).mean((1, 2, 3)), rtol=1e-5, atol=1e-6)
  made, truth = random_array(3, 8, 8, 3, seed=1), random_array(3, 8, 8, 3, seed=2)
  got = losses.generator_loss(tf.constant(logits, tf.float32), made, truth, gan_type, 4.0)
  expected = (4 * np.abs(made - truth).mean((1, 2, 3))
              + ORACLES[gan_type][2](logits).mean((1, 2, 3)))
  np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("file", ["generator.npz", "discriminator.npz", "losses.npz"])
def test_reference(file):
  finding.require(lmser_networks.check(LMSER / file))
