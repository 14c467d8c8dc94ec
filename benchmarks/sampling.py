"""How much faster a batch of sketches is drawn than one sketch after the other.

  python benchmarks/sampling.py --sizes=512,2048 --batch_sizes=64,128,256,512

Every sketch is drawn to its full length: the end token is made impossible. Rates are of the best
of some runs after the first. The share of the peak counts the matrix products only, against the
best product of two large matrices in the same run; on a machine that is busy with other work, look
at the share by CPU seconds. RPCL-pix2seq's own program (TensorFlow 1.12,
hyper cell, code size 128, 100 steps, two idle cores with a peak of 406 GFLOP/s) draws 8.26 sketches
per second at 512 units and 1.49 at 2048. Prints a table to stderr and one JSON line to stdout.
"""

import time
from collections.abc import Callable

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from models.rpcl_pix2seq.sampling import sample_strokes
from models.rpcl_pix2seq.stroke_decoder import StrokeDecoder

_SIZES = flags.DEFINE_list("sizes", ["512", "2048"], "Units of the decoder, one run each.")
_BATCHES = flags.DEFINE_list("batch_sizes", ["128", "256", "512"], "Sketches drawn at a time.")
_CELL = flags.DEFINE_enum("cell", "hyper", ["lstm", "layer_norm", "hyper"], "Of the decoder.")
_STEPS = flags.DEFINE_integer("steps", 100, "Points of every sketch.", lower_bound=1)
_Z_SIZE = flags.DEFINE_integer("z_size", 128, "Size of the codes.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 3, "Timed runs; the best counts.", lower_bound=1)
_JIT = flags.DEFINE_enum("jit_compile", "both", ["no", "yes", "both"], "XLA for the small parts.")
_ORIGINAL = {512: 1 / 0.121, 2048: 1 / 0.670}  # sketches per second
_PEN_END = 2  # of the head's bias


def main() -> None:
  """Runs every size and reports."""
  tf.get_logger().setLevel("ERROR")  # building a graph for every setting is meant
  results = [_bench_size(int(units)) for units in _SIZES.value]
  cli.emit({"benchmark": "sampling", "cell": _CELL.value, "steps": _STEPS.value,
            "z_size": _Z_SIZE.value, "sizes": results})


def endless_decoder(units: int, jit_compile: bool = False) -> StrokeDecoder:
  """A random decoder that never draws the end token.

  Args:
    units: of the cell.
    jit_compile: of the decoder.
  """
  decoder = StrokeDecoder(units, _Z_SIZE.value, _CELL.value, jit_compile=jit_compile)
  decoder(tf.zeros([1, _Z_SIZE.value]), tf.zeros([1, 1, 5]))  # makes the weights
  bias = decoder.head.bias.numpy()
  bias[_PEN_END] = -1e4
  decoder.head.bias.assign(bias)
  return decoder


def _bench_size(units: int) -> dict[str, object]:
  decoder = endless_decoder(units)
  flop = _flop_per_sketch(decoder)
  original = _ORIGINAL.get(units) if _CELL.value == "hyper" else None
  kinds = {"no": [False], "yes": [True], "both": [False, True]}[_JIT.value]
  peak, cpu_peak = matrix_peak()
  one, _ = max(_rate(decoder, 1, jit) for jit in kinds)
  runs = []
  for jit in kinds:
    for batch in map(int, _BATCHES.value):
      rate, cpu_rate = _rate(decoder, batch, jit)
      peak, cpu_peak = map(max, (peak, cpu_peak), matrix_peak())
      runs.append({"batch_size": batch, "jit_compile": jit, "per_second": round(rate, 2),
                   "per_cpu_second": round(cpu_rate, 2)})
      cli.say(f"{units} units, batch {batch:4d}, XLA {'on ' if jit else 'off'}: {rate:7.1f} "
              f"sketches/s, {cpu_rate:6.1f} per CPU second")
  best = max(runs, key=lambda run: run["per_second"])
  report = {"units": units, "one_at_a_time_per_second": round(one, 2), "best": best, "runs": runs,
            "ratio": round(best["per_second"] / one, 2), "peak_gflops": round(peak / 1e9, 1),
            "share_of_peak": round(best["per_second"] * flop / peak, 3),
            "share_of_peak_by_cpu_seconds": round(
                max(run["per_cpu_second"] for run in runs) * flop / cpu_peak, 3),
            "gflop_per_sketch": round(flop / 1e9, 3)}
  if original:
    report["ratio_to_original"] = round(best["per_second"] / original, 2)
  cli.say(f"{units} units: one at a time {one:.1f}/s; best {report['ratio']} times that, "
          f"{100 * report['share_of_peak']:.0f} % of {report['peak_gflops']:.0f} GFLOP/s "
          f"({100 * report['share_of_peak_by_cpu_seconds']:.0f} % by CPU seconds)"
          + (f"; {report['ratio_to_original']} times the original's {original:.2f}/s"
             if original else ""))
  return report


def _flop_per_sketch(decoder: StrokeDecoder) -> float:
  """Floating point operations of the matrix products of one sketch."""
  cell = decoder.cell
  kernels = [kernel for _, kernel in cell.state_kernels()]
  kernels += [kernel[:5] for kernel in cell.input_kernels()] + [decoder.head.kernel]
  if _CELL.value == "hyper":
    kernels += [cell.embedding_kernel, cell.modulation_kernel]
  return 2.0 * _STEPS.value * sum(int(np.prod(kernel.shape)) for kernel in kernels)


def _rate(decoder: StrokeDecoder, batch: int, jit_compile: bool) -> tuple[float, float]:
  """Sketches per second and per CPU second."""
  decoder.jit_compile = jit_compile
  sample = tf.function(lambda code, temperature, seed: sample_strokes(
      decoder, code, temperature, seed, _STEPS.value), autograph=False)
  code = tf.random.stateless_normal([batch, _Z_SIZE.value], [1, 2])
  arguments = code, tf.fill([batch], 0.24), tf.range(batch)
  wall, cpu = _best_time(lambda: sample(*arguments), _REPEATS.value)
  return batch / wall, batch / cpu


def matrix_peak(size: int = 2048, repeats: int = 5) -> tuple[float, float]:
  """Most floating point operations that a product of matrices makes per second and CPU second."""
  matrix = tf.random.stateless_normal([size, size], [3, 4])
  product = tf.function(lambda a: tf.matmul(a, a), autograph=False)
  wall, cpu = _best_time(lambda: (product(matrix),), repeats)
  return 2.0 * size**3 / wall, 2.0 * size**3 / cpu


def _best_time(work: Callable[[], tuple[tf.Tensor, ...]], repeats: int) -> tuple[float, float]:
  """Least wall and CPU seconds of some runs, after one that is not counted."""
  walls, cpus = [], []
  for _ in range(repeats + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    for result in work():
      result.numpy()
    walls.append(time.perf_counter() - wall)
    cpus.append(time.process_time() - cpu)
  return min(walls[1:]), min(cpus[1:])


if __name__ == "__main__":
  cli.run(main)
