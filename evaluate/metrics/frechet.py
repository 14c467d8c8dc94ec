"""The Frechet distance of two sets of features, each taken for a normal distribution.

  d^2 = |mu1 - mu2|^2 + Tr(S1) + Tr(S2) - 2 Tr((S1 S2)^(1/2))

Pure functions on arrays, float64. Sources: Dowson & Landau 1982; Heusel et al. 2017 (FID). The
reference, pytorch-fid, takes SciPy's general matrix root of S1 S2. Its trace is the sum of the
square roots of the eigenvalues of the symmetric S1^(1/2) S2 S1^(1/2), and the same eigenvalues has
C C^T with C = F1 F2^T for any F1, F2 with F^T F = S. That is how they are computed here: no root of
a matrix, no complex numbers, and with fewer features than dimensions C is small.
"""

import warnings
from typing import Literal

import numpy as np
import scipy.linalg

OFFSET = 1e-6  # of the reference, on the diagonals of singular covariances
ASKED_UP_TO = 512  # dimensions up to which SciPy's matrix root is asked whether it is finite
# Rows or columns of C up to which its singular values are taken. Beyond, the same numbers come as
# roots of the eigenvalues of C C^T: far faster, but a zero may be 1e-8 of the largest, not 1e-16.
_SINGULAR_VALUES_UP_TO = 512
_AT_ONCE = 2**25  # values of a feature array that are held in float64 at a time
_SYMMETRY = 1e-8  # of the largest value: what a covariance's two halves may differ by
_INDEFINITE = 1e-6  # of its norm: what of a covariance may lack a root

Singular = Literal["reference", "exact"]


