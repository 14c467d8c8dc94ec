"""blocks.npz: every block of the sketch-to-image networks alone, with gradients.

Measured by the reference itself, other convolution kernels change results and gradients by about
1e-6 of the largest value. A gradient that is zero in theory (of an offset before another batch
norm) is noise of 1e-6.
"""

import pathlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from models.layers import torch_state
from models.layers.gates import glu
from models.layers.noise_injection import NoiseInjection
from models.layers.resizing import tiled
from models.sketch2image.blocks import (DualMaskInjection, EncoderResidual, GeneratorResidual,
                                        SqueezeExcite)
from models.sketch2image.decoder import GatedUp
from models.sketch2image.discriminator import DownBlock
from models.sketch2image.refine_blocks import Down, NoisyUp, SeedMap
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import Finding

FORWARD = 1e-5
GRADIENTS = 1e-5
# Gradients below this share of the block's largest are zero in theory, and measured by the largest.
NO_GRADIENT = 1e-5


class GivenNoise(s2i_rules.RuleNoise):
  """A stored map as the only draw."""

  def __init__(self, drawn: tf.Tensor):
    super().__init__(0)
    self._given = drawn

  def normal(self, rows, shape):
    return self._given


class Case(NamedTuple):
  """How a block is made and called."""

  block: tf.Module
  # Inputs, noise and whether it is a training pass -> result.
  run: Callable[..., tf.Tensor]


def _layer(block, noisy=False):
  def run(inputs, noise, training):
    block_inputs = [*inputs, noise] if noisy else inputs
    return block(*block_inputs, training=training)
  return Case(block, run)


def _plain(function):
  return Case(tf.keras.layers.Layer(), lambda inputs, noise, training: function(*inputs))


def _injection(given):
  block = NoiseInjection(8)
  return Case(block, lambda inputs, noise, training: block(
      inputs[0], GivenNoise(inputs[1]) if given else noise))


def _mask():
  block = DualMaskInjection(8)
  return Case(block, lambda inputs, noise, training: block(*inputs))


def _up():
  block = GatedUp(8, 6)
  return Case(block, lambda inputs, noise, training: block(*inputs))


CASES: dict[str, Callable[[], Case]] = {
    "DMI": _mask, "DMI_repeat_resize": _mask,
    "Swish": lambda: _plain(tf.nn.silu), "GLU": lambda: _plain(glu),
    "NoiseInjection": lambda: _injection(False), "NoiseInjection_given": lambda: _injection(True),
    "SELayer": lambda: _layer(SqueezeExcite(32)),
    "ResBlkG": lambda: _layer(GeneratorResidual(16)),
    "ResBlkE": lambda: _layer(EncoderResidual(16)),
    "up_decoder": _up,
    "down_gan": lambda: _layer(Down(5, 8)), "down_gan_odd": lambda: _layer(Down(5, 8)),
    "up_gan": lambda: _layer(NoisyUp(6, 5), noisy=True),
    "repeat_upscale": lambda: _plain(lambda x: tiled(x, 2)),
    "repeat_upscale3": lambda: _plain(lambda x: tiled(x, 3)),
    "DownBlock_skip": lambda: _layer(DownBlock(6, 8, 4)),
    "DownBlock_noskip": lambda: _layer(DownBlock(6, 8)),
    "DownBlock_skip_unused": lambda: _layer(DownBlock(6, 8, 4)),
    "convtranspose_sn": lambda: _layer(SeedMap(10, (8,), 4, 1), noisy=True)}


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Both modes, buffers after a training pass, gradients."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  tags = s2i_rules.meta_of(arrays)["config"]
  assert set(tags) == set(CASES), set(tags) ^ set(CASES)
  for tag in tags:
    yield from check_block(tag, arrays)


def check_block(tag: str, arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """All that is stored of one block."""
  case = CASES[tag]()
  weights = s2i_rules.weights_of(arrays, f"{tag}/")
  s2i_rules.assign(case.block, weights)
  noise_seed = s2i_rules.meta_of(arrays)["noise"].get(tag, {"seed": 0})["seed"]
  inputs = [s2i_rules.channels_last(arrays[f"in/{tag}/x{number}"])
            for number in range(2) if f"in/{tag}/x{number}" in arrays]
  run = lambda training: case.run(inputs, s2i_rules.RuleNoise(noise_seed), training)
  yield from s2i_rules.compare(f"{tag}/eval", run(False), arrays, FORWARD)
  sources = {f"x{number}": one for number, one in enumerate(inputs)}
  trained = {name: variable for name, variable in torch_state.named_variables(case.block).items()
             if variable.trainable}
  with tf.GradientTape() as tape:
    tape.watch(inputs)
    out = run(True)
    total = tf.reduce_sum(out * s2i_rules.channels_last(arrays[f"in/{tag}/gout"]))
  yield from s2i_rules.compare(f"{tag}/train", out, arrays, FORWARD)
  after = _below(arrays, f"out/{tag}/train_after/")
  if after:
    yield s2i_rules.compare_state(f"{tag}/train_after", case.block, after, FORWARD)
  yield _gradients(tag, case.block, tape.gradient(total, sources | trained), arrays)


def _gradients(tag, block, ours, arrays):
  stored = _below(arrays, f"out/{tag}/train_grad/")
  expected = {name: np.asarray(s2i_rules.channels_last(array)) for name, array in stored.items()
              if name in ("x0", "x1")} | torch_state.from_torch(block, stored)
  assert set(expected) == set(stored) == {name for name, one in ours.items() if one is not None}
  sizes = {name: np.abs(array).max() for name, array in expected.items()}
  largest = max(sizes.values())
  unit = {name: size if size > NO_GRADIENT * largest else largest for name, size in sizes.items()}
  worst = max(np.abs(ours[name] - array).max() / unit[name] for name, array in expected.items())
  return Finding(f"{tag}: {len(expected)} gradients", worst, GRADIENTS)


def _below(arrays, prefix):
  return {key.removeprefix(prefix): array for key, array in arrays.items()
          if key.startswith(prefix)}
