"""Training batches of photos and sketches that belong to no pairs.

Batch i is a pure function of (seed, i): see `sketch_sets.batch_stream`.
"""

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.sketch_sets import picture_steps
from data_tools.sketch_sets.batch_stream import BatchStream, Purpose
from data_tools.unpaired.store import SquarePictures

MARGIN = 36  # pixels that a picture is larger than what is cut out of it


class SideBatches:
  """Batches of one side by their number; every one is full, also of fewer pictures.

  Args:
    pictures: N, of `size` + MARGIN pixels.
    size: S, of what is cut out.
    batch_size: B.
    seed: at least 0.
    purpose: which side.
  """

  def __init__(self, pictures: SquarePictures, size: int, batch_size: int, seed: int,
               purpose: Purpose):
    if pictures.side != size + MARGIN:
      raise ValueError(f"pictures are of {pictures.side} pixels, not {size} + {MARGIN}")
    self._pictures, self._size = pictures, size
    self.stream = BatchStream(len(pictures), batch_size, seed, purpose)

  def __call__(self, index: int) -> np.ndarray:
    """Each picture mirrored or not and cut out at a place of its own: uint8 [B, S, S, 3]."""
    random = self.stream.random(index)
    return np.stack([self._augmented(self._pictures[int(row)], random)
                     for row in self.stream.rows(index)])

  def _augmented(self, picture, random):
    mirrored = random.random() < 0.5
    offset = picture_steps.draw_offset(random, self._size, self._pictures.side)
    picture = picture_steps.mirrored(picture) if mirrored else picture
    return picture_steps.cropped(picture, offset, self._size)


def train_batches(photos: SquarePictures, sketches: SquarePictures, size: int, batch_size: int,
                  seed: int, first_batch: int = 0) -> tf.data.Dataset:
  """Endless training batches.

  Args:
    photos, sketches: of `size` + MARGIN pixels.
    size: S.
    batch_size: B.
    seed: at least 0.
    first_batch: how many batches training that goes on has had.

  Returns:
    Elements {"photo", "sketch"}: uint8 [B, S, S, 3], 0..255, of infinite cardinality.
  """
  sides = [SideBatches(photos, size, batch_size, seed, Purpose.UNPAIRED_PHOTOS),
           SideBatches(sketches, size, batch_size, seed, Purpose.UNPAIRED_SKETCHES)]
  spec = tf.TensorSpec([batch_size, size, size, 3], tf.uint8)
  return indexed_batches.mapped(
      tf.data.Dataset.counter(first_batch, dtype=tf.int64),
      lambda index: tuple(side(int(index)) for side in sides), {"photo": spec, "sketch": spec})
