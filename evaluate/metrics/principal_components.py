"""Principal components of samples that have more values than there are samples.

Works on the samples' inner products alone: the components are weighted sums of the samples, and
the weights are what is computed. All in float64.
"""

from typing import NamedTuple

import numpy as np

_SMALLEST_SHARE = 1e-10  # of the largest eigenvalue; what is below counts as zero


class Components(NamedTuple):
  """Principal components of N samples x, as weighted sums of them.

  Attributes:
    weights: float64 [N, d]; x^T weights are the unit vectors [D, d]. Each column sums to 0, so it
      doesn't matter whether the samples are centred.
    values: float64 [k], k >= d: eigenvalues of the scatter matrix, descending, zeros left out.
  """

  weights: np.ndarray
  values: np.ndarray


def principal_components(products: np.ndarray, most: int | None = None,
                         share: float | None = None) -> Components:
  """Eigenvectors of the scatter matrix of N samples of D values.

  Args:
    products: float64 [N, N], inner products of the samples, which share any origin.
    most: keep at most so many; also cuts the values.
    share: keep the fewest whose eigenvalues make this share of all; doesn't cut the values.

  Returns:
    The components, by descending eigenvalue; their signs mean nothing.

  Raises:
    ValueError: all samples are equal.
  """
  values, vectors = np.linalg.eigh(_centred(np.asarray(products, np.float64)))
  values, vectors = values[::-1], vectors[:, ::-1]
  count = int(np.sum(np.abs(values) >= _SMALLEST_SHARE * np.abs(values).max()))
  if values[0] <= 0:
    raise ValueError("all samples are equal, so there are no principal components")
  values = values[:min(count, most or count)]
  kept = len(values)
  if share is not None:
    kept = min(kept, int(np.sum(np.cumsum(values) / values.sum() < share)) + 1)
  weights = vectors[:, :kept] / np.sqrt(values[:kept])
  return Components(weights - weights.mean(axis=0), values)


def _centred(products: np.ndarray) -> np.ndarray:
  """Inner products of the samples less their mean."""
  means = products.mean(axis=0)
  centred = products - means - means[:, None] + means.mean()
  return np.maximum(centred, centred.T)  # rounding had left it a little unsymmetric