def mean_and_covariance(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Mean and covariance of a set of features, the divisor being n - 1.

  All features are there at once, so nothing depends on the batches that they came in. Sets of more
  than 2^25 values are summed block by block to save memory, which changes the rounding only.

  Args:
    features: [n, d], n > 1, finite.

  Returns:
    mean float64 [d], covariance float64 [d, d].

  Raises:
    ValueError: the shape is another, or a value is not finite.
  """
  features = np.asarray(features)
  if features.ndim != 2 or len(features) < 2 or not features.shape[1]:
    raise ValueError(f"features have shape {features.shape}, expected [n, d] with n at least 2")
  if not np.isfinite(features).all():
    raise ValueError("features hold NaN or infinity")
  if features.size <= _AT_ONCE:  # to the bit what the reference computes
    features = features.astype(np.float64)
    return features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False))
  mean = features.mean(axis=0, dtype=np.float64)
  scatter = np.zeros([features.shape[1]] * 2)
  rows = max(1, _AT_ONCE // features.shape[1])
  for start in range(0, len(features), rows):
    centred = features[start:start + rows] - mean  # float64 [rows, d]
    scatter += centred.T @ centred
  return mean, scatter / (len(features) - 1)


def frechet_distance(mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray,
                     covariance2: np.ndarray, singular: Singular = "reference") -> float:
  """The squared Frechet distance of two normal distributions.

  Mathematically S1 S2 always has a root. The reference adds 1e-6 to the diagonals of both
  covariances where SciPy's root comes out infinite or NaN, which for singular covariances is an
  accident of rounding and shifts the distance visibly; the traces of S1 and S2 stay as they are.

  Args:
    mean1: [d].
    covariance1: [d, d], symmetric, positive semi-definite.
    mean2: [d].
    covariance2: [d, d].
    singular: "reference" asks SciPy's root when a covariance is singular and d is at most 512, and
      adds the offset where the reference would. Beyond 512, where that root takes minutes, and for
      "exact" the offset is never added: Inception features are not asked about.

  Returns:
    The distance; for equal arguments zero up to rounding, on either side of it.

  Raises:
    ValueError: shapes don't fit, values are not finite, or a covariance is none.
  """
  mean1, covariance1 = _checked("first", mean1, covariance1)
  mean2, covariance2 = _checked("second", mean2, covariance2)
  if mean1.shape != mean2.shape:
    raise ValueError(f"the features have {len(mean1)} and {len(mean2)} dimensions; both must have "
                     "the same")
  factor1, factor2 = _factor("first", covariance1), _factor("second", covariance2)
  size = len(mean1)
  is_singular = min(len(factor1), len(factor2)) < size
  if (singular == "reference" and is_singular and size <= ASKED_UP_TO
      and not _scipy_root_is_finite(covariance1, covariance2)):
    factor1, factor2 = (_factor("", one + OFFSET * np.eye(size))
                        for one in (covariance1, covariance2))
  return _distance(mean1 - mean2, np.trace(covariance1) + np.trace(covariance2),
                   factor1 @ factor2.T)


def frechet_distance_of_features(features1: np.ndarray, features2: np.ndarray,
                                 singular: Singular = "reference") -> float:
  """The squared Frechet distance of two sets of features.

  With at most d features in each set no covariance is computed: C then holds the products of the
  centred features, n1 x n2.

  Args:
    features1: [n1, d], n1 > 1, finite.
    features2: [n2, d], n2 > 1, finite.
    singular: see `frechet_distance`.

  Returns:
    The distance.

  Raises:
    ValueError: shapes don't fit or values are not finite.
  """
  features1, features2 = np.asarray(features1), np.asarray(features2)
  size = features1.shape[-1]
  fit = features1.ndim == 2 and features2.ndim == 2 and features2.shape[1] == size
  small = fit and 2 <= min(len(features1), len(features2)) and (
      max(len(features1), len(features2)) <= size)
  if not small or (singular == "reference" and size <= ASKED_UP_TO):
    return frechet_distance(*mean_and_covariance(features1), *mean_and_covariance(features2),
                            singular=singular)
  mean1, factor1 = _centred(features1)
  mean2, factor2 = _centred(features2)
  return _distance(mean1 - mean2, np.square(factor1).sum() + np.square(factor2).sum(),
                   factor1 @ factor2.T)


def _distance(shift: np.ndarray, traces: float, cross: np.ndarray) -> float:
  """|shift|^2 + traces - 2 * the sum of the singular values of `cross`, the C of above."""
  if not cross.size:
    root = 0.0
  elif min(cross.shape) <= _SINGULAR_VALUES_UP_TO:
    root = scipy.linalg.svdvals(cross).sum()
  else:
    small = cross if len(cross) <= cross.shape[1] else cross.T
    root = np.sqrt(np.linalg.eigvalsh(small @ small.T).clip(0.0)).sum()  # below 0 is rounding
  return float(shift @ shift + traces - 2.0 * root)


def _centred(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """The mean [d], and F [n, d] with F^T F the covariance."""
  if not np.isfinite(features).all():
    raise ValueError("features hold NaN or infinity")
  mean = features.mean(axis=0, dtype=np.float64)
  return mean, (features - mean) / np.sqrt(len(features) - 1)


def _checked(which: str, mean: np.ndarray, covariance: np.ndarray
             ) -> tuple[np.ndarray, np.ndarray]:
  mean = np.atleast_1d(np.asarray(mean, np.float64))
  covariance = np.atleast_2d(np.asarray(covariance, np.float64))
  if mean.ndim != 1 or covariance.shape != (mean.size, mean.size):
    raise ValueError(f"the {which} mean has shape {mean.shape} and its covariance "
                     f"{covariance.shape}, expected [d] and [d, d]")
  if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
    raise ValueError(f"the {which} mean or covariance holds NaN or infinity")
  if np.abs(covariance - covariance.T).max() > _SYMMETRY * np.abs(covariance).max():
    raise ValueError(f"the {which} covariance is not symmetric")
  return mean, covariance


def _factor(which: str, covariance: np.ndarray) -> np.ndarray:
  """F [rank, d] with F^T F the covariance [d, d], by Cholesky's method with pivoting."""
  size = len(covariance)
  tolerance = size * np.finfo(np.float64).eps * covariance.diagonal().max()
  lower, pivots, rank, _ = scipy.linalg.lapack.dpstrf(covariance, lower=1, tol=tolerance)
  factor = np.zeros([size, size])
  factor[pivots - 1] = np.tril(lower)
  factor = factor[:, :rank].T  # [rank, d]
  # A random vector finds what is left over as surely as the whole product, in far less time.
  probe = np.random.default_rng(0).standard_normal(size)
  left_over = np.linalg.norm(factor.T @ (factor @ probe) - covariance @ probe)
  if left_over > _INDEFINITE * np.linalg.norm(covariance):
    raise ValueError(f"the {which} covariance has negative eigenvalues, so it is no covariance")
  return factor


def _scipy_root_is_finite(covariance1: np.ndarray, covariance2: np.ndarray) -> bool:
  """Asks the reference's own computation, whose answer no formula foretells."""
  with warnings.catch_warnings(), np.errstate(all="ignore"):
    warnings.simplefilter("ignore")
    return bool(np.isfinite(scipy.linalg.sqrtm(covariance1.dot(covariance2))).all())
