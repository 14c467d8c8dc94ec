"""lmser/fid.npz: the network's features and blocks with weights that a rule generates."""

import functools
import json
import pathlib
import zlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from evaluate.inception_features import pytorch_fid_input
from models.inception_v3.network import InceptionV3
from pretrained.inception_weights import from_torch_names, graph_names
from tests.reference_checks.finding import Finding, relative

FEATURES = 1e-4
NAMES = "fid_inception_names_shapes.json"
_GRAPH_ENTRIES = {"conv2d_params": "conv.weight", "batchnorm/gamma": "bn.weight",
                  "batchnorm/beta": "bn.bias", "batchnorm/moving_mean": "bn.running_mean",
                  "batchnorm/moving_variance": "bn.running_var"}


def check(path: pathlib.Path) -> Iterator[Finding]:
  """The weights, the resize, the blocks' means and deviations, and the features."""
  arrays = dict(np.load(path, allow_pickle=False))
  names_file, seed = path.with_name(NAMES), int(arrays["in/seed"])
  weights = generated_weights(names_file, seed)
  names = sorted(weights)
  sums = [weights[name].sum(dtype=np.float64) for name in names]
  yield Finding("generated weights: sums", relative(sums, arrays["out/weight_checksums"]), 1e-9)
  firsts = [float(weights[name].flat[0]) for name in names]
  yield Finding("generated weights: first", relative(firsts, arrays["out/weight_first_value"]),
                1e-9)
  images = np.stack([pytorch_fid_input(image) for image in arrays["in/images"]])
  yield Finding("resized image", relative(images[0, ::4, ::4].transpose(2, 0, 1),
                                          arrays["out/resized_normalised_image0_every4"]), 1e-6)
  *blocks, features = generated_network(names_file, seed).blocks(images)
  for index, block in enumerate([*blocks, features[:, None, None]]):
    block = block.numpy().astype(np.float64)  # [B, H, W, C]
    for name, ours in (("means", block.mean(axis=(1, 2))), ("stds", block.std(axis=(1, 2)))):
      reference = arrays[f"out/block{index}_channel_{name}"]
      yield Finding(f"block {index}: {name}", relative(ours, reference), FEATURES)
    shape = tuple(arrays[f"out/block{index}_shape"])
    yield Finding(f"block {index}: shape",
                  float(tuple(np.array(block.shape)[[0, 3, 1, 2]]) != shape), 0)
  yield Finding("features", relative(features, arrays["out/pool3"]), FEATURES)


def generated_weights(names: pathlib.Path, seed: int | None = None) -> dict[str, np.ndarray]:
  """The rule's weights under the names of the PyTorch file, 566 of them.

  Args:
    names: JSON file with the shape of each name and a seed.
    seed: of the rule; None: that of the file.

  Returns:
    name -> float32 array, channels first (the counters int64).
  """
  return _weights(names, _seed_of(names) if seed is None else seed)


def generated_network(names: pathlib.Path, seed: int | None = None) -> InceptionV3:
  """The network with the rule's weights, made once: it takes longer than what most tests do."""
  return _network(names, _seed_of(names) if seed is None else seed)


def _seed_of(names: pathlib.Path) -> int:
  return json.loads(names.read_text())["seed"]


@functools.lru_cache(maxsize=1)
def _weights(names: pathlib.Path, seed: int) -> dict[str, np.ndarray]:
  shapes = json.loads(names.read_text())["shapes"]
  return {name: _generated(name, shape, seed) for name, shape in shapes.items()}


@functools.lru_cache(maxsize=1)
def _network(names: pathlib.Path, seed: int) -> InceptionV3:
  network = InceptionV3()
  from_torch_names(network, _weights(names, seed), "the generated weights")
  return network


def write_graph(path: pathlib.Path, weights: dict[str, np.ndarray]) -> None:
  """Writes weights as the constants of a frozen TensorFlow graph, named as the published one's.

  Args:
    path: of the .pb file.
    weights: under the names of the PyTorch file.
  """
  graph = tf.compat.v1.GraphDef()
  for unit, scope in graph_names().items():
    for entry, torch_entry in _GRAPH_ENTRIES.items():
      array = weights[f"{unit}.{torch_entry}"]
      array = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array  # [o, i, h, w] -> hwio
      node = graph.node.add(name=f"{scope}/{entry}", op="Const")
      node.attr["dtype"].type = tf.float32.as_datatype_enum
      node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(array))
  path.write_bytes(graph.SerializeToString())


def _generated(name: str, shape: list[int], seed: int) -> np.ndarray:
  if name.endswith("num_batches_tracked"):
    return np.zeros(shape, np.int64)
  z = np.random.RandomState((seed + zlib.crc32(name.encode())) % 2**32).randn(*shape)
  if len(shape) == 4:
    values = z * np.sqrt(2 / np.prod(shape[1:]))
  elif name.startswith("fc."):
    values = z * 0.01
  elif name.endswith("running_var"):
    values = np.exp(0.2 * z)
  else:
    values = 0.1 * z + float(name.endswith("weight"))
  return values.astype(np.float32)
