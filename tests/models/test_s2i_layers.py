"""Spectral norm and linear maps: NumPy oracles, PyTorch's layouts and start values, replicas."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import torch_state
from models.layers.batch_norm import BatchNorm
from models.layers.initializers import FanInUniform, SeededNormal, UnitVector
from models.layers.linear_maps import Conv, Dense, DepthwiseConv, VectorToMap
from models.layers.spectral_norm import SpectralBatchNorm, SpectralNorm
from models.sketch2image.refine_blocks import Down
from tests.strategies import replicas

# A layer with spectral norm, the shape of its weight in PyTorch, the axis of its rows there.
SPECTRAL = {
    "conv": (lambda: Conv(3, 5, 4, spectral=True, name="a"), (5, 3, 4, 4), 0),
    "depthwise": (lambda: DepthwiseConv(6, 5, spectral=True, name="a"), (6, 1, 5, 5), 0),
    "dense": (lambda: Dense(3, 5, spectral=True, use_bias=True, name="a"), (5, 3), 0),
    "transposed": (lambda: VectorToMap(3, 5, 4, spectral=True, name="a"), (3, 5, 4, 4), 1)}


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def unit(vector):
  return vector / np.linalg.norm(vector)


# === Spectral norm ===


def spectral_layer(kind):
  """A layer with random state, that state in PyTorch's layout, and the weight as a matrix."""
  make, shape, rows_axis = SPECTRAL[kind]
  layer, weight = make(), random_array(*shape)
  matrix = np.moveaxis(weight, rows_axis, 0).reshape(shape[rows_axis], -1).astype(np.float64)
  state = {"weight_orig": weight, "weight_u": unit(random_array(matrix.shape[0], seed=1)),
           "weight_v": unit(random_array(matrix.shape[1], seed=2))}
  named = torch_state.named_variables(layer)
  for name, value in torch_state.from_torch(layer, state).items():
    named[name].assign(value)
  return layer, state, matrix


@pytest.mark.parametrize("kind", SPECTRAL)
def test_spectral_norm_makes_a_step_per_training_call_and_none_else(kind):
  layer, state, matrix = spectral_layer(kind)
  u, v = state["weight_u"].astype(np.float64), state["weight_v"].astype(np.float64)
  got = lambda training: layer.spectral(layer.kernel, training=training)
  kernel = layer.kernel.numpy()
  np.testing.assert_allclose(got(False), kernel / (u @ matrix @ v), rtol=2e-5)
  for _ in range(2):
    v = unit(matrix.T @ u)
    u = unit(matrix @ v)
    np.testing.assert_allclose(got(True), kernel / (u @ matrix @ v), rtol=1e-5)
    expected = torch_state.from_torch(layer, {"weight_u": u, "weight_v": v})
    np.testing.assert_allclose(layer.spectral.u, expected["weight_u"], atol=1e-6)
    np.testing.assert_allclose(layer.spectral.v, expected["weight_v"], atol=1e-6)
  layer.kernel.assign(2 * kernel)  # the stored vectors, the weight as it is now
  np.testing.assert_allclose(got(False), kernel / (u @ matrix @ v), rtol=1e-5)


def test_state_of_another_size_is_refused():
  layer = Conv(3, 5, 4, name="a")
  with pytest.raises(ValueError, match=r"weight has shape \(5, 2, 4, 4\), which does not fit"):
    torch_state.from_torch(layer, {"weight": random_array(5, 2, 4, 4)})
  assert not torch_state.from_torch(layer, {"num_batches_tracked": np.zeros([])})


def test_gradient_goes_through_sigma_and_not_through_the_vectors():
  layer, upstream = SpectralNorm(4, 3, name="a"), random_array(3, 4)
  weight = tf.Variable(random_array(3, 4, seed=1))
  with tf.GradientTape() as tape:
    total = tf.reduce_sum(layer(weight, training=True) * upstream)
  u, v, w = layer.u.numpy(), layer.v.numpy(), weight.numpy()
  sigma = v @ w @ u
  expected = upstream / sigma - (upstream * w).sum() / sigma ** 2 * np.outer(v, u)
  np.testing.assert_allclose(tape.gradient(total, weight), expected, rtol=1e-4, atol=1e-6)


def test_gains_of_a_spectral_batch_norm_have_length_one():
  layer, x = SpectralBatchNorm(16, name="a"), random_array(2, 3, 4, 16)
  plain = BatchNorm(channels=16)
  gains = random_array(16, seed=3)
  layer.gamma.assign(gains)
  got = layer(x, training=True)
  np.testing.assert_allclose(got, plain(x, training=True) * unit(gains), atol=1e-5)
  assert abs(layer.spectral.v.numpy()[0]) == 1
  layer.gamma.assign(3 * gains)
  np.testing.assert_allclose(layer(x), plain(x) * unit(gains), atol=1e-5)
  assert set(torch_state.named_variables(layer)) == {
      "weight_orig", "weight_u", "weight_v", "bias", "running_mean", "running_var"}


