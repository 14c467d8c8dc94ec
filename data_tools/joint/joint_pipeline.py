"""Batches of joint pictures for training.

Batch i is a pure function of (seed, i): see `indexed_batches`. Shuffled passes go over every
picture; those that do not fill a last batch are left out of that pass.
"""

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.errors import UserError
from data_tools.joint import halves
from data_tools.joint.joint_dataset import JointPictures


def steps_per_epoch(pictures: JointPictures, batch_size: int) -> int:
  """Batches in a pass: floor(N / B).

  Raises:
    UserError: fewer pictures than one batch.
  """
  if not 1 <= batch_size <= len(pictures):
    raise UserError(f"There are {len(pictures)} joint pictures to train with, but batch_size is "
                    f"{batch_size}; give a batch_size from 1 to {len(pictures)}, or more pictures.")
  return len(pictures) // batch_size


def train_batches(pictures: JointPictures, batch_size: int, seed: int, first_batch: int = 0,
                  flip: bool = True) -> tf.data.Dataset:
  """Endless training batches.

  Args:
    pictures: N joint pictures of size S.
    batch_size: B.
    seed: at least 0.
    first_batch: how many batches training that goes on has had.
    flip: mirror each picture with probability 1/2, sketch and photo each within its half.

  Returns:
    Elements {"joint": uint8 [B, S, 2 S, 3]}, 0..255, paper 255; of infinite cardinality: give
    `steps_per_epoch` to `fit`.

  Raises:
    UserError: fewer pictures than one batch.
  """
  batches = TrainBatches(pictures, batch_size, seed, flip)
  spec = tf.TensorSpec([batch_size, pictures.size, 2 * pictures.size, 3], tf.uint8)
  return indexed_batches.mapped(tf.data.Dataset.counter(first_batch, dtype=tf.int64),
                                lambda index: (batches(int(index)),), {"joint": spec})


class TrainBatches:
  """Training batches by their number; see `train_batches`."""

  def __init__(self, pictures: JointPictures, batch_size: int, seed: int, flip: bool = True):
    self._pictures, self._size, self._flip = pictures, batch_size, flip
    self._steps = steps_per_epoch(pictures, batch_size)
    self._passes = indexed_batches.Passes(len(pictures), batch_size, seed)

  def __call__(self, index: int) -> np.ndarray:
    """Batch number `index`: uint8 [B, S, 2 S, 3]."""
    batch, turned = self._pictures.read(self.rows(index)), self.turned(index)
    batch[turned] = halves.mirrored(batch[turned])
    return batch

  def rows(self, index: int) -> np.ndarray:
    """The pictures of a batch: int64 [B]."""
    return self._passes.rows(*divmod(index, self._steps))

  def turned(self, index: int) -> np.ndarray:
    """Which pictures of a batch are mirrored: bool [B]."""
    if not self._flip:
      return np.zeros(self._size, bool)
    return self._passes.random(*divmod(index, self._steps)).random(self._size) < 0.5
