"""Drawings that the input pipeline makes in a second, of npz files and of shards, against the need.

  python benchmarks/input_pipeline.py
  python benchmarks/input_pipeline.py --preset=full --steps=1

Batches of the preset's size, augmented as training has them, are read from the same made-up
drawings; then some training steps are taken. The pipelines and the step are taken by turns in one
process, and of each the best repeat counts. The step runs on whatever device TensorFlow finds.
Prints a table to stderr and one JSON line to stdout.
"""

import dataclasses
import itertools
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags
import tensorflow as tf

from benchmarks import drawing_files
from benchmarks.timing import Timed, timed
from data_tools import input_pipeline
from models.rpcl_pix2seq.model import RpclPix2Seq, adam
from models.rpcl_pix2seq.presets import PRESETS
from train import run_data

_DRAWINGS = flags.DEFINE_integer("drawings", 2000, "Of the data set.", lower_bound=200)
_BATCHES = flags.DEFINE_integer("batches", 200, "Batches read at a time.", lower_bound=1)
_STEPS = flags.DEFINE_integer("steps", 3, "Training steps at a time.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 2, "Turns.", lower_bound=1)
_PRESET = flags.DEFINE_enum("preset", "demo", sorted(PRESETS), "Hyperparameters of the step.")


def main() -> None:
  """Measures."""
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    cli.say(f"making {_DRAWINGS.value} drawings")
    drawing_files.make(folder, _DRAWINGS.value)
    preset = dataclasses.replace(PRESETS[_PRESET.value], categories=(drawing_files.CATEGORY,))
    works = {kind: _reading(folder / kind, preset) for kind in ("npz", "shards")}
    works["step"] = _stepping(folder / "npz", preset)
    counts = {"npz": _BATCHES.value, "shards": _BATCHES.value, "step": _STEPS.value}
    figures = {kind: _rates(run, counts[kind] * preset.batch_size)
               for kind, run in _by_turns(works).items()}
  for kind, one in figures.items():
    cli.say(f"{kind:7s} {one['per_second']:9.1f} drawings/s  {one['per_cpu_second']:9.1f} per CPU "
            "second")
  step = figures["step"]
  cli.emit({"benchmark": "input_pipeline", "preset": _PRESET.value,
            "batch_size": preset.batch_size, **figures,
            **{f"{kind}_over_step": {unit: round(figures[kind][unit] / step[unit], 2)
                                     for unit in step} for kind in ("npz", "shards")}})


def _reading(data_dir: pathlib.Path, preset: Any) -> Callable[[], None]:
  """Reads the next batches of an endless data set."""
  dataset = run_data.load(preset, str(data_dir), preset.png_width)
  config = dataclasses.replace(preset, max_seq_len=dataset.max_seq_len)
  batches = iter(input_pipeline.train_batches(dataset.train, config, seed=0))
  next(batches)  # what is done once
  return lambda: [next(batches) for _ in range(_BATCHES.value)]


def _stepping(data_dir: pathlib.Path, preset: Any) -> Callable[[], None]:
  """Takes training steps on batches that are already there."""
  dataset = run_data.load(preset, str(data_dir), preset.png_width)
  config = dataclasses.replace(preset, max_seq_len=dataset.max_seq_len)
  batch, = input_pipeline.train_batches(dataset.train, config, seed=0).take(1)
  model = RpclPix2Seq(config)
  model.compile(optimizer=adam(config))
  step = tf.function(lambda: model.train_step(batch)["loss"])
  step()  # traces
  return lambda: [step().numpy() for _ in range(_STEPS.value)]


def _by_turns(works: dict[str, Callable[[], None]]) -> dict[str, Timed]:
  """The best of each, which are run one after the other, again and again."""
  best: dict[str, Timed] = {}
  for _, (kind, work) in itertools.product(range(_REPEATS.value), works.items()):
    found, before = timed(work), best.get(kind)
    best[kind] = found if before is None else Timed(
        None, min(before.seconds, found.seconds), min(before.cpu_seconds, found.cpu_seconds))
  return best


def _rates(run: Timed, drawings: int) -> dict[str, float]:
  return {"per_second": round(drawings / run.seconds, 1),
          "per_cpu_second": round(drawings / run.cpu_seconds, 1)}


if __name__ == "__main__":
  cli.run(main)
