"""How much memory training batches take, of N and of ten times N drawings, npz against shards.

  python benchmarks/shard_memory.py --drawings=10000

Each case runs in a process of its own, which loads the data set as training does and reads batches;
its figure is the largest resident set that it ever had (getrusage). TensorFlow's own is in all of
them, so the difference between N and ten times N tells. Prints a table to stderr and one JSON line
to stdout.
"""

import dataclasses
import multiprocessing
import pathlib
import resource
import tempfile

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from benchmarks import drawing_files
from data_tools import input_pipeline
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from train import run_data

_DRAWINGS = flags.DEFINE_integer("drawings", 10000, "N.", lower_bound=1000)
_BATCHES = flags.DEFINE_integer("batches", 200, "Batches of 128 that are read.", lower_bound=1)
_TIMES = 10
_MEGA = 2**20


def main() -> None:
  """Measures."""
  rows = {}
  with tempfile.TemporaryDirectory() as name:
    for times in (1, _TIMES):
      folder = pathlib.Path(name) / str(times)
      cli.say(f"making {times * _DRAWINGS.value} drawings")
      _apart(drawing_files.make, folder, times * _DRAWINGS.value)
      for kind in ("npz", "shards"):
        peak = rows[kind, times] = _apart(_peak, folder / kind, _BATCHES.value)
        cli.say(f"{kind:7s} {times * _DRAWINGS.value:9d} drawings  {peak / _MEGA:8.1f} MB")
  grown = {kind: rows[kind, _TIMES] - rows[kind, 1] for kind in ("npz", "shards")}
  more = (_TIMES - 1) * _DRAWINGS.value
  cli.emit({"benchmark": "shard_memory", "drawings": _DRAWINGS.value, "times": _TIMES,
            **{f"{kind}_peak_mb": [round(rows[kind, times] / _MEGA, 1) for times in (1, _TIMES)]
               for kind in grown},
            **{f"{kind}_ratio": round(rows[kind, _TIMES] / rows[kind, 1], 3) for kind in grown},
            **{f"{kind}_bytes_for_each_more": round(value / more) for kind, value in
               grown.items()}})


def _apart(function, *arguments):
  """Runs a function in a process of its own, so that its memory is its own."""
  with multiprocessing.get_context("spawn").Pool(1) as pool:
    return pool.apply(function, arguments)


def _peak(data_dir: pathlib.Path, batches: int) -> int:
  """Bytes of the largest resident set while some training batches are read."""
  config = RpclPix2SeqConfig(categories=(drawing_files.CATEGORY,), num_per_category=10**9)
  dataset = run_data.load(config, str(data_dir), config.png_width)
  config = dataclasses.replace(config, max_seq_len=dataset.max_seq_len)
  for _ in input_pipeline.train_batches(dataset.train, config, seed=0).take(batches):
    pass
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
  cli.run(main)
