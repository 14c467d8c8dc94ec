"""Memory and time of a training step of RPCL-pix2seq, the batch in one part or in several.

  python benchmarks/accumulation_memory.py
  python benchmarks/accumulation_memory.py --units=512 --batch_size=64 --length=100 --parts=1,4

Each runs in a process of its own, which tells how far a step raises its peak of resident memory
above what it held before the first one (weights, Adam's moments, TensorFlow itself).
"""

import json
import resource
import subprocess
import sys
import time

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags
import tensorflow as tf

from models.rpcl_pix2seq.config import DEC_MODELS, RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq

flags.DEFINE_enum("dec_model", "hyper", DEC_MODELS, "Recurrent cell of the decoder.")
flags.DEFINE_integer("units", 256, "Of the decoder.", lower_bound=1)
flags.DEFINE_integer("batch_size", 128, "Drawings in a batch.", lower_bound=1)
flags.DEFINE_integer("length", 100, "Points of each.", lower_bound=1)
flags.DEFINE_integer("repeats", 2, "Steps after the first; the fastest counts.", lower_bound=1)
flags.DEFINE_list("parts", ["1", "4"], "Values of accumulate_gradients.")
flags.DEFINE_integer("only", None, "This one, in this process (what the others are started with).")

_SAME = ("dec_model", "units", "batch_size", "length", "repeats")


def measured(parts: int) -> dict[str, float]:
  """Peak resident memory in MB before and after some steps of this process, and their seconds."""
  given = flags.FLAGS
  config = RpclPix2SeqConfig(dec_model=given.dec_model, dec_rnn_size=given.units,
                             batch_size=given.batch_size, max_seq_len=given.length,
                             accumulate_gradients=parts)
  model = RpclPix2Seq(config)
  model.compile()
  data = {"image": tf.random.uniform([given.batch_size, 48, 48, 1], -1, 1),
          "strokes": tf.one_hot(tf.random.uniform([given.batch_size, given.length + 1], 0, 3,
                                                  tf.int32), 5)}
  step = tf.function(model.train_step)
  traced = step.get_concrete_function(data)
  before, seconds = _peak(), []
  for _ in range(given.repeats + 1):
    start = time.perf_counter()
    traced(data)["loss"].numpy()
    seconds.append(time.perf_counter() - start)
  return {"parts": parts, "before_mb": round(before), "peak_mb": round(_peak()),
          "step_mb": round(_peak() - before), "seconds": round(min(seconds[1:]), 3)}


def _peak() -> float:
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
  """Measures and prints one JSON line for each, and one of the ratios."""
  given = flags.FLAGS
  if given.only is not None:
    cli.emit(measured(given.only))
    return
  same = [f"--{name}={getattr(given, name)}" for name in _SAME]
  figures = []
  for parts in cli.progress(given.parts, desc="processes"):
    done = subprocess.run([sys.executable, __file__, f"--only={parts}", *same], check=True,
                          stdout=subprocess.PIPE, text=True)
    figures.append(json.loads(done.stdout.splitlines()[-1]))
    cli.emit(figures[-1])
  first, last = figures[0], figures[-1]
  cli.emit({"benchmark": "accumulation_memory", **{name: getattr(given, name) for name in _SAME},
            "parts": [values["parts"] for values in figures],
            "step_memory_ratio": round(last["step_mb"] / first["step_mb"], 2),
            "peak_ratio": round(last["peak_mb"] / first["peak_mb"], 2),
            "time_ratio": round(last["seconds"] / first["seconds"], 2)})


if __name__ == "__main__":
  cli.run(main)
