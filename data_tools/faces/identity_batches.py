"""Batches for triplets: some persons, some pictures of each, cropped and mirrored at random.

Batch i is a pure function of (seed, i): see `indexed_batches`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli, indexed_batches
from data_tools.errors import UserError
from data_tools.faces.geometry import Geometry, window


class IdentityBatches:
  """P persons with K pictures each, of one domain, real and generated ones alike.

  Persons come in shuffled passes, so that none comes twice before all have come (those that do not
  fill a last batch are left out of that pass, other ones each time). A person's pictures are drawn
  without repetition; one with fewer than K gives some of them again, cropped otherwise.

  Args:
    images: uint8 [N, h, w, C] of the geometry's face size, 0..255, paper 255.
    persons: N names or numbers, who is on each; persons with one picture are left out, which a
      line on stderr tells.
    persons_per_batch: P.
    images_per_person: K.
    seed: at least 0.
    geometry: the sizes; each picture has its own crop.
    flip_prob: probability that a picture is mirrored left to right.

  Attributes:
    persons: those that batches draw from, sorted; an identity is a place in this list.

  Raises:
    UserError: see `paired_persons`.
  """

  def __init__(self, images: np.ndarray, persons: Sequence[Any], persons_per_batch: int,
               images_per_person: int, seed: int, geometry: Geometry = Geometry(),
               flip_prob: float = 0.5):
    self.images, self.geometry, self.flip_prob = images, geometry, flip_prob
    self._shape = persons_per_batch, images_per_person
    persons = np.asarray(persons)
    self.persons = paired_persons(persons, persons_per_batch)
    single = len(np.unique(persons)) - len(self.persons)
    if single:
      cli.say(f"{single} of {len(self.persons) + single} persons have one picture only and are "
              "left out: triplets need two of a person.")
    self._rows = [np.flatnonzero(persons == person) for person in self.persons]
    self._passes = indexed_batches.Passes(len(self.persons), persons_per_batch, seed)

  def dataset(self, first_batch: int = 0) -> tf.data.Dataset:
    """Endless batches.

    Args:
      first_batch: how many training that goes on has had.

    Returns:
      Elements {"image": uint8 [P K, H, W, C], "identity": int32 [P K]}, H and W the crop's, the
      pictures of a person side by side.
    """
    size, channels = self._shape[0] * self._shape[1], self.images.shape[-1]
    specs = {"image": tf.TensorSpec([size, *self.geometry.crop, channels], tf.uint8),
             "identity": tf.TensorSpec([size], tf.int32)}
    indices = tf.data.Dataset.counter(first_batch, dtype=tf.int64)
    return indexed_batches.mapped(indices, lambda index: self(int(index)), specs)

  def __call__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Batch number `index`: images and identities, see `dataset`."""
    rows, identity, random = self.draw(index)
    pictures = [self._changed(self.images[row], random) for row in rows]
    return np.stack(pictures), identity.astype(np.int32)

  def draw(self, index: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Rows of a batch's pictures and their identities, int64 [P K]; what the rest is drawn from."""
    count, each = self._shape
    which = divmod(index, len(self.persons) // count)
    random, chosen = self._passes.random(*which), self._passes.rows(*which)
    rows = [_drawn(self._rows[person], each, random) for person in chosen]
    return np.concatenate(rows), np.repeat(chosen, each), random

  def _changed(self, image, random):
    image = window(image, self.geometry.draw_offset(random), self.geometry)
    return image[:, ::-1] if random.random() < self.flip_prob else image


def paired_persons(persons: Sequence[Any], persons_per_batch: int) -> list[Any]:
  """Who has two pictures or more, sorted.

  Args:
    persons: N names or numbers, who is on each picture.
    persons_per_batch: how many there must be.

  Raises:
    UserError: nobody has, or fewer.
  """
  names, counts = np.unique(np.asarray(persons), return_counts=True)
  paired = names[counts > 1].tolist()
  if not paired:
    raise UserError(f"Each of the {len(names)} persons has one picture only, but triplets need two "
                    "of a person; give more pictures of each, such as generated ones.")
  if len(paired) < persons_per_batch:
    raise UserError(f"There are {len(paired)} persons with two pictures or more, but "
                    f"persons_per_batch is {persons_per_batch}; give a persons_per_batch from 2 to "
                    f"{len(paired)}, or more persons.")
  return paired


def _drawn(rows: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
  """So many of the rows in random order: each at most once more than any other."""
  rounds = [random.permutation(rows) for _ in range(-(-count // len(rows)))]
  return np.concatenate(rounds)[:count]
