"""Images per second of the FID network, beside the same network in PyTorch where it is installed.

  python benchmarks/inception.py
  python benchmarks/inception.py --batch_size=16 --repeats=2

All sides get the same random weights and the same images, run in turns in one process with as
many threads, and must give the same features to 1e-4. PyTorch runs with its usual layout, as
pytorch-fid does, and with channels last; the ratio is to the faster of the two. The share of the
peak counts the convolutions against the best product of two large matrices in the same run; on a
machine that is busy with other work, look at the figures by CPU seconds. Prints a table to stderr
and one JSON line to stdout.
"""

import importlib.util
import os
from collections.abc import Callable

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks.timing import Timed, timed
from data_tools.errors import UserError
from models.inception_v3.network import IMAGE_SIZE, InceptionV3

_BATCH = flags.DEFINE_integer("batch_size", 50, "Images at a time.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 3, "Timed batches of each side; the best counts.",
                                lower_bound=1)
_JIT = flags.DEFINE_boolean("jit_compile", False, "Compile our side with XLA.")
_TORCH = flags.DEFINE_boolean("torch", True, "Run PyTorch too, if it is installed.")
_TOLERANCE = 1e-4


def random_weights(network: InceptionV3, seed: int = 0) -> dict[str, np.ndarray]:
  """Gives a network weights that keep the size of its activations.

  Args:
    network: to fill.
    seed: of the kernels.

  Returns:
    The weights under the names of the public PyTorch file, channels first.
  """
  random, arrays = np.random.default_rng(seed), {}
  for name, unit in network.units().items():
    shape = unit.conv.kernel.shape
    kernel = random.standard_normal(shape, np.float32) * np.sqrt(2 / np.prod(shape[:3]))
    unit.conv.kernel.assign(kernel.astype(np.float32))
    arrays[f"{name}.conv.weight"] = unit.conv.kernel.numpy().transpose(3, 2, 0, 1)
    for entry, variable in (("weight", unit.norm.gamma), ("bias", unit.norm.beta),
                            ("running_mean", unit.norm.moving_mean),
                            ("running_var", unit.norm.moving_variance)):
      arrays[f"{name}.bn.{entry}"] = variable.numpy()
    arrays[f"{name}.bn.num_batches_tracked"] = np.int64(0)
  return arrays


def main() -> None:
  """Runs all sides in turns, compares the features and reports."""
  network = InceptionV3()
  weights = random_weights(network)
  images = np.random.default_rng(1).uniform(
      -1, 1, [_BATCH.value, IMAGE_SIZE, IMAGE_SIZE, 3]).astype(np.float32)
  run = tf.function(network, autograph=False, jit_compile=_JIT.value)
  on_device = tf.constant(images)
  sides = {"zoo": lambda: run(on_device).numpy()}
  if _TORCH.value and importlib.util.find_spec("torch"):
    sides |= _torch_sides(weights, images)
  else:
    cli.say("PyTorch is left out." if not _TORCH.value else "PyTorch is not installed.")
  times = _in_turns(sides, _REPEATS.value)
  product = matrix_peak()
  peak, cpu_peak = product.result / product.seconds, product.result / product.cpu_seconds
  flop = 2.0 * multiplications(network)
  report = {"benchmark": "inception", "batch_size": _BATCH.value, "jit_compile": _JIT.value,
            "threads": os.cpu_count(), "gflop_per_image": round(flop / 1e9, 3),
            "peak_gflops": round(peak / 1e9, 1)}
  for side, best in times.items():
    rate, cpu_rate = _BATCH.value / best.seconds, _BATCH.value / best.cpu_seconds
    shares = rate * flop / peak, cpu_rate * flop / cpu_peak
    report[side] = {"per_second": round(rate, 2), "per_cpu_second": round(cpu_rate, 2),
                    "share_of_peak": round(shares[0], 3),
                    "share_of_peak_by_cpu_seconds": round(shares[1], 3)}
    cli.say(f"{side:20s} {rate:7.2f} images/s {cpu_rate:7.2f} per CPU second, "
            f"{100 * shares[0]:.0f} % of {peak / 1e9:.0f} GFLOP/s "
            f"({100 * shares[1]:.0f} % by CPU seconds)")
  if "torch" in sides:
    report |= _compare(report, times)
  cli.emit(report)


def _torch_sides(weights: dict[str, np.ndarray], images: np.ndarray
                 ) -> dict[str, Callable[[], np.ndarray]]:
  import torch  # optional

  from benchmarks.torch_inception import TorchInception
  torch.set_num_threads(os.cpu_count() or 1)

  def side(layout: torch.memory_format) -> Callable[[], np.ndarray]:
    network = TorchInception()
    network.load(weights)
    network = network.to(memory_format=layout)
    inputs = torch.from_numpy(images.transpose(0, 3, 1, 2)).contiguous(memory_format=layout)
    return lambda: network(inputs).numpy()

  torch.set_grad_enabled(False)
  return {"torch": side(torch.contiguous_format),
          "torch_channels_last": side(torch.channels_last)}


def _in_turns(sides: dict[str, Callable[[], np.ndarray]], repeats: int) -> dict[str, Timed]:
  """The features of each side and its best times, after a run that isn't counted."""
  for run in sides.values():
    run()
  runs = [{side: timed(run) for side, run in sides.items()} for _ in range(repeats)]
  return {side: Timed(runs[0][side].result, min(one[side].seconds for one in runs),
                      min(one[side].cpu_seconds for one in runs)) for side in sides}


def _compare(report: dict, times: dict[str, Timed]) -> dict[str, float]:
  """Ratios of the rates, and how far the features are apart."""
  ours, *others = (times[side].result for side in times)
  apart = max(float(np.abs(ours - one).max() / np.abs(one).max()) for one in others)
  if not apart <= _TOLERANCE:
    raise UserError(f"The features differ by {apart:.1e} of the largest, so these rates mean "
                    "nothing; please report the versions of TensorFlow and PyTorch.")
  theirs = [report[side] for side in times if side != "zoo"]
  ratios = {name: round(report["zoo"][key] / max(side[key] for side in theirs), 2)
            for name, key in (("ratio", "per_second"), ("ratio_by_cpu_seconds", "per_cpu_second"))}
  cli.say(f"{ratios['ratio']} times PyTorch's better rate ({ratios['ratio_by_cpu_seconds']} by CPU "
          f"seconds); features equal to {apart:.0e}")
  return ratios | {"relative_difference": apart}


def matrix_peak(size: int = 2048, repeats: int = 5) -> Timed:
  """TensorFlow's product of two large float32 matrices, after one that is not counted.

  Returns:
    Its floating point operations as the result, and their times.
  """
  matrix = tf.random.stateless_normal([size, size], [3, 4])
  product = tf.function(lambda a: tf.matmul(a, a), autograph=False)
  product(matrix).numpy()
  best = timed(lambda: np.array(product(matrix)), repeats)
  return best._replace(result=2.0 * size**3)


def multiplications(network: InceptionV3) -> int:
  """Multiplications of the convolutions for one image."""
  graph = tf.function(network, autograph=False).get_concrete_function(
      tf.TensorSpec([1, IMAGE_SIZE, IMAGE_SIZE, 3])).graph
  return sum(int(np.prod(one.outputs[0].shape[1:3])) * int(np.prod(one.inputs[1].shape))
             for one in graph.get_operations() if one.type == "Conv2D")


if __name__ == "__main__":
  cli.run(main)
