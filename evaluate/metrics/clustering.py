"""Agreement of two partitions of the same things.

Source: Hubert & Arabie, "Comparing partitions", Journal of Classification 2 (1985).
"""

import numpy as np


def contingency(a: np.ndarray, b: np.ndarray) -> np.ndarray:
  """How many things fall in part i of the one and part j of the other: int64 [parts, parts].

  Args:
    a: [n], any labels.
    b: [n].

  Raises:
    ValueError: the two differ in length or are not one-dimensional.
  """
  a, b = np.asarray(a), np.asarray(b)
  if a.ndim != 1 or a.shape != b.shape:
    raise ValueError(f"expected two lists of labels of one length, got {a.shape} and {b.shape}")
  parts_a, index_a = np.unique(a, return_inverse=True)
  parts_b, index_b = np.unique(b, return_inverse=True)
  table = np.zeros([len(parts_a), len(parts_b)], np.int64)
  np.add.at(table, (index_a, index_b), 1)
  return table


def adjusted_rand_index(a: np.ndarray, b: np.ndarray) -> float:
  """1 for equal partitions, about 0 for independent ones, below 0 for worse than chance.

  (sum_ij C(n_ij) - E) / (M - E) with C(n) = n (n - 1) / 2, E = A B / C(n), M = (A + B) / 2, A and
  B the sums of C over the parts of each. Names of labels don't matter. Two partitions that
  leave no choice (all in one part, or each thing alone, in both) count as equal: 1.

  Args:
    a: [n], any labels.
    b: [n].
  """
  table = contingency(a, b)
  pairs = lambda counts: float((counts * (counts - 1) // 2).sum())
  both, of_a, of_b = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
  everything = pairs(table.sum(keepdims=True))
  expected = of_a * of_b / everything if everything else 0.0
  most = (of_a + of_b) / 2
  return 1.0 if most == expected else (both - expected) / (most - expected)
