"""lpips_vgg.npz, lpips_alex.npz, lpips_squeeze.npz: features, distances, maps and gradients.

The calibration heads are not ours to distribute, so the files of this repository lack them; what
needs them is compared where a file has them (weights/lin<l>.model.1.weight).
"""

import json
import pathlib
import zlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.lpips.model import Lpips
from pretrained import lpips_weights
from tests.reference_checks.finding import FORWARD, Finding, relative

DISTANCE = 1e-5  # absolute; the distances are 0.02 to 0.2
GRADIENT = 1e-4  # of the largest entry


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Everything that the file allows."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  model = reference_model(arrays)
  pred, target = pictures(arrays, "pred"), pictures(arrays, "target")
  for level, ours in enumerate(model.features(pred)):
    yield from _compare(f"feat{level}", ours, arrays, FORWARD)
  if not heads_of(arrays):
    return
  error = lpips_weights.sum_error(model.net, heads_of(arrays))
  yield Finding("sums of the heads", error, lpips_weights.SUM_TOLERANCE)
  yield from _distances(model, pred, target, arrays)
  yield from _compare("grad_pred_first2", gradient(model, pred[:2], target[:2]), arrays, GRADIENT)


def _distances(model, pred, target, arrays):
  unit = lambda images: 2 * ((images + 1) / 2) - 1  # given in [0, 1], mapped to [-1, 1]
  for name, ours in (("per_layer", tf.transpose(model.per_layer(pred, target))),
                     ("distance", model(pred, target)),
                     ("distance_swapped", model(target, pred)),
                     ("distance_normalize_true", model(unit(pred), unit(target)))):
    reference = arrays[f"out/{name}"]
    yield Finding(name, np.abs(np.reshape(ours, reference.shape) - reference).max(), DISTANCE)
  if "out/distance_spatial" in arrays:  # the original fails at some sizes
    ours = channels_first(model.spatial(pred, target))
    yield Finding("distance_spatial", np.abs(ours - arrays["out/distance_spatial"]).max(), DISTANCE)


def reference_model(arrays: dict[str, np.ndarray]) -> Lpips:
  """The net with the rule's backbone, and the file's heads if it has them."""
  config = json.loads(str(arrays["meta/json"]))["config"]
  model = Lpips(config["net"])
  ones = {f"lin{level}.model.1.weight": np.ones([1, head.shape[0], 1, 1], np.float32)
          for level, head in enumerate(model.heads)}
  lpips_weights.assign(model, backbone_of(arrays), heads_of(arrays) or ones)
  return model


def backbone_of(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
  """The backbone's tensors under their torchvision names: stored ones, and those given by rule."""
  stored = {key.removeprefix("weights/"): array for key, array in arrays.items()
            if key.startswith("weights/features.")}
  rules = json.loads(str(arrays["rules/json"]))
  return stored | {name: _generated(**rule) for name, rule in rules.items()}


def _generated(shape, seed, scale, offset, rule_name):
  random = np.random.RandomState((seed + zlib.crc32(rule_name.encode("utf-8"))) % 2**32)
  return (offset + scale * random.randn(*shape)).astype(np.float32)


def heads_of(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
  """The calibration weights under their own names; empty if the file lacks them."""
  return {key.removeprefix("weights/"): array for key, array in arrays.items()
          if key.startswith("weights/lin")}


def pictures(arrays: dict[str, np.ndarray], side: str) -> tf.Tensor:
  """`pred` or `target`: float32 [B, H, W, 3] in [-1, 1]."""
  stored = arrays[f"in/{side}_u8"].transpose(0, 2, 3, 1)
  return tf.constant(stored.astype(np.float32) / np.float32(127.5) - np.float32(1))


def gradient(model: Lpips, pred: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
  """Of the summed distance, with respect to `pred`."""
  with tf.GradientTape() as tape:
    tape.watch(pred)
    total = tf.reduce_sum(model(pred, target))
  return tape.gradient(total, pred)


def channels_first(values: tf.Tensor) -> np.ndarray:
  """[B, H, W, C] -> [B, C, H, W]."""
  return np.asarray(values).transpose(0, 3, 1, 2)


def _compare(name, ours, arrays, tolerance):
  """A result that may be stored in samples: a stride, two corners, mean and deviation."""
  ours = channels_first(ours)
  how = json.loads(str(arrays["meta/json"]))["sampled"].get(name)
  if how is None:
    yield Finding(name, relative(ours, arrays[f"out/{name}"]), tolerance)
    return
  stride, edge, exact = how["stride"], how["edge"], ours.astype(np.float64)
  samples = {"strided": ours[..., ::stride, ::stride], "tl": ours[..., :edge, :edge],
             "br": ours[..., -edge:, -edge:], "mean": exact.mean(axis=(2, 3)),
             "std": exact.std(axis=(2, 3))}
  for part, sample in samples.items():
    yield Finding(f"{name} {part}", relative(sample, arrays[f"out/{name}__{part}"]), tolerance)
