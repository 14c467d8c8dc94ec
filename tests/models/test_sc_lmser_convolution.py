"""SC-Lmser's cheap convolutions against the sums they stand for, in float64, gradients too."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import strided_convolution
from models.sc_lmser import convolution, winograd
from models.sc_lmser.convolution import DOWN, UP, Conv


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def differentiated(function, *arguments):
  """What a function makes of its arguments, and the gradients of its sines' sum."""
  arguments = [tf.convert_to_tensor(one) for one in arguments]
  with tf.GradientTape() as tape:
    tape.watch(arguments)
    out = function(*arguments)
    total = tf.reduce_sum(tf.sin(out))
  return [out, *tape.gradient(total, arguments)]


def assert_near(found, expected, relative=3e-6):
  for one, two in zip(found, expected, strict=True):
    assert one.shape == two.shape
    np.testing.assert_allclose(np.float64(one), two, atol=relative * np.abs(two).max())


def plain(image, kernel):
  return tf.nn.conv2d(image, kernel, 1, "SAME")


def plainly_spread(small, kernel):
  return tf.nn.conv2d_transpose(small, kernel, [2, 7, 9, 3], 2, "VALID")


PLAIN = {
    "winograd": (winograd.convolved, plain, [(2, 6, 8, 3), (3, 3, 3, 5)]),
    "halved": (strided_convolution.halved,
               lambda large, kernel: tf.nn.conv2d(large, kernel, 2, "VALID"),
               [(2, 8, 10, 3), (3, 3, 3, 5)]),
    "spread": (strided_convolution.spread, plainly_spread, [(2, 3, 4, 5), (3, 3, 3, 5)])}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", PLAIN)
def test_results_and_gradients_are_those_of_tensorflow(name, compiled):
  function, oracle, shapes = PLAIN[name]
  arrays = [random_array(*shape, seed=seed) for seed, shape in enumerate(shapes)]
  expected = differentiated(oracle, *(np.float64(array) for array in arrays))
  run = tf.function(lambda *given: differentiated(function, *given), jit_compile=compiled,
                    autograph=False)
  assert_near(run(*arrays), expected)
  assert_near(differentiated(function, *(np.float64(array) for array in arrays)), expected, 1e-13)


@pytest.mark.parametrize("name", PLAIN)
def test_gradients_of_gradients_are_those_of_tensorflow(name):
  function, oracle, shapes = PLAIN[name]
  arrays = [np.float64(random_array(*shape, seed=seed)) for seed, shape in enumerate(shapes)]
  squared = lambda one: lambda *given: tf.add_n([
      tf.reduce_sum(gradient ** 2) for gradient in differentiated(one, *given)[1:]])
  assert_near(differentiated(squared(function), *arrays), differentiated(squared(oracle), *arrays),
              1e-12)


@pytest.mark.parametrize("name", PLAIN)
def test_sizes_may_be_unknown_when_tracing(name):
  function, _, shapes = PLAIN[name]
  arrays = [random_array(*shape, seed=seed) for seed, shape in enumerate(shapes)]
  any_size = tf.function(lambda *given: differentiated(function, *given), input_signature=[
      tf.TensorSpec([None, None, None, shapes[0][-1]]), tf.TensorSpec(shapes[1])],
                         autograph=False)
  assert_near(any_size(*arrays), differentiated(function, *arrays))


def test_winograd_is_as_exact_as_the_plain_sums():
  """At the sizes of a generator: the largest error against float64."""
  image, kernel = random_array(1, 32, 32, 256), 0.02 * random_array(3, 3, 256, 256, seed=1)
  exact = differentiated(plain, np.float64(image), np.float64(kernel))
  errors = [[np.abs(np.float64(one) - two).max() / np.abs(two).max()
             for one, two in zip(differentiated(way, image, kernel), exact)]
            for way in (winograd.convolved, plain)]
  for mine, theirs in zip(*errors):
    assert mine < max(2e-6, 2 * theirs)


@pytest.mark.parametrize("resample", [None, DOWN, UP])
def test_layers_are_near_float32_in_mixed_precision(resample, monkeypatch):
  monkeypatch.setattr(convolution, "_WINOGRAD_CHANNELS", 1)
  monkeypatch.setattr(convolution, "_WINOGRAD_PIXELS", 1)
  image, results = random_array(2, 6, 8, 16), []
  for policy in ("float32", "mixed_bfloat16"):
    conv = Conv(8, 3, padding=1, resample=resample, dtype=policy)
    with tf.GradientTape() as tape:
      out = conv(image)
      total = tf.reduce_sum(tf.cast(out, tf.float32) * random_array(*out.shape, seed=5))
    results.append([out, tape.gradient(total, conv.kernel)])
  assert results[1][0].dtype == tf.bfloat16 and results[1][1].dtype == tf.float32
  assert_near([np.float32(one) for one in results[1]], [one.numpy() for one in results[0]], 0.02)


@pytest.mark.parametrize("size, filters, dtype, shape, expected", [
    (3, 4, "float32", (2, 6, 8, 4), True), (3, 4, "float32", (2, 4, 8, 4), False),
    (3, 4, "float32", (2, 7, 8, 4), False), (3, 4, "float32", (2, 6, 8, 3), False),
    (3, 3, "float32", (2, 6, 8, 4), False), (1, 4, "float32", (2, 6, 8, 4), False),
    (3, 4, "mixed_bfloat16", (2, 6, 8, 4), False)])
def test_winograd_is_for_what_it_pays_for(size, filters, dtype, shape, expected, monkeypatch):
  """3x3 kernels and even sizes, above the two thresholds, in float32."""
  monkeypatch.setattr(convolution, "_WINOGRAD_CHANNELS", 4)
  monkeypatch.setattr(convolution, "_WINOGRAD_PIXELS", 48)
  asked = []
  monkeypatch.setattr(winograd, "convolved", lambda x, kernel: asked.append(x) or plain(x, kernel))
  Conv(filters, size, padding=size // 2, dtype=dtype)(random_array(*shape))
  assert bool(asked) == expected
