"""losses.npz: how often the original drew each derangement of four, and how often we do."""

import pathlib
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from data_tools.sketch_sets.derangements import derangement
from models.layers.derangement import derangements
from tests.reference_checks.finding import Finding, different

_DRAWS = 20000  # of the original's, too
_TOLERANCE = 0.015  # 3.8 standard deviations of the likeliest one's difference


def check(path: pathlib.Path) -> Iterator[Finding]:
  """What there is, and how often it comes: drawn in Python and inside TensorFlow."""
  with np.load(path, allow_pickle=False) as file:
    values, shares = (file[f"out/true_randperm_n4_{name}"] for name in ("values", "frequency"))
  count = values.shape[1]
  random = np.random.default_rng(0)
  ways: dict[str, Callable[[], np.ndarray]] = {
      "NumPy": lambda: np.array([derangement(random, count) for _ in range(_DRAWS)]),
      "TensorFlow": lambda: derangements(_DRAWS, count, tf.constant([1, 2])).numpy()}
  for name, draw in ways.items():
    found, times = np.unique(draw(), axis=0, return_counts=True)
    yield Finding(f"derangements by {name}", different(found, values), 0)
    if len(times) == len(shares):
      yield Finding(f"their shares by {name}", float(np.abs(times / _DRAWS - shares).max()),
                    _TOLERANCE)
