"""The depthwise convolution in groups of channels: TensorFlow's numbers, also where one is left."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import torch_state
from models.layers.grouped_depthwise import GROUP, GroupedDepthwiseConv, grouped_depthwise
from models.layers.linear_maps import DepthwiseConv


def with_gradients(function, x, kernel, weights):
  with tf.GradientTape() as tape:
    tape.watch([x, kernel])
    out = function(x, kernel)
    total = tf.reduce_sum(weights * out)
  return [out, *tape.gradient(total, [x, kernel])]


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("channels", [3, GROUP, 2 * GROUP + 5])
def test_it_is_tensorflows(channels, jit_compile):
  x = tf.random.stateless_normal([2, 5, 4, channels], [3, 4])
  kernel = tf.random.stateless_normal([5, 5, channels, 1], [5, 6])
  weights = tf.random.stateless_normal(x.shape, [1, 2])
  plain = lambda x, kernel: tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "SAME")
  run = tf.function(lambda *arrays: with_gradients(grouped_depthwise, *arrays),
                    jit_compile=jit_compile, autograph=False)
  expectations = with_gradients(plain, x, kernel, weights)
  for one, expected in zip(run(x, kernel, weights), expectations, strict=True):
    np.testing.assert_allclose(one, expected, atol=1e-5 * np.abs(expected).max())


def test_the_layer_is_the_other_one_of_the_same_variables():
  options = {"use_bias": True, "spectral": True}
  ours = GroupedDepthwiseConv(6, 5, name="one", **options)
  other = DepthwiseConv(6, 5, name="two", **options)
  named = torch_state.named_variables(ours)
  for name, variable in torch_state.named_variables(other).items():
    variable.assign(named[name])
  x = tf.random.stateless_normal([2, 4, 5, 6], [3, 4])
  np.testing.assert_allclose(ours(x, training=True), other(x, training=True), atol=1e-5)
  again = tf.keras.layers.deserialize(tf.keras.layers.serialize(ours))
  assert isinstance(again, GroupedDepthwiseConv) and again.get_config() == ours.get_config()
