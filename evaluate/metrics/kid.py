"""The kernel Inception distance of two sets of features: unbiased, so fit for small sets.

  KID = MMD^2 with the kernel k(x, y) = (x . y / d + 1)^3

Pure functions on arrays, float64. Source: Binkowski, Sutherland, Arbel & Gretton, Demystifying MMD
GANs, ICLR 2018: the mean of the unbiased estimates on 100 subsets of 1,000 of each set, with their
standard deviation.
"""

from typing import NamedTuple

import numpy as np

SUBSETS = 100
SUBSET_SIZE = 1000
WHOLE_UP_TO = 10_000  # features in a set up to which all are compared with all
_BLOCK = 2048  # rows of the kernel matrix at a time


class Kid(NamedTuple):
  """What `kernel_distance` returns.

  Attributes:
    mean: over the subsets, the figure that papers report; may be a little below 0.
    std: over the subsets; None if there is only one, which holds both whole sets.
    whole: the unbiased estimate on all features; None beyond 10,000 in a set.
  """

  mean: float
  std: float | None
  whole: float | None


def kernel_distance(features1: np.ndarray, features2: np.ndarray, subsets: int = SUBSETS,
                    subset_size: int = SUBSET_SIZE, seed: int = 0) -> Kid:
  """KID of two sets of features.

  Args:
    features1: [n1, d], n1 > 1, finite.
    features2: [n2, d], n2 > 1, finite.
    subsets: how many pairs of subsets are drawn, without replacement inside each.
    subset_size: of each; at most the smaller set.
    seed: of the draws.

  Returns:
    Mean and standard deviation over the subsets, and the estimate on all features.

  Raises:
    ValueError: shapes don't fit or values are not finite.
  """
  first, second = _checked(features1), _checked(features2)
  if first.shape[1] != second.shape[1]:
    raise ValueError(f"the features have {first.shape[1]} and {second.shape[1]} dimensions; both "
                     "must have the same")
  size = min(subset_size, len(first), len(second))
  draws = [_draws(len(one), size, subsets, np.random.default_rng([seed, side]))
           for side, one in enumerate((first, second))]
  if max(len(first), len(second)) > WHOLE_UP_TO:
    everything = np.ones([1, size])
    estimates = np.array([_estimates(first[one], second[two], everything, everything)[0]
                          for one, two in zip(*draws)])
    return Kid(float(estimates.mean()), float(estimates.std()), None)
  chosen = [_indicators(draw, len(one)) for draw, one in zip(draws, (first, second))]
  *estimates, whole = _estimates(first, second, *chosen)
  if size == len(first) == len(second):
    return Kid(float(whole), None, float(whole))
  return Kid(float(np.mean(estimates)), float(np.std(estimates)), float(whole))


def _checked(features: np.ndarray) -> np.ndarray:
  features = np.asarray(features)
  if features.ndim != 2 or len(features) < 2 or not features.shape[1]:
    raise ValueError(f"features have shape {features.shape}, expected [n, d] with n at least 2")
  if not np.isfinite(features).all():
    raise ValueError("features hold NaN or infinity")
  return features


def _draws(count: int, size: int, subsets: int, random: np.random.Generator) -> np.ndarray:
  """Rows of each subset: int [subsets, size]."""
  return np.stack([random.choice(count, size, replace=False) for _ in range(subsets)])


def _indicators(draws: np.ndarray, count: int) -> np.ndarray:
  """1 where a subset holds a feature, and a last subset that holds all: [subsets + 1, count]."""
  chosen = np.zeros([len(draws) + 1, count])
  chosen[np.arange(len(draws))[:, None], draws] = 1.0
  chosen[-1] = 1.0
  return chosen


def _estimates(first: np.ndarray, second: np.ndarray, chosen1: np.ndarray, chosen2: np.ndarray
               ) -> np.ndarray:
  """Unbiased MMD^2 of S pairs of subsets of [n1, d] and [n2, d], given by indicators [S, n]: [S].

  A sum of the kernel over a subset is w^T K w with its indicator w, so that one pass over the
  kernel matrix, which is never held whole, serves all subsets.
  """
  count1, count2 = chosen1.sum(axis=1), chosen2.sum(axis=1)  # [S]
  within1 = _kernel_sums(first, first, chosen1, chosen1) - chosen1 @ _kernel_diagonal(first)
  within2 = _kernel_sums(second, second, chosen2, chosen2) - chosen2 @ _kernel_diagonal(second)
  across = _kernel_sums(first, second, chosen1, chosen2)
  return (within1 / (count1 * (count1 - 1)) + within2 / (count2 * (count2 - 1))
          - 2.0 * across / (count1 * count2))


def _kernel_sums(first: np.ndarray, second: np.ndarray, chosen1: np.ndarray, chosen2: np.ndarray
                 ) -> np.ndarray:
  """Sum of k(x, y) over x of each subset of the first and y of the second: [S]."""
  sums = np.zeros(len(chosen1))
  second = second.astype(np.float64)
  for start in range(0, len(first), _BLOCK):
    rows = slice(start, start + _BLOCK)
    base = first[rows].astype(np.float64) @ second.T / first.shape[1] + 1.0  # [block, n2]
    kernel = base * base * base  # much faster than a power
    sums += np.einsum("bs,sb->s", kernel @ chosen2.T, chosen1[:, rows])  # [block, S] by [S, block]
  return sums


def _kernel_diagonal(features: np.ndarray) -> np.ndarray:
  """k(x, x): [n]."""
  squares = np.einsum("nd,nd->n", features, features, dtype=np.float64)
  base = squares / features.shape[1] + 1.0
  return base * base * base
