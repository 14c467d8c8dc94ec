"""Null-space linear discriminant analysis: directions in which all samples of a class coincide.

Source: Wang & Tang, "Random sampling for subspace face recognition", IJCV 70(1), 2006. Within the
principal components, the null space of the within-class scatter, turned so that the scatter
between classes falls from column to column. All in float64.
"""

from typing import NamedTuple

import numpy as np

from evaluate.metrics.principal_components import Components, principal_components


class Discriminant(NamedTuple):
  """Discriminant directions of N training samples x, as weighted sums of them.

  Attributes:
    weights: float64 [N, d]; x^T weights are the directions [D, d]. Each column sums to 0. The
      coordinates of a sample y are (y . x) weights, up to an offset that all samples share.
    components: the principal components.
    vectors: float64 [c, d], the directions in the space of the c components.
    within: float64 [c, c], scatter within classes there.
    between: float64 [c, c], scatter between classes there.
  """

  weights: np.ndarray
  components: Components
  vectors: np.ndarray
  within: np.ndarray
  between: np.ndarray


def null_space_lda(products: np.ndarray, labels: np.ndarray, most: int | None = None
                   ) -> Discriminant:
  """Trains the discriminant.

  Args:
    products: float64 [N, N], inner products of the training samples, which share any origin.
    labels: int [N], the class of each.
    most: keep at most so many principal components.

  Returns:
    As many directions as there are components more than classes.

  Raises:
    ValueError: the null space has another dimension than that: the samples are not independent
      (copies among them), or `most` leaves too few components.
  """
  components = principal_components(products, most)
  coordinates = np.asarray(products, np.float64) @ components.weights  # [N, c]
  within, between = scatter(coordinates, labels)
  null = _null_space(within)
  classes = len(np.unique(labels))
  expected = components.weights.shape[1] - classes
  if expected < 1 or null.shape[1] != expected:
    raise ValueError(
        f"the {len(labels)} training samples of {classes} classes have "
        f"{components.weights.shape[1]} principal components, and in {null.shape[1]} directions of "
        f"these all classes coincide, where {expected} (components less classes, at least 1) are "
        "expected: there are copies among the samples, or too few components were kept")
  values, rotation = np.linalg.eigh(null.T @ between @ null)
  vectors = null @ rotation[:, np.argsort(-values, kind="stable")]
  return Discriminant(components.weights @ vectors, components, vectors, within, between)


def scatter(samples: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Scatter matrices: sums over samples of (z - m_class)(z - m_class)', (m_class - m)(...)'.

  Args:
    samples: float64 [N, c].
    labels: int [N].

  Returns:
    within and between, float64 [c, c] each.
  """
  _, place, counts = np.unique(labels, return_inverse=True, return_counts=True)
  sums = np.zeros([len(counts), samples.shape[1]])
  np.add.at(sums, place, samples)
  own_mean = (sums / counts[:, None])[place]  # [N, c]
  inside, outside = samples - own_mean, own_mean - samples.mean(axis=0)
  return inside.T @ inside, outside.T @ outside


def _null_space(matrix: np.ndarray) -> np.ndarray:
  """Orthonormal columns; singular values up to size * spacing of the largest are zero."""
  _, values, rows = np.linalg.svd(matrix)
  zero = values <= max(matrix.shape) * np.spacing(values.max())
  return rows[zero].T
