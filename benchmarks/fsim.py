"""How many FSIM pairs a second, beside the plain form that keeps nothing between images.

  python benchmarks/fsim.py
  python benchmarks/fsim.py --pairs=200 --plain_pairs=20 --mode=photo

Random images, no files. The values must agree. The plain form, ours, and ours in as many threads as
`evaluate/fsim.py` uses take turns in one run, after a first pair that is not timed; of each, the
best round counts. Prints a table to stderr and one JSON line to stdout.
"""

import concurrent.futures
import os
import time
from typing import Any

import numpy as np
from absl import flags
from scipy.ndimage import gaussian_filter

from benchmarks.plain_fsim import plain_fsim
from data_tools import cli
from data_tools.errors import UserError
from evaluate.metrics.fsim import fsim

_PAIRS = flags.DEFINE_integer("pairs", 40, "Pairs a round for ours.", lower_bound=1)
_PLAIN = flags.DEFINE_integer("plain_pairs", 10, "Pairs a round for the plain form.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "The best one counts.", lower_bound=1)
_HEIGHT = flags.DEFINE_integer("height", 250, "Pixels.", lower_bound=8)
_WIDTH = flags.DEFINE_integer("width", 200, "Pixels.", lower_bound=8)
_MODE = flags.DEFINE_enum("mode", "sketch", ["sketch", "photo"], "Gray or colour.")
_WORKERS = flags.DEFINE_integer("workers", os.cpu_count(), "Threads.", lower_bound=1)


def random_pairs(count: int, height: int, width: int, colour: bool
                 ) -> list[tuple[np.ndarray, np.ndarray]]:
  """Smooth random images and disturbed copies: uint8 [H, W] or [H, W, 3]."""
  random = np.random.default_rng(0)
  shape = (height, width, 3) if colour else (height, width)
  sigma = (3, 3, 0) if colour else 3
  pairs = []
  for _ in range(count):
    true = 128 + 300 * gaussian_filter(random.standard_normal(shape), sigma)
    other = true + random.normal(0, 12, shape)
    pairs.append(tuple(np.clip(image, 0, 255).astype(np.uint8) for image in (true, other)))
  return pairs


def benchmark() -> dict[str, Any]:
  """Times all and compares.

  Raises:
    UserError: the values differ.
  """
  pairs = random_pairs(max(_PAIRS.value, _PLAIN.value), _HEIGHT.value, _WIDTH.value,
                       _MODE.value == "photo")
  few, many = pairs[:_PLAIN.value], pairs[:_PAIRS.value]
  with concurrent.futures.ThreadPoolExecutor(_WORKERS.value) as pool:
    sides = {"plain": lambda: [plain_fsim(*pair) for pair in few],
             "ours": lambda: [fsim(*pair) for pair in many],
             "threaded": lambda: list(pool.map(lambda pair: fsim(*pair), many))}
    (plain_fsim(*pairs[0]), fsim(*pairs[0]))
    values, seconds = {}, {name: [] for name in sides}
    for _ in range(_ROUNDS.value):
      for name, work in sides.items():
        start = time.perf_counter()
        values[name] = work()
        seconds[name].append((time.perf_counter() - start) / len(values[name]))
  plain, ours = values["plain"], values["ours"]
  plain_rate, rate, threaded_rate = (_rate(name, seconds[name]) for name in sides)
  both = min(len(few), len(many))
  difference = np.abs(np.array(plain[:both]) - np.array(ours[:both])).max()
  if not difference < 1e-9:
    raise UserError(f"The two forms differ by {difference:.1e}, so the rates say nothing; this is "
                    "a bug, please report it.")
  return {"benchmark": "fsim", "mode": _MODE.value, "height": _HEIGHT.value,
          "width": _WIDTH.value, "plain_pairs_per_second": round(plain_rate, 2),
          "pairs_per_second": round(rate, 2), "ratio": round(rate / plain_rate, 2),
          "workers": _WORKERS.value, "threaded_pairs_per_second": round(threaded_rate, 2),
          "threaded_ratio": round(threaded_rate / plain_rate, 2),
          "largest_difference": float(difference)}


def _rate(name: str, seconds: list[float]) -> float:
  """Pairs a second of the best round."""
  cli.say(f"{name:10} {1 / min(seconds):8.2f} pairs/s (slowest round {1 / max(seconds):.2f})")
  return 1 / min(seconds)


def main() -> None:
  """Runs the benchmark and reports."""
  cli.emit(benchmark())


if __name__ == "__main__":
  cli.run(main)
