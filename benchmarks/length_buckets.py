"""Training of RPCL-pix2seq with length buckets (--trim_padding) against padding to max_seq_len.

  python benchmarks/length_buckets.py
  python benchmarks/length_buckets.py --data_dir=quickdraw --categories=bee,bus --units=512

Both train on the same drawings of a pass. One step of each length is timed, by turns, and counts as
often as a pass has batches of that length; making the batches is not included, nor is a first step
of each length, which is traced and compiled.
"""

import collections
import dataclasses
import time

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags
import numpy as np

from data_tools import builtin_drawings, input_pipeline, length_buckets, sketch_dataset
from models import shaped_steps
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.rpcl_pix2seq.presets import PRESETS

flags.DEFINE_string("data_dir", None, "CATEGORY.npz files; not given: the built-in drawings.")
flags.DEFINE_list("categories", ["bee", "bus"], "Categories.")
flags.DEFINE_integer("num_per_category", 2000, "At most so many drawings of each.", lower_bound=1)
flags.DEFINE_integer("max_seq_len", -1, "Longer drawings are left out; -1: none.", lower_bound=-1)
flags.DEFINE_integer("units", 256, "Of the decoder; 256 is the demo preset.", lower_bound=1)
flags.DEFINE_integer("batch_size", 32, "Drawings in a batch.", lower_bound=1)
flags.DEFINE_integer("repeats", 2, "How often each length's step is timed; the best counts.",
                     lower_bound=1)
flags.DEFINE_boolean("jit_compile", False, "Compile the recurrence with XLA.")


def batches_by_length(split, config) -> dict[int, tuple[int, tuple[np.ndarray, np.ndarray]]]:
  """Padded length -> how many batches of a pass have it, and one of them."""
  batches = input_pipeline.TrainBatches(split, config, seed=0)
  found, counts = {}, collections.Counter()
  for index in cli.progress(range(input_pipeline.steps_per_epoch(split, config)), desc="batches"):
    images, strokes = batches(0, index)
    counts[strokes.shape[1] - 1] += 1
    found.setdefault(strokes.shape[1] - 1, {"image": images, "strokes": strokes})
  return {length: (counts[length], found[length]) for length in sorted(found)}


def seconds_of_pass(split, configs) -> dict[str, dict[str, float]]:
  """For each config: seconds of all steps of a pass, of compiling, and the number of graphs."""
  work = {name: batches_by_length(split, config) for name, config in configs.items()}
  models = {name: _model(config) for name, config in configs.items()}
  best = collections.defaultdict(lambda: np.inf)
  first = collections.Counter()
  for repeat in range(flags.FLAGS.repeats + 1):
    for name, by_length in work.items():
      for length, (_, batch) in by_length.items():
        start = time.perf_counter()
        models[name].train_function(iter([batch]))["loss"].numpy()
        took = time.perf_counter() - start
        if repeat:
          best[name, length] = min(best[name, length], took)
        else:
          first[name] += took
  return {name: {"steps": sum(count for count, _ in by_length.values()),
                 "seconds": sum(count * best[name, length]
                                for length, (count, _) in by_length.items()),
                 "first_seconds": first[name], "graphs": shaped_steps.traces(models[name]),
                 "batches": {length: count for length, (count, _) in by_length.items()}}
          for name, by_length in work.items()}


def _model(config):
  model = RpclPix2Seq(config, jit_compile_decoder=flags.FLAGS.jit_compile)
  model.compile()
  model.train_function = shaped_steps.train_function(model)
  return model


def main() -> None:
  """Measures and prints one JSON line."""
  given = flags.FLAGS
  folder = given.data_dir or builtin_drawings.ensure(given.categories)
  dataset = sketch_dataset.load(folder, given.categories, num_per_category=given.num_per_category,
                                max_seq_len=given.max_seq_len)
  config = dataclasses.replace(PRESETS["demo"], categories=tuple(given.categories),
                               dec_rnn_size=given.units, batch_size=given.batch_size,
                               max_seq_len=dataset.max_seq_len)
  lengths = dataset.train.lengths
  buckets = length_buckets.bucket_lengths(lengths, config.max_seq_len)
  figures = seconds_of_pass(dataset.train, {
      "whole": config, "trimmed": dataclasses.replace(config, trim_padding=True)})
  for values in figures.values():
    values["examples_per_second"] = values["steps"] * given.batch_size / values["seconds"]
  cli.emit({"benchmark": "length_buckets", "dec_rnn_size": given.units,
            "batch_size": given.batch_size, "drawings": len(lengths),
            "max_seq_len": config.max_seq_len, "buckets": buckets,
            "padding": round(length_buckets.padded_share(lengths, config.max_seq_len), 3),
            "padding_trimmed": round(
                length_buckets.padded_share(lengths, config.max_seq_len, buckets), 3),
            "trimmed_over_whole": round(figures["trimmed"]["examples_per_second"]
                                        / figures["whole"]["examples_per_second"], 2),
            **{name: {key: round(value, 3) if isinstance(value, float) else value
                      for key, value in values.items()} for name, values in figures.items()}})


if __name__ == "__main__":
  cli.run(main)
