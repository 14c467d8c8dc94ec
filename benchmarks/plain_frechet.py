"""The Frechet distance the plain way: SciPy's general matrix root, as pytorch-fid takes it.

The slow side of benchmarks/fid.py, and what the tests hold `evaluate.metrics.frechet` to.
"""

import warnings

import numpy as np
import scipy.linalg

_OFFSET = 1e-6
_IMAGINARY = 1e-3


def plain_frechet_distance(mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray,
                           covariance2: np.ndarray) -> float:
  """|mu1 - mu2|^2 + Tr(S1) + Tr(S2) - 2 Tr(root of S1 S2).

  Args:
    mean1: float64 [d].
    covariance1: float64 [d, d].
    mean2: float64 [d].
    covariance2: float64 [d, d].

  Returns:
    The squared distance. Where the root is not finite, it is that of the covariances with 1e-6
    added to their diagonals.

  Raises:
    ValueError: the root's diagonal has imaginary parts beyond 1e-3.
  """
  root = _root(covariance1.dot(covariance2))
  if not np.isfinite(root).all():
    offset = _OFFSET * np.eye(len(covariance1))
    root = _root((covariance1 + offset).dot(covariance2 + offset))
  if np.iscomplexobj(root):
    if not np.allclose(np.diagonal(root).imag, 0, atol=_IMAGINARY):
      raise ValueError(f"the matrix root has imaginary parts up to {np.abs(root.imag).max()}")
    root = root.real
  shift = mean1 - mean2
  return float(shift.dot(shift) + np.trace(covariance1) + np.trace(covariance2)
               - 2 * np.trace(root))


def plain_statistics(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Mean [d] and covariance [d, d] of features [n, d], float64, divisor n - 1."""
  features = np.asarray(features, np.float64)
  return np.mean(features, axis=0), np.cov(features, rowvar=False)


def _root(product: np.ndarray) -> np.ndarray:
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # singular products, which are expected here
    return scipy.linalg.sqrtm(product)
