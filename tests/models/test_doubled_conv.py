"""Enlarging and convolving in one: the same as one after the other."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import torch_state
from models.layers.doubled_conv import DoubledConv, doubled_conv
from models.layers.linear_maps import Conv
from models.layers.resizing import doubled

BORDERS = {"CONSTANT": "CONSTANT", "SYMMETRIC": "REFLECT"}  # of the small, of the large picture


def plain(x, kernel, border):
  large = tf.pad(doubled(x), [[0, 0], [1, 1], [1, 1], [0, 0]], BORDERS[border])
  return tf.nn.conv2d(large, kernel, 1, "VALID")


def with_gradients(function, x, kernel, border):
  weights = tf.random.stateless_normal([2, 2 * x.shape[1], 2 * x.shape[2], kernel.shape[3]], [1, 2])
  with tf.GradientTape() as tape:
    tape.watch([x, kernel])
    out = function(x, kernel, border)
    total = tf.reduce_sum(weights * out)
  return [out, *tape.gradient(total, [x, kernel])]


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("height, width", [(5, 7), (2, 1), (4, 4)])
def test_it_is_enlarging_and_then_convolving(border, height, width):
  x = tf.random.stateless_normal([2, height, width, 3], [3, 4])
  kernel = tf.random.stateless_normal([3, 3, 3, 4], [5, 6])
  for ours, expected in zip(with_gradients(doubled_conv, x, kernel, border),
                            with_gradients(plain, x, kernel, border)):
    np.testing.assert_allclose(ours, expected, atol=2e-6 * np.abs(expected).max())


def test_of_any_size_and_compiled():
  kernel = tf.random.stateless_normal([3, 3, 3, 4], [5, 6])
  run = tf.function(lambda x: doubled_conv(x, kernel), [tf.TensorSpec([None, None, None, 3])],
                    jit_compile=True)
  x = tf.random.stateless_normal([1, 3, 6, 3], [3, 4])
  np.testing.assert_allclose(run(x), plain(x, kernel, "CONSTANT"), atol=1e-5)


def test_the_layer_is_the_convolution_of_the_same_variables():
  ours = DoubledConv(3, 4, use_bias=True, spectral=True, name="one")
  other = Conv(3, 4, 3, padding=1, use_bias=True, spectral=True, name="two")
  named = torch_state.named_variables(ours)
  for name, variable in torch_state.named_variables(other).items():
    variable.assign(named[name])
  x = tf.random.stateless_normal([2, 4, 5, 3], [3, 4])
  np.testing.assert_allclose(ours(x, training=True), other(doubled(x), training=True), atol=1e-5)
  again = DoubledConv.from_config(ours.get_config())
  assert again.get_config() == ours.get_config()
