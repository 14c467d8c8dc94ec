"""Training step of RPCL-pix2seq: the fast decoder against the plain one, and against the peak.

  python benchmarks/train_step.py --size=512
  python benchmarks/train_step.py --size=2048 --noxla

All variants run by turns in one process; figures are the best of --repeats. The share of the peak
counts the multiply-adds that the original's step needs (products and convolutions, forward and
backward), against the rate of a large matrix product measured in the same run.
"""

import time

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags
import numpy as np
import tensorflow as tf

from benchmarks.plain_cells import plain_sequence
from benchmarks.step_flops import flops
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq, adam
from models.rpcl_pix2seq.stroke_decoder import StrokeDecoder

SIZES = {"512": (512, 64, 100), "2048": (2048, 32, 60), "tiny": (16, 4, 6)}  # units, B, T

flags.DEFINE_enum("size", "512", sorted(SIZES), "Decoder units; batch and length belong to it.")
flags.DEFINE_integer("repeats", 3, "Steps measured of each variant.", lower_bound=1)
flags.DEFINE_boolean("xla", True, "Measure the variants compiled by XLA too.")


class PlainDecoder(StrokeDecoder):
  """The stroke decoder with the plain loop (no dropout)."""

  kind = "hyper"

  def call(self, code, points, dropout_seed=None):
    outputs, last = plain_sequence(self.cell, self.kind, code, tf.transpose(points, [1, 0, 2]),
                                   self.initial(code))
    return tf.transpose(self.head(outputs), [1, 0, 2]), last


def make_step(config, plain: bool, xla: bool):
  """A compiled training step on random data."""
  model = RpclPix2Seq(config, jit_compile_decoder=xla and not plain)
  if plain:
    model.stroke_decoder = PlainDecoder(config.dec_rnn_size, config.z_size)
    model.stroke_decoder(tf.zeros([1, config.z_size]), tf.zeros([1, 2, 5]))
  model.compile(optimizer=adam(config))
  rows, steps = config.batch_size, config.max_seq_len
  data = {"image": tf.random.uniform([rows, 48, 48, 1], -1, 1),
          "strokes": tf.one_hot(tf.random.uniform([rows, steps + 1], 0, 3, tf.int32), 5)}
  # XLA can't differentiate a loop across its border, so the plain step is compiled whole.
  return tf.function(lambda: model.train_step(data)["loss"], jit_compile=plain and xla)


def measure(steps: dict) -> dict[str, dict[str, float]]:
  """Wall and CPU seconds of each step, the best of the repeats, taken by turns."""
  first = {}
  for name, step in steps.items():
    cli.say(f"building {name}")
    start = time.monotonic()
    step().numpy()
    first[name] = time.monotonic() - start
  best = {name: {"seconds": np.inf, "cpu_seconds": np.inf, "first": first[name]} for name in steps}
  for _ in cli.progress(range(flags.FLAGS.repeats), desc="steps"):
    for name, step in steps.items():
      wall, cpu = time.monotonic(), time.process_time()
      step().numpy()
      best[name]["seconds"] = min(best[name]["seconds"], time.monotonic() - wall)
      best[name]["cpu_seconds"] = min(best[name]["cpu_seconds"], time.process_time() - cpu)
  return best


def peak_flops(size: int = 4096) -> float:
  """Floating-point operations a second of a size^3 product, the best of three."""
  matrix = tf.random.normal([size, size])
  product = tf.function(tf.matmul)
  product(matrix, matrix)
  times = []
  for _ in range(3):
    start = time.monotonic()
    product(matrix, matrix).numpy()
    times.append(time.monotonic() - start)
  return 2 * size ** 3 / min(times)


def main() -> None:
  """Measures and prints one table and one JSON line."""
  units, rows, length = SIZES[flags.FLAGS.size]
  config = RpclPix2SeqConfig(dec_rnn_size=units, batch_size=rows, max_seq_len=length,
                             use_recurrent_dropout=False)
  steps = {"fast": make_step(config, False, False), "plain": make_step(config, True, False)}
  if flags.FLAGS.xla:
    steps |= {"fast_xla": make_step(config, False, True),
              "plain_xla": make_step(config, True, True)}
  figures, peak = measure(steps), peak_flops()
  for name, values in figures.items():
    share = flops(config) / values["seconds"] / peak
    values["share_of_peak"] = share
    cli.say(f"{name:10s} {values['seconds']:7.3f} s  {values['cpu_seconds']:7.3f} CPU s  "
            f"first {values['first']:6.1f} s  {share:5.1%} of the peak")
  fast = figures["fast"]["seconds"]
  cli.emit({"benchmark": "train_step", "dec_rnn_size": units, "batch_size": rows,
            "length": length, "z_size": config.z_size, "peak_gflops": round(peak / 1e9, 1),
            "step_gflop": round(flops(config) / 1e9, 1),
            "plain_over_fast": round(figures["plain"]["seconds"] / fast, 2),
            **{name: {k: round(v, 3) for k, v in values.items()}
               for name, values in figures.items()}})


if __name__ == "__main__":
  cli.run(main)
