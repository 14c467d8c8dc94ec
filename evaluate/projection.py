"""Codes on a plane: the two axes to look along.

Pure functions. Z the size of a code.
"""

from typing import NamedTuple

import numpy as np


class Plane(NamedTuple):
  """Where codes are looked at from.

  Attributes:
    centre: [Z], goes to the origin.
    axes: [2, Z].
    shares: [2], of the variance along each axis in all there is (see the function).
  """

  centre: np.ndarray
  axes: np.ndarray
  shares: np.ndarray

  def __call__(self, codes: np.ndarray) -> np.ndarray:
    """Codes [..., Z] -> float64 [..., 2]."""
    return (np.asarray(codes, np.float64) - self.centre) @ self.axes.T


def principal_plane(codes: np.ndarray) -> Plane:
  """The plane in which the codes spread most (PCA); `shares` are of their whole variance.

  Args:
    codes: [N, Z], N at least 2.

  Source: Pearson (1901); Hotelling (1933).
  """
  codes = np.asarray(codes, np.float64)
  centre = codes.mean(axis=0)
  _, sizes, axes = np.linalg.svd(codes - centre, full_matrices=False)
  return Plane(centre, _two(_signed(axes)), _two(sizes**2) / max(np.sum(sizes**2), 1e-300))


def discriminant_plane(codes: np.ndarray, groups: np.ndarray, ridge: float = 1e-2) -> Plane:
  """The plane in which groups stand apart most, measured in their own spread (LDA).

  Eigenvectors of S_w^-1 S_b, S_w the scatter within and S_b between groups; a share of the mean
  variance is added to S_w, so that directions without any spread don't win.

  Args:
    codes: [N, Z].
    groups: int [N], such as the components that win the codes.
    ridge: that share.

  Returns:
    The plane; `shares` are of the whole separation. With one group it is `principal_plane`.

  Source: Fisher (1936); Rao (1948).
  """
  codes = np.asarray(codes, np.float64)
  names = np.unique(groups)
  if len(names) < 2:
    return principal_plane(codes)
  centre = codes.mean(axis=0)
  means = np.stack([codes[groups == name].mean(axis=0) for name in names])  # [groups, Z]
  sizes = np.array([np.sum(groups == name) for name in names]) / len(codes)
  residuals = codes - means[np.searchsorted(names, groups)]
  within = residuals.T @ residuals / len(codes)  # [Z, Z]
  within += (ridge * np.trace(within) / len(within) + 1e-12) * np.eye(len(within))
  values, vectors = np.linalg.eigh(within)
  whiten = vectors / np.sqrt(values) @ vectors.T  # S_w^-1/2
  apart = np.sqrt(sizes)[:, None] * ((means - centre) @ whiten)  # [groups, Z]
  _, separation, axes = np.linalg.svd(apart, full_matrices=False)
  return Plane(centre, _two(_signed(axes @ whiten)),
               _two(separation**2) / max(np.sum(separation**2), 1e-300))


def _two(rows: np.ndarray) -> np.ndarray:
  """The first two, zeros where there is only one."""
  return np.concatenate([rows[:2], np.zeros_like(rows[:1])])[:2]


def _signed(axes: np.ndarray) -> np.ndarray:
  """Turns each axis so that its largest entry is positive: the same picture on every machine."""
  largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
  return axes * np.where(largest < 0, -1.0, 1.0)
