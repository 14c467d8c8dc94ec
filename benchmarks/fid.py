"""How much faster the Frechet distance is than with SciPy's general matrix root.

  python benchmarks/fid.py
  python benchmarks/fid.py --features=300 --size=512

Two sets of random features (Inception's have 2048 values) are compared three ways, side by side in
one run: by `evaluate.metrics.frechet` from the features and from their means and covariances, and
the plain way of pytorch-fid. All must agree to 1e-6, or to 1e-3 where the covariances are singular.
The ratios compare like with like: each way from features includes the statistics. Prints a table
to stderr and one JSON line to stdout.
"""

import numpy as np
from absl import flags

from benchmarks.plain_frechet import plain_frechet_distance, plain_statistics
from benchmarks.timing import Timed, timed
from data_tools import cli
from data_tools.errors import UserError
from evaluate.metrics.frechet import (frechet_distance, frechet_distance_of_features,
                                      mean_and_covariance)

_FEATURES = flags.DEFINE_integer("features", 2000, "In each set.", lower_bound=2)
_SIZE = flags.DEFINE_integer("size", 2048, "Values of a feature.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 3, "Runs of our side; the best counts. The plain side "
                                "runs once.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the features.", lower_bound=0)


def main() -> None:
  """Times the three ways, compares their results and reports."""
  count, size = _FEATURES.value, _SIZE.value
  first, second = (_random_features(count, size, _SEED.value + side) for side in (0, 1))
  statistics = [*mean_and_covariance(first), *mean_and_covariance(second)]
  timed(lambda: frechet_distance_of_features(first[:50], second[:50]))  # wakes the threads
  ours = {"features": timed(lambda: frechet_distance_of_features(first, second), _REPEATS.value),
          "statistics": timed(lambda: frechet_distance(*statistics), _REPEATS.value)}
  cli.say("Taking the plain root, which may take minutes ...")
  root = timed(lambda: plain_frechet_distance(*statistics))
  gather = timed(lambda: [plain_statistics(one) for one in (first, second)], _REPEATS.value)
  plain = {"features": Timed(root.result, root.seconds + gather.seconds,
                             root.cpu_seconds + gather.cpu_seconds), "statistics": root}
  _require_equal(ours, root.result, 1e-3 if count <= size else 1e-6)
  report = {"benchmark": "fid", "count": count, "size": size, "distance": root.result}
  for source, one in ours.items():
    report[source] = _figures(one, plain[source])
    cli.say(f"from {source:10s}  {one.seconds:8.2f} s {one.cpu_seconds:8.2f} CPU s   plain "
            f"{plain[source].seconds:8.2f} s {plain[source].cpu_seconds:8.2f} CPU s   "
            f"{report[source]['ratio']} times as fast")
  cli.emit(report)


def _require_equal(ours: dict[str, Timed], distance: float, tolerance: float) -> None:
  for source, one in ours.items():
    if not abs(one.result - distance) <= tolerance * distance:
      raise UserError(f"The plain root gives {distance}, we from {source} {one.result}, so these "
                      "ratios mean nothing; please report the versions of NumPy and SciPy.")


def _figures(ours: Timed, plain: Timed) -> dict[str, float]:
  """What the JSON line says of one way."""
  return {"seconds": round(ours.seconds, 3), "plain_seconds": round(plain.seconds, 3),
          "ratio": round(plain.seconds / ours.seconds, 1),
          "cpu_seconds": round(ours.cpu_seconds, 3),
          "plain_cpu_seconds": round(plain.cpu_seconds, 3),
          "ratio_by_cpu_seconds": round(plain.cpu_seconds / ours.cpu_seconds, 1),
          "relative_difference": abs(ours.result - plain.result) / plain.result}


def _random_features(count: int, size: int, seed: int) -> np.ndarray:
  """Like Inception's: not negative, with correlations; float32 [count, size]."""
  random = np.random.default_rng(seed)
  mixing = random.standard_normal([size, size], np.float32) / np.sqrt(size)
  return np.maximum(random.standard_normal([count, size], np.float32) @ mixing + 0.1, 0)


if __name__ == "__main__":
  cli.run(main)