def test_two_replicas_keep_equal_vectors():
  """Those of a single one, with no exchange; statistics of a batch norm are each replica's."""
  strategy, x = replicas(2), random_array(2, 8, 8, 5)
  make = lambda: Down(5, 16, seed=4, name="a")
  with strategy.scope():
    layer = make()
  parts = strategy.experimental_distribute_values_from_function(
      lambda context: tf.constant(x[context.replica_id_in_sync_group][None]))
  for _ in range(2):
    tf.function(lambda parts: strategy.run(lambda x: layer(x, training=True),
                                                     (parts,)))(parts)
  single = make()
  single(x, training=True)
  single(x, training=True)
  for variable, expected in ((layer.conv.spectral.u, single.conv.spectral.u),
                             (layer.conv.spectral.v, single.conv.spectral.v)):
    first, second = (one.numpy() for one in strategy.experimental_local_results(variable))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, expected, atol=1e-6)


# === Linear maps ===


@pytest.mark.parametrize("height, width", [(8, 6), (9, 7)])
@pytest.mark.parametrize("size, strides, padding", [(3, 1, 1), (3, 2, 1), (4, 2, 1), (4, 1, 0),
                                                    (1, 1, 0)])
def test_convolution_pads_both_ends_alike(size, strides, padding, height, width):
  layer, x = Conv(2, 3, size, strides, padding, use_bias=True), random_array(2, height, width, 2)
  layer.bias.assign(bias := random_array(3, seed=1))
  kernel = layer.kernel.numpy().astype(np.float64)
  padded = np.pad(x, [(0, 0), (padding,) * 2, (padding,) * 2, (0, 0)])
  sides = [(side + 2 * padding - size) // strides + 1 for side in (height, width)]
  expected = np.stack([np.stack([
      np.einsum("bijc,ijco->bo", padded[:, strides * row:strides * row + size,
                                        strides * column:strides * column + size], kernel)
      for column in range(sides[1])], 1) for row in range(sides[0])], 1) + bias
  np.testing.assert_allclose(layer(x), expected, atol=1e-5)
  unknown = tf.function(layer, [tf.TensorSpec([None, None, None, 2])])
  np.testing.assert_allclose(unknown(x), expected, atol=1e-5)


def test_depthwise_and_transposed_convolution():
  layer, x = DepthwiseConv(3, 5, deviation=1.0), random_array(2, 6, 7, 3)
  padded, kernel = np.pad(x, [(0, 0), (2, 2), (2, 2), (0, 0)]), layer.kernel.numpy()
  expected = sum(padded[:, i:i + 6, j:j + 7] * kernel[i, j, 0]
                 for i in range(5) for j in range(5))
  np.testing.assert_allclose(layer(x), expected, atol=1e-4)
  spread, vector = VectorToMap(4, 3, 5), random_array(2, 4)
  expected = np.einsum("bi,ihwo->bhwo", vector, spread.kernel)
  np.testing.assert_allclose(spread(vector), expected, atol=1e-5)


def test_start_values_are_pytorchs():
  conv = Conv(6, 50, 4, use_bias=True, seed=1, name="a")
  bound = (4 * 4 * 6) ** -0.5
  for values in (conv.kernel.numpy(), conv.bias.numpy()):
    assert 0.85 * bound < np.abs(values).max() <= bound and values.min() < 0
  assert 0.9 * bound < np.abs(Dense(7, 90, name="b").kernel.numpy()).max() / (96 / 7) ** 0.5
  # A transposed convolution counts the channels that come out.
  spread = np.abs(VectorToMap(40, 6, 4).kernel.numpy()).max()
  assert 0.9 * bound < spread <= bound
  depthwise = DepthwiseConv(100, 5, deviation=1.0).kernel.numpy()
  assert abs(depthwise.std() - 1) < 0.05 and abs(depthwise.mean()) < 0.05
  again, other, next_seed = (Conv(6, 50, 4, seed=seed, name=name).kernel.numpy()
                             for seed, name in ((1, "a"), (1, "b"), (2, "a")))
  np.testing.assert_array_equal(again, conv.kernel)
  assert not np.any(again == other) and not np.any(again == next_seed)
  norm = SpectralNorm(30, 20)
  np.testing.assert_allclose([np.linalg.norm(norm.u), np.linalg.norm(norm.v)], 1, rtol=1e-6)


def test_initializers_from_their_configs():
  for start in (FanInUniform(4, (1, 2)), SeededNormal(1.0, 0.1, (1, 2)), UnitVector((1, 2))):
    again = type(start).from_config(start.get_config())
    np.testing.assert_array_equal(again([3]), start([3]))
