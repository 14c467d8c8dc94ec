"""How fast shards are built and read, by number of workers.

  python benchmarks/build_dataset.py --drawings=20000 --workers=1,2,4

Makes raw drawings, as wide as a screen, in files of several categories; builds the same data set
with each number of workers, which must give the same files; then reads it with tf.data. Workers
take seconds to start, which a large data set does not notice: the rate without them comes from the
difference between building all drawings and a tenth of them. Needs Apache Beam. Prints a table to
stderr and one JSON line to stdout.
"""

import json
import pathlib
import tempfile
import time
from typing import Any

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
from absl import flags

from data_tools.errors import UserError
from data_tools.shards import build, pipeline, reader
from data_tools.shards.stages import Settings

_DRAWINGS = flags.DEFINE_integer("drawings", 10000, "Of all files.", lower_bound=100)
_FILES = flags.DEFINE_integer("files", 4, "Categories.", lower_bound=1)
_WORKERS = flags.DEFINE_list("workers", ["1", "2"], "Numbers of processes.")
_BATCH = 100


def main() -> None:
  """Measures."""
  workers = [_positive(text) for text in _WORKERS.value]
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for part, count in (("few", _DRAWINGS.value // 10), ("all", _DRAWINGS.value)):
      _write(folder / part, count)
    rows = [_built(folder, number) for number in workers]
    if len({row.pop("content") for row in rows}) != 1:
      raise UserError("The data sets differ between numbers of workers, so these times mean "
                      "nothing; please report the versions of Beam and of this repository.")
    reading = _read(folder / f"all_{workers[0]}")
  cli.say(f"reading: {reading:.0f} drawings in a CPU second")
  for row in rows:
    row["times_the_first"] = round(row["per_second"] / max(rows[0]["per_second"], 1), 2)
  cli.emit({"benchmark": "build_dataset", "drawings": _DRAWINGS.value, "workers": rows,
            "read_per_cpu_second": round(reading)})


def _positive(text: str) -> int:
  if not text.strip().isdecimal() or not int(text):
    raise UserError(f"{text!r} is given among --workers, but whole numbers from 1 on are expected, "
                    "with commas between.")
  return int(text)


def _write(folder: pathlib.Path, count: int) -> None:
  """Raw files of `count` drawings."""
  folder.mkdir()
  for number in range(_FILES.value):
    with open(folder / f"category{number}.ndjson", "w", encoding="utf-8") as file:
      for key in range(number, count, _FILES.value):
        file.write(json.dumps({"word": f"category{number}", "countrycode": "", "recognized": True,
                               "key_id": str(key), "drawing": _strokes(key)}) + "\n")


def _strokes(seed: int) -> list[list[list[float]]]:
  """Some wavy strokes on a screen, [x...], [y...], [t...], of about Quick, Draw!'s number."""
  rng = np.random.default_rng(seed)
  strokes = []
  for _ in range(rng.integers(1, 9)):
    points = int(rng.integers(2, 60))
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.25, points))
    steps = rng.gamma(2.0, 4.0, points)  # pixels
    path = rng.uniform(100, 500, [2, 1]) + np.cumsum([np.cos(heading), np.sin(heading)] * steps, 1)
    strokes.append([*path.round(2).tolist(), (17 * np.arange(points)).tolist()])
  return strokes


def _built(folder: pathlib.Path, workers: int) -> dict[str, Any]:
  """Figures of one number of workers."""
  seconds = {}
  for part in ("few", "all"):
    begin = time.perf_counter()
    build.build(folder / part, folder / f"{part}_{workers}", Settings("raw"),
                options=pipeline.local_options("DirectRunner", workers))
    seconds[part] = time.perf_counter() - begin
  more = _DRAWINGS.value - _DRAWINGS.value // 10
  rate = more / max(seconds["all"] - seconds["few"], 1e-9)
  cli.say(f"{workers:3d} workers  {seconds['all']:7.1f} s in all  "
          f"{rate:7.0f} drawings a second without the start")
  return {"workers": workers, "seconds": round(seconds["all"], 2), "per_second": round(rate),
          "content": (folder / f"all_{workers}" / "manifest.json").read_bytes()}


def _read(folder: pathlib.Path) -> float:
  """Drawings that are read in a CPU second, after the first batch."""
  count, begin = -_BATCH, 0.0
  for batch in reader.batches(folder, "train", reader.ReadOptions(_BATCH, shuffle=1000)):
    begin = begin or time.process_time()
    count += len(batch["label"])
  return count / (time.process_time() - begin)


if __name__ == "__main__":
  cli.run(main)
