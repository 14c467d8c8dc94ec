"""Batches of face pairs for training and evaluation, cropped as the original's.

Batch i of pass p is a pure function of (seed, p, i): see `indexed_batches`.
"""

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.errors import UserError
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.geometry import Geometry, window


def train_batches(split: FaceSplit, batch_size: int, seed: int, geometry: Geometry = Geometry(),
                  first_batch: int = 0, each_once: bool = False, flip: bool = False
                  ) -> tf.data.Dataset:
  """Endless training batches, each with one offset of the crop for all its pictures.

  Args:
    split: N pairs.
    batch_size: B.
    seed: at least 0.
    geometry: the sizes.
    first_batch: how many batches training that goes on has had.
    each_once: False: every batch is drawn anew from all pairs, as the original does, so that a
      pair may come up in consecutive batches; True: shuffled passes over all pairs, those that do
      not fill a last batch left out.
    flip: mirror each pair, photo and sketch together, with probability 1/2.

  Returns:
    Elements {"photo": uint8 [B, H, W, 3], "sketch": uint8 [B, H, W, 1]}, pixels 0..255, paper 255,
    H and W the crop's; of infinite cardinality: give `steps_per_epoch` to `fit`.

  Raises:
    UserError: fewer pairs than one batch.
  """
  steps = steps_per_epoch(split, batch_size)
  batches = TrainBatches(split, batch_size, seed, geometry, each_once, flip)
  indices = tf.data.Dataset.counter(first_batch, dtype=tf.int64)
  return indexed_batches.mapped(indices, lambda index: batches(*divmod(int(index), steps)),
                                _specs(batch_size, geometry))


def steps_per_epoch(split: FaceSplit, batch_size: int) -> int:
  """Batches in a pass: floor(N / B), as the original counts.

  Raises:
    UserError: fewer pairs than one batch.
  """
  if not 1 <= batch_size <= len(split):
    raise UserError(f"There are {len(split)} training pairs of faces, but batch_size is "
                    f"{batch_size}; give a batch_size from 1 to {len(split)}, or more faces.")
  return len(split) // batch_size


def eval_batches(split: FaceSplit, batch_size: int, geometry: Geometry = Geometry()
                 ) -> tf.data.Dataset:
  """The split once, in order, cropped in the middle.

  Args:
    split: N pairs.
    batch_size: B.
    geometry: the sizes.

  Returns:
    Elements as of `train_batches`, and "weight" float32 [B]: 1, or 0 for the pairs that fill up
    the last batch (the split's first ones once more).

  Raises:
    UserError: no pairs, or no batch size.
  """
  if not len(split) or batch_size < 1:
    raise UserError(f"There are {len(split)} pairs of faces to evaluate in batches of "
                    f"{batch_size}; both have to be at least 1.")

  def batch(index: np.ndarray) -> tuple[np.ndarray, ...]:
    rows, weight = indexed_batches.filled_batch(int(index), batch_size, len(split))
    return *_cropped(split, rows, geometry.centre, geometry), weight

  specs = {**_specs(batch_size, geometry), "weight": tf.TensorSpec([batch_size], tf.float32)}
  return indexed_batches.mapped(tf.data.Dataset.range(-(-len(split) // batch_size)), batch, specs)


def _specs(size: int, geometry: Geometry) -> dict[str, tf.TensorSpec]:
  return {"photo": tf.TensorSpec([size, *geometry.crop, 3], tf.uint8),
          "sketch": tf.TensorSpec([size, *geometry.crop, 1], tf.uint8)}


def _cropped(split: FaceSplit, rows: np.ndarray, offset, geometry: Geometry
             ) -> tuple[np.ndarray, np.ndarray]:
  return tuple(window(images[rows], offset, geometry)
               for images in (split.photos, split.sketches))


class TrainBatches:
  """Training batches by pass and position; see `train_batches`."""

  def __init__(self, split: FaceSplit, batch_size: int, seed: int,
               geometry: Geometry = Geometry(), each_once: bool = False, flip: bool = False):
    self.split = split
    self.geometry = geometry
    self._size = batch_size
    self._each_once, self._flip = each_once, flip
    self._passes = indexed_batches.Passes(len(split), batch_size, seed)

  def __call__(self, pass_index: int, batch_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Photos uint8 [B, H, W, 3] and sketches uint8 [B, H, W, 1], pixels 0..255."""
    rows, offset = self.draw(pass_index, batch_index)
    pair = _cropped(self.split, rows, offset, self.geometry)
    mirrored = self.mirrored(pass_index, batch_index)
    for pictures in pair if mirrored.any() else ():
      pictures[mirrored] = pictures[mirrored, :, ::-1]
    return pair

  def draw(self, pass_index: int, batch_index: int) -> tuple[np.ndarray, tuple[int, int]]:
    """The pairs of a batch, int64 [B], and the (top, left) of its crop on the canvas."""
    random = self._passes.random(pass_index, batch_index)
    if self._each_once:
      rows = self._passes.rows(pass_index, batch_index)
    else:
      rows = random.permutation(len(self.split))[:self._size]
    return rows, self.geometry.draw_offset(random)

  def mirrored(self, pass_index: int, batch_index: int) -> np.ndarray:
    """Which pairs of a batch are mirrored left to right, bool [B]."""
    if not self._flip:
      return np.zeros(self._size, bool)
    # Random numbers of their own: the other draws are the same with and without.
    return self._passes.random(pass_index, batch_index, 0).random(self._size) < 0.5
