"""The blocks of Sketch-to-Image: XLA, configs, mixed precision, the original's numbers."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from models.layers import torch_state
from models.layers.batch_norm import BatchNorm
from models.layers.linear_maps import Conv, Dense, DepthwiseConv, VectorToMap
from models.layers.noise import BatchNoise
from models.layers.noise_injection import NoiseInjection
from models.layers.spectral_norm import SpectralBatchNorm, SpectralNorm
from models.sketch2image.blocks import (DualMaskInjection, EncoderResidual, GeneratorResidual,
                                        SqueezeExcite, StyleScale)
from models.sketch2image.decoder import GatedUp
from models.sketch2image.discriminator import DownBlock
from models.sketch2image.refine_blocks import Down, NoisyUp, SeedMap
from tests.reference_checks import s2i_blocks
from tests.reference_checks.finding import require

S2I = pathlib.Path(__file__).parents[1] / "reference" / "s2i"


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


BLOCKS = {
    "SqueezeExcite": (lambda: SqueezeExcite(32, name="b"), [(2, 4, 4, 32)]),
    "EncoderResidual": (lambda: EncoderResidual(16, name="b"), [(2, 4, 4, 16)]),
    "GeneratorResidual": (lambda: GeneratorResidual(16, name="b"), [(2, 6, 6, 16)]),
    "Down": (lambda: Down(3, 16, name="b"), [(2, 8, 8, 3)]),
    "DownBlock": (lambda: DownBlock(3, 8, 4, name="b"), [(2, 8, 8, 3), (2, 16, 16, 4)]),
    "StyleScale": (lambda: StyleScale(6, 4, True, name="b"), [(2, 4, 4, 4), (2, 6)]),
    "NoisyUp": (lambda: NoisyUp(4, 3, name="b"), [(2, 4, 4, 4)]),
    "SeedMap": (lambda: SeedMap(6, (8, 4, 2), 2, 1, name="b"), [(2, 6)])}
WITHOUT_MODE = {
    "DualMaskInjection": (lambda: DualMaskInjection(8, name="b"), [(2, 4, 4, 8), (2, 4, 4, 2)]),
    "GatedUp": (lambda: GatedUp(4, 2, name="b"), [(2, 4, 4, 4)]),
    "NoiseInjection": (lambda: NoiseInjection(4, name="b"), [(2, 4, 4, 4)])}
NOISY = ("NoisyUp", "SeedMap", "NoiseInjection")


def run_block(name, block, jit_compile=False, training=True):
  """Results of two passes, the gradient of the second, and the state after them."""
  shapes = {**BLOCKS, **WITHOUT_MODE}[name][1]
  inputs = [random_array(*shape, seed=number) for number, shape in enumerate(shapes)]

  def both(seed, *inputs):
    noise = [BatchNoise(seed)] if name in NOISY else []
    mode = {"training": training} if name in BLOCKS else {}
    with tf.GradientTape() as tape:
      out = block(*inputs, *noise, **mode)
      total = tf.reduce_sum(tf.cast(out, tf.float32) ** 2)
    return out, tape.gradient(total, block.trainable_variables)

  run = tf.function(both, jit_compile=jit_compile, autograph=False)
  first, _ = run(tf.constant([1, 2]), *inputs)
  second, gradients = run(tf.constant([1, 3]), *inputs)
  return [first, second, *gradients, *block.variables]


@pytest.mark.parametrize("name", ["SeedMap", *(
    pytest.param(name, marks=pytest.mark.slow)
    for name in ("EncoderResidual", "GeneratorResidual", "DownBlock"))])
def test_compiled_blocks_equal_plain_ones(name):
  plain, compiled = (run_block(name, BLOCKS[name][0](), jit_compile=way) for way in (False, True))
  for ours, expected in zip(compiled, plain, strict=True):
    np.testing.assert_allclose(ours, expected, rtol=1e-3,
                               atol=1e-4 * max(1.0, float(tf.reduce_max(tf.abs(expected)))))


@pytest.mark.parametrize("name", [*BLOCKS, *WITHOUT_MODE])
def test_a_block_from_its_config_is_the_same_block(name):
  block = {**BLOCKS, **WITHOUT_MODE}[name][0]()
  again = tf.keras.layers.deserialize(tf.keras.layers.serialize(block))
  assert type(again) is type(block) and again.get_config() == block.get_config()
  ours, theirs = (torch_state.named_variables(one) for one in (again, block))
  assert set(ours) == set(theirs) and len(ours) == len(block.variables)
  for key, variable in theirs.items():
    np.testing.assert_array_equal(ours[key], variable)


@pytest.mark.parametrize("layer", [
    Conv(2, 3, 3, 2, 1, spectral=True, use_bias=True, seed=2), DepthwiseConv(4, 3, deviation=1.0),
    Dense(2, 3, use_bias=True), VectorToMap(2, 3, 4, spectral=True), SpectralBatchNorm(4, seed=1),
    BatchNorm(0.8, True, channels=3, gain_deviation=0.1, seed=2), SpectralNorm(3, 4, 5)],
                         ids=lambda layer: type(layer).__name__)
def test_a_layer_from_its_config_is_the_same_layer(layer):
  again = tf.keras.layers.deserialize(tf.keras.layers.serialize(layer))
  assert again.get_config() == layer.get_config()
  for ours, theirs in zip(again.variables, layer.variables, strict=True):
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", [*BLOCKS, *WITHOUT_MODE])
def test_blocks_under_mixed_precision(name):
  make = {**BLOCKS, **WITHOUT_MODE}[name][0]
  try:
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    out, _, *rest = run_block(name, make())
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert out.dtype == tf.bfloat16
  assert all(np.isfinite(np.asarray(one, np.float32)).all() for one in (out, *rest))
  assert all(one.dtype == tf.float32 for one in rest)
  expected = run_block(name, make())[0]
  largest = float(tf.reduce_max(tf.abs(expected)))
  np.testing.assert_allclose(tf.cast(out, tf.float32), expected, atol=0.08 * largest)


def test_blocks_are_the_originals():
  require(s2i_blocks.check(S2I / "blocks.npz"))
