"""NLDA recognition: is a true sketch matched to the one synthesised from the same person's photo?

Source: the protocol of Wang & Tang, IJCV 70(1), 2006, as SC-Lmser's evaluation uses it. For some
random splits, a null-space discriminant is trained on both sketches of the training persons; then
each true sketch of the others looks for its nearest synthesised one.

The accuracy of a split is the best one over the number of directions used, CHOSEN ON THE TEST
PERSONS: faithful to the published figures and optimistic. The rate with all directions
has no such choice.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from evaluate.metrics.null_space_lda import null_space_lda

_BLOCK = 8192  # pixels at a time


@dataclasses.dataclass(frozen=True)
class Nlda:
  """Outcome of R splits with n training and q test persons; d = n - 1 directions.

  Attributes:
    accuracy: float64 [R], the best rate over the number of directions, of each split.
    full: float64 [R], the rate with all directions.
    rates: float64 [R, d], the rate with the first 1, 2, ... d directions.
    cmc_best: float64 [q], share of test persons found among the 1, 2, ... q nearest, mean over
      the splits, with the (first) best number of directions.
    cmc_full: float64 [q], the same with all directions.
  """

  accuracy: np.ndarray
  full: np.ndarray
  rates: np.ndarray
  cmc_best: np.ndarray
  cmc_full: np.ndarray


def nlda(products: np.ndarray, train: int, repetitions: int = 20, seed: int = 0,
         progress: Callable[[int], object] = lambda count: None) -> Nlda:
  """The protocol.

  Args:
    products: float64 [2P, 2P], `inner_products` of P true images and then their P synthesised
      ones in the same order.
    train: n persons to train on, 2 to P - 1.
    repetitions: R random splits.
    seed: of the splits; the same for all methods of a comparison.
    progress: called with 1 after each split.

  Raises:
    ValueError: too few persons, or see `split_coordinates`.
  """
  persons = len(products) // 2
  if not 2 <= train < persons:
    raise ValueError(f"expected 2 to {persons - 1} training persons of {persons}, got {train}")
  random = np.random.default_rng(seed)
  splits = []
  for _ in range(repetitions):
    order = random.permutation(persons)
    splits.append(_one_split(products, order[:train], order[train:]))
    progress(1)
  rates, best, full = (np.stack(column) for column in zip(*splits))
  return Nlda(rates.max(axis=1), rates[:, -1], rates, best.mean(axis=0), full.mean(axis=0))


def inner_products(images: np.ndarray, progress: Callable[[int], object] = lambda count: None
                   ) -> np.ndarray:
  """Inner products of all images with all, the origin moved to their mean rounded to integers.

  The values are small integers, so the sums are exact.

  Args:
    images: uint8 [N, D], one image a row.
    progress: called with the number of pixels done since its last call.

  Returns:
    float64 [N, N].
  """
  products = np.zeros([len(images)] * 2)
  for start in range(0, images.shape[1], _BLOCK):
    block = images[:, start:start + _BLOCK].astype(np.float64)
    block -= np.rint(block.mean(axis=0))
    products += block @ block.T
    progress(block.shape[1])
  return products


def gray_of(image: np.ndarray) -> np.ndarray:
  """Gray as this protocol's original has it: 0.2989 R + 0.5870 G + 0.1140 B, rounded.

  Args:
    image: uint8 [H, W], returned as it is, or uint8 [H, W, 3].

  Returns:
    uint8 [H, W].
  """
  if image.ndim == 2:
    return image
  weighted = image @ np.array([0.2989, 0.5870, 0.1140])
  return np.floor(weighted + 0.5).astype(np.uint8)


def split_coordinates(products: np.ndarray, train: np.ndarray, test: np.ndarray,
                      most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
  """Coordinates of the test persons' true and synthesised images along the discriminant.

  Args:
    products: float64 [2P, 2P], see `nlda`.
    train: int [n], persons.
    test: int [q], persons.
    most: keep at most so many principal components.

  Returns:
    probe and gallery, float64 [q, d] each, up to a common offset and the signs of columns; d is
    n - 1 if `most` is None.

  Raises:
    ValueError: see `null_space_lda`; or two persons share an image, which costs a direction.
  """
  persons = len(products) // 2
  both = np.concatenate([train, persons + train])
  weights = null_space_lda(products[np.ix_(both, both)], np.tile(np.arange(len(train)), 2),
                           most).weights
  if most is None and weights.shape[1] != len(train) - 1:
    raise ValueError(f"the images of {len(train)} training persons give {weights.shape[1]} "
                     f"directions where {len(train) - 1} are expected: there are copies among them")
  return tuple(products[np.ix_(which, both)] @ weights for which in (test, persons + test))


def nearest_by_dimension(probe: np.ndarray, gallery: np.ndarray) -> np.ndarray:
  """Which gallery item is nearest to each probe by the first 1, 2, ... d coordinates.

  Args:
    probe: float64 [q, d].
    gallery: float64 [g, d].

  Returns:
    int64 [d, q], indices into the gallery; of equally near items, the first.
  """
  squared = np.zeros([len(probe), len(gallery)])
  difference = np.empty_like(squared)
  nearest = np.empty([probe.shape[1], len(probe)], np.int64)
  for dimension in range(probe.shape[1]):
    np.subtract.outer(probe[:, dimension], gallery[:, dimension], out=difference)
    squared += np.square(difference, out=difference)
    squared.argmin(axis=1, out=nearest[dimension])
  return nearest


def squared_distances(probe: np.ndarray, gallery: np.ndarray) -> np.ndarray:
  """Float64 [q, d] and [g, d] -> [q, g], summed coordinate by coordinate."""
  squared = np.zeros([len(probe), len(gallery)])
  for own, other in zip(probe.T, gallery.T):
    squared += np.subtract.outer(own, other) ** 2
  return squared


def cumulative_matches(squared: np.ndarray) -> np.ndarray:
  """Cumulative match characteristic, of probes whose own gallery item has the same index.

  Args:
    squared: float64 [q, q], distances or their squares.

  Returns:
    float64 [q], share of probes whose own item is among the 1, 2, ... q nearest; of equally near
    items, the first ones count as nearer.
  """
  own = np.diag(squared)[:, None]
  index = np.arange(len(squared))
  before = (squared < own) | ((squared == own) & (index[None] < index[:, None]))
  return np.cumsum(np.bincount(before.sum(axis=1), minlength=len(squared))) / len(squared)


def _one_split(products, train, test):
  """Rates by dimension [d], CMC with the best dimension [q] and with all [q]."""
  probe, gallery = split_coordinates(products, train, test)
  rates = np.mean(nearest_by_dimension(probe, gallery) == np.arange(len(test)), axis=1)
  best = int(rates.argmax()) + 1
  return rates, *(cumulative_matches(squared_distances(probe[:, :size], gallery[:, :size]))
                  for size in (best, probe.shape[1]))
