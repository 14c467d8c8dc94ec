"""A training step of RPCL-pix2seq on two replicas (two logical CPU devices) against one.

  python benchmarks/replicas.py
  python benchmarks/replicas.py --units=512 --batch_size=64 --length=100

The global batch is the same. Both share the same cores, so this shows what a replica costs, not
what a second device would gain.
"""

import time

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags
import numpy as np
import tensorflow as tf

from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq

flags.DEFINE_integer("units", 256, "Of the decoder.", lower_bound=1)
flags.DEFINE_integer("batch_size", 32, "Drawings in a batch of all replicas.", lower_bound=2)
flags.DEFINE_integer("length", 60, "Points of each.", lower_bound=1)
flags.DEFINE_integer("repeats", 3, "Steps measured of each; the best counts.", lower_bound=1)


def make_step(count: int, config, data):
  """A traced training step on `count` replicas."""
  strategy = tf.distribute.MirroredStrategy([f"/cpu:{index}" for index in range(count)])
  with strategy.scope():
    model = RpclPix2Seq(config)
    model.compile()
  dataset = tf.data.Dataset.from_tensors(data).repeat()
  batches = iter(strategy.experimental_distribute_dataset(dataset))
  step = tf.function(lambda batch: strategy.run(model.train_step, (batch,)))
  return lambda: strategy.experimental_local_results(step(next(batches))["loss"])[0].numpy()


def main() -> None:
  """Measures and prints one JSON line."""
  given = flags.FLAGS
  cpu, = tf.config.list_physical_devices("CPU")
  tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
  config = RpclPix2SeqConfig(dec_rnn_size=given.units, batch_size=given.batch_size,
                             max_seq_len=given.length, use_recurrent_dropout=False)
  random = np.random.default_rng(0)
  data = {"image": random.uniform(-1, 1, [given.batch_size, 48, 48, 1]).astype(np.float32),
          "strokes": np.eye(5, dtype=np.float32)[
              random.integers(0, 3, [given.batch_size, given.length + 1])]}
  steps = {count: make_step(count, config, data) for count in (1, 2)}
  for step in cli.progress(steps.values(), desc="tracing"):
    step()
  best = {count: (np.inf, np.inf) for count in steps}
  for _ in cli.progress(range(given.repeats), desc="steps"):
    for count, step in steps.items():
      wall, cpu_seconds = time.perf_counter(), time.process_time()
      step()
      took = time.perf_counter() - wall, time.process_time() - cpu_seconds
      best[count] = tuple(map(min, best[count], took))
  cli.emit({"benchmark": "replicas", "dec_rnn_size": given.units, "batch_size": given.batch_size,
            "length": given.length,
            **{f"seconds_{count}": round(wall, 3) for count, (wall, _) in best.items()},
            **{f"cpu_seconds_{count}": round(cpu, 3) for count, (_, cpu) in best.items()},
            "two_over_one": round(best[2][0] / best[1][0], 2),
            "two_over_one_cpu": round(best[2][1] / best[1][1], 2)})


if __name__ == "__main__":
  cli.run(main)
