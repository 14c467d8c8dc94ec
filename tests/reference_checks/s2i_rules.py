"""How the reference files of the sketch-to-image program give what they do not store.

Weights and pictures are made by rule from a seed; large results are stored in samples. Everything
comes out in our layout: pictures and maps [B, H, W, C], weights as `torch_state` has them.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from models.layers import torch_state
from models.layers.noise import Noise
from tests.reference_checks.finding import Finding, relative

# The original counts batches, which nothing depends on.
UNUSED = "num_batches_tracked"
# Without effect: parameters for shoes, and the auto-encoder's classifier.
NOT_OURS = ("bs_", "style_encoder.final_cls")


def meta_of(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
  """What a file says about itself."""
  return json.loads(str(arrays["meta/json"]))


def weights_of(arrays: dict[str, np.ndarray], prefix: str = "") -> dict[str, np.ndarray]:
  """The state dict in PyTorch's layout: stored entries, and those given by rule."""
  start = f"weights/{prefix}"
  stored = {key.removeprefix(start): array for key, array in arrays.items()
            if key.startswith(start) and not key.endswith(UNUSED)}
  rules = json.loads(str(arrays["rules/json"]))
  return stored | {name.removeprefix(prefix): generated(**rule) for name, rule in rules.items()
                   if name.startswith(prefix)}


def generated(shape: Sequence[int], seed: int, scale: float, offset: float,
              rule_name: str) -> np.ndarray:
  """One tensor by rule."""
  random = np.random.RandomState((seed + zlib.crc32(rule_name.encode("utf-8"))) % 2**32)
  return (offset + scale * random.randn(*shape)).astype(np.float32)


def assign(network: tf.Module, weights: dict[str, np.ndarray]) -> None:
  """Gives every variable its value; the network has no others, and lacks none but unused ones."""
  named, values = torch_state.named_variables(network), torch_state.from_torch(network, weights)
  missing, left = set(named) - set(values), set(weights) - set(values)
  assert not missing and all(name.startswith(NOT_OURS) for name in left), (missing, left)
  assert {id(one) for one in named.values()} == {id(one) for one in network.variables}
  for name, variable in named.items():
    variable.assign(values[name])


def picture(rule: str, seed: int, B: int, C: int, S: int,  # pylint: disable=invalid-name
            u8_sum: int) -> tf.Tensor:
  """A batch of noisy pictures of 8x8 squares: float32 [B, S, S, C] in [-1, 1]."""
  assert rule == "img"
  squares = np.random.RandomState(seed).randint(0, 256, (B, C, S // 8, S // 8))
  noise = np.random.RandomState(seed + 1).randint(-40, 41, (B, C, S, S))
  whole = np.clip(squares.repeat(8, axis=2).repeat(8, axis=3) + noise, 0, 255).astype(np.uint8)
  assert whole.sum(dtype=np.int64) == u8_sum
  return channels_last(whole.astype(np.float32) / np.float32(127.5) - np.float32(1))


def channels_last(array: np.ndarray) -> tf.Tensor:
  """[B, C, H, W] -> [B, H, W, C]; other ranks as they are."""
  return tf.constant(array.transpose(0, 2, 3, 1) if array.ndim == 4 else array)


def channels_first(tensor: tf.Tensor) -> np.ndarray:
  """[B, H, W, C] -> [B, C, H, W]; other ranks as they are."""
  array = np.asarray(tensor)
  return array.transpose(0, 3, 1, 2) if array.ndim == 4 else array


class RuleNoise(Noise):
  """The numbers that stood in for the original's in one forward pass.

  Args:
    seed: of draw 0; draw n has seed + n.
    coins: what falls, in order.
  """

  def __init__(self, seed: int, coins: Sequence[bool] = ()):
    super().__init__()
    self._seed, self._coins = seed, iter(coins)

  def normal(self, rows, shape):
    # All of a picture's draws have one channel, so that the two layouts hold the same numbers.
    drawn = np.random.RandomState(self._seed + self._number()).randn(int(rows), *shape)
    return tf.constant(drawn, tf.float32)

  def coin(self):
    return tf.constant([bool(next(self._coins))])


def compare(name: str, ours: tf.Tensor, arrays: dict[str, np.ndarray], tolerance: float,
            sampled: dict[str, Any] | None = None) -> Iterator[Finding]:
  """A result, or the stored samples of it: a stride, two corners, mean and deviation."""
  ours, how = channels_first(ours), (sampled or {}).get(name)
  if how is None:
    reference = arrays[f"out/{name}"]
    yield Finding(name, relative(np.reshape(ours, reference.shape), reference), tolerance)
    return
  stride, edge, exact = how["stride"], how["edge"], ours.astype(np.float64)
  samples = {"strided": ours[..., ::stride, ::stride], "tl": ours[..., :edge, :edge],
             "br": ours[..., -edge:, -edge:], "mean": exact.mean(axis=(2, 3)),
             "std": exact.std(axis=(2, 3))}
  # Corners and means are judged by the scale of the whole.
  largest = max(np.abs(arrays[f"out/{name}__{part}"]).max() for part in ("strided", "tl", "br"))
  worst = max(_apart(sample, arrays[f"out/{name}__{part}"]) for part, sample in samples.items())
  yield Finding(name, worst / largest, tolerance)


def _apart(ours, reference):
  return np.abs(ours - reference).max() if ours.shape == reference.shape else np.inf


def compare_state(name: str, network: tf.Module, references: dict[str, np.ndarray],
                  tolerance: float) -> Finding:
  """The worst variable of those that a reference has, by its names and layout."""
  references = {key: array for key, array in references.items() if not key.endswith(UNUSED)}
  named, expected = (torch_state.named_variables(network),
                     torch_state.from_torch(network, references))
  assert set(expected) == set(references), set(references) - set(expected)
  worst = max((relative(named[key], array) for key, array in expected.items()), default=0.0)
  return Finding(f"{name}: {len(expected)} buffers", worst, tolerance)
