"""fid.npz of either original: Frechet distances of feature sets."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from evaluate.metrics.frechet import (frechet_distance, frechet_distance_of_features,
                                      mean_and_covariance)
from tests.reference_checks.finding import Finding, relative

DISTANCE = 1e-6
SINGULAR = 1e-3
# One original takes float32 features' mean in float32, which moves a distance by up to this.
STATISTICS = 1e-6


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every pair of feature sets that the file holds, under the keys of either original."""
  arrays = dict(np.load(path, allow_pickle=False))
  for case in _cases(arrays, r"in/frechet_(\d+)_a"):
    first, second = arrays[f"in/frechet_{case}_a"], arrays[f"in/frechet_{case}_b"]
    for key in (f"out/frechet_{case}", f"out/frechet_{case}_scipy_1_7_3"):
      if key in arrays:
        yield _distance(key.removeprefix("out/"), first, second, float(arrays[key]))
  for case in _cases(arrays, r"in/(pair\d+)/sample"):
    yield from _pair(arrays, case)


def _cases(arrays: dict, pattern: str) -> list[str]:
  return sorted(found[1] for key in arrays if (found := re.fullmatch(pattern, key)))


def _pair(arrays: dict, case: str) -> Iterator[Finding]:
  sample, real = arrays[f"in/{case}/sample"], arrays[f"in/{case}/real"]
  mean, covariance = mean_and_covariance(sample)
  yield Finding(f"{case}: mean", relative(mean, arrays[f"out/{case}/sample_mean"]), STATISTICS)
  yield Finding(f"{case}: covariance", relative(covariance, arrays[f"out/{case}/sample_cov"]),
                STATISTICS)
  for name, first, second in (("fid", sample, real), ("fid_from_mean_cov", sample, real),
                              ("fid_swapped", real, sample), ("fid_with_itself", sample, sample)):
    yield _distance(f"{case}: {name}", first, second, float(arrays[f"out/{case}/{name}"]))


def _distance(name: str, first: np.ndarray, second: np.ndarray, reference: float) -> Finding:
  """The larger error of our two ways; of equal sets relative to the traces, not to the zero."""
  statistics = mean_and_covariance(first), mean_and_covariance(second)
  scale = abs(reference)
  if np.array_equal(first, second):
    scale = sum(np.trace(covariance) for _, covariance in statistics)
  singular = any(np.linalg.matrix_rank(covariance, hermitian=True) < len(covariance)
                 for _, covariance in statistics)
  ours = (frechet_distance_of_features(first, second),
          frechet_distance(*statistics[0], *statistics[1]))
  worst = max(abs(one - reference) for one in ours) / scale
  return Finding(name, worst, SINGULAR if singular else DISTANCE)
