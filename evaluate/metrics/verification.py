"""Verification accuracy: do two pictures show one person? The threshold is chosen on other folds.

Pure functions on arrays. A pair is taken for one person if the distance of its features is below a
threshold. As many genuine pairs as impostor pairs are judged, so the accuracy by chance is 0.5.

Source: Huang, Ramesh, Berg & Learned-Miller, "Labeled Faces in the Wild", technical report 07-49,
2007: ten folds that share no person, as many pairs of each kind, the threshold of a fold from the
other nine, the mean accuracy over the folds.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

FOLDS = 10
FEWEST_PERSONS = 4  # two folds of two persons


class Pairs(NamedTuple):
  """Which pictures are compared; n pairs, first the genuine ones.

  Attributes:
    first: int64 [n], numbers of pictures on one side.
    second: int64 [n], on the other side.
    same: bool [n], whether they show one person.
    fold: int64 [n], from 0.
  """

  first: np.ndarray
  second: np.ndarray
  same: np.ndarray
  fold: np.ndarray


class Verification(NamedTuple):
  """How many pairs are told right.

  Attributes:
    accuracy: mean over the folds, in [0, 1].
    deviation: standard deviation over the folds.
    folds: how many.
    pairs: how many, of both kinds.
  """

  accuracy: float
  deviation: float
  folds: int
  pairs: int


def make_pairs(persons: Sequence[Hashable], folds: int = FOLDS, seed: int = 0) -> Pairs:
  """Pairs each picture with itself on the other side, and with one of another person.

  Persons are dealt out to the folds in turn; the other person is one of the same fold, so no person
  is in two folds.

  Args:
    persons: who is on each of N pictures.
    folds: how many there may be; there are fewer if there are less than two persons for each.
    seed: of who is compared with whom.

  Returns:
    2 N pairs.

  Raises:
    ValueError: there are fewer than FEWEST_PERSONS persons.
  """
  numbers: dict[Hashable, int] = {}
  person = np.array([numbers.setdefault(one, len(numbers)) for one in persons], np.int64)
  if len(numbers) < FEWEST_PERSONS:
    raise ValueError(f"expected at least {FEWEST_PERSONS} persons, got {len(numbers)}")
  fold = person % min(folds, len(numbers) // 2)
  random, rows = np.random.default_rng(seed), np.arange(len(person))
  other = np.array([random.choice(rows[(fold == fold[row]) & (person != person[row])])
                    for row in rows])
  return Pairs(np.tile(rows, 2), np.concatenate([rows, other]), np.repeat([True, False], len(rows)),
               np.tile(fold, 2))


def pair_distances(first: np.ndarray, second: np.ndarray, pairs: Pairs) -> np.ndarray:
  """Euclidean distance (L2) of each pair's features, in float64.

  Args:
    first: float [N, D], features of the pictures on one side.
    second: float [N, D], on the other side.
    pairs: which are compared.

  Returns:
    float64 [n].
  """
  difference = (np.asarray(first, np.float64)[pairs.first]
                - np.asarray(second, np.float64)[pairs.second])
  return np.linalg.norm(difference, axis=1)


def verify(distances: np.ndarray, same: np.ndarray, fold: np.ndarray) -> Verification:
  """The accuracy on each fold with the best threshold of the others.

  Args:
    distances: float [n], finite.
    same: bool [n].
    fold: int [n], two different ones at least.

  Raises:
    ValueError: shapes that don't fit, distances that are not finite, or fewer than two folds.
  """
  distances, same, fold = np.asarray(distances), np.asarray(same, bool), np.asarray(fold)
  if not distances.shape == same.shape == fold.shape or distances.ndim != 1:
    raise ValueError(f"expected [n] each, got {distances.shape}, {same.shape} and {fold.shape}")
  numbers = np.unique(fold)
  if not np.isfinite(distances).all() or len(numbers) < 2:
    raise ValueError("expected finite distances in two folds at least")
  found = []
  for number in numbers:
    held = fold == number
    threshold = best_threshold(distances[~held], same[~held])
    found.append(np.mean((distances[held] < threshold) == same[held]))
  return Verification(float(np.mean(found)), float(np.std(found)), len(numbers), len(distances))


def best_threshold(distances: np.ndarray, same: np.ndarray) -> float:
  """The threshold below which pairs are best taken for one person.

  It lies in the middle between two neighbouring distances, or lets nothing or all in; of equally
  good ones the middle one is taken.

  Args:
    distances: float [n], finite; n above 0.
    same: bool [n].
  """
  values, place = np.unique(np.asarray(distances, np.float64), return_inverse=True)
  count = lambda which: np.concatenate([[0], np.cumsum(np.bincount(place[which],
                                                                   minlength=len(values)))])
  right = count(same) - count(~same)  # [m + 1], up to a constant: right answers up to a value
  best = np.flatnonzero(right == right.max())
  edges = np.concatenate([[values[0]], (values[1:] + values[:-1]) / 2, [np.inf]])
  return float(edges[best[(len(best) - 1) // 2]])
