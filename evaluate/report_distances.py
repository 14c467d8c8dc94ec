"""Distances of a report: sketches from drawings, and halves of the drawings as a measure."""

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluate.metrics.frechet import frechet_distance_of_features
from evaluate.metrics.kid import kernel_distance

LEAST = 4  # drawings, and sketches: two halves of two each
_STREAM = 11  # of random numbers, for the halves


def frechet(first: np.ndarray, second: np.ndarray) -> float:
  """The squared Frechet distance of features, nothing added to singular covariances."""
  return frechet_distance_of_features(first, second, singular="exact")


def kernel(first: np.ndarray, second: np.ndarray) -> float:
  """The kernel Inception distance of features."""
  return kernel_distance(first, second).mean


def compare(name: str, real: np.ndarray, generated: np.ndarray, own: np.ndarray, seed: int,
            distance: Callable[[np.ndarray, np.ndarray], float] = frechet) -> dict[str, Any]:
  """The distances between features of drawings and of sketches.

  The halves are of equal size and random, the same for every kind of features. Sketches of the
  second half are compared with drawings of the first, as the drawings of the second are: one count,
  and no sketch meets its own drawing.

  Args:
    name: of the distance.
    real: [m, d], of the drawings.
    generated: [n, d], of the sketches.
    own: int [n], the row of each sketch's drawing.
    seed: of the halves.
    distance: of two sets of features.

  Returns:
    NAME of all, NAME_half, NAME_real_halves and counts; None where there are too few.
  """
  result = empty(name) | {"count": len(generated), "drawings": len(real),
                          "features": int(real.shape[1])}
  if min(len(real), len(generated)) < LEAST:
    return {**result, "missing": f"{len(generated)} sketches and {len(real)} drawings are too few; "
                                 f"it takes at least {LEAST} of each."}
  order = np.random.default_rng([seed, _STREAM]).permutation(len(real))
  first, second = order[:len(real) // 2], order[len(real) - len(real) // 2:]
  chosen = np.flatnonzero(np.isin(own, second))
  rounded = lambda a, b: float(f"{distance(a, b):.6g}")
  result |= {name: rounded(real, generated), "half_count": len(chosen),
             f"{name}_real_halves": rounded(real[first], real[second]),
             "real_half_count": len(first)}
  if len(chosen) > 1:
    result[f"{name}_half"] = rounded(real[first], generated[chosen])
  return result


def empty(name: str, missing: str | None = None) -> dict[str, Any]:
  """The same keys without numbers, and why there are none."""
  keys = (name, f"{name}_half", f"{name}_real_halves", "count", "drawings", "half_count",
          "real_half_count")
  return dict.fromkeys(keys) | ({} if missing is None else {"missing": missing})
