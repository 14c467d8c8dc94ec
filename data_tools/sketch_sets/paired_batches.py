"""Batches of photos with one of their sketches, of both training stages.

Batch i is a pure function of (seed, i): see `batch_stream`.
"""

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.errors import UserError
from data_tools.sketch_sets import batch_stream, picture_steps
from data_tools.sketch_sets.pictures import Pictures


def train_batches(pictures: Pictures, batch_size: int, seed: int, size: int, first_batch: int = 0,
                  crop: bool = True, sketch_set: int | None = None) -> tf.data.Dataset:
  """Endless training batches.

  All photos of a batch have their sketch from one set, drawn for the batch, the last set twice as
  likely as another (`draw_set`); each photo with its sketch is cropped at a place of its own.

  Args:
    pictures: N photos with K sketches each.
    batch_size: B.
    seed: at least 0.
    size: S.
    first_batch: how many batches training that goes on has had.
    crop: whether to crop; else all of each picture is seen.
    sketch_set: 0..K-1 or -1, the last: always that set; default: drawn.

  Returns:
    Elements {"photo": uint8 [B, S, S, 3], "sketch": uint8 [B, S, S, 1]}, pixels 0..255, paper 255;
    of infinite cardinality.

  Raises:
    UserError: there is no such set, or a number is 0.
  """
  batches = TrainBatches(pictures, batch_size, seed, size, crop, sketch_set)
  indices = tf.data.Dataset.counter(first_batch, dtype=tf.int64)
  return indexed_batches.mapped(indices, lambda index: batches(int(index)),
                                _specs(batch_size, size))


def eval_batches(pictures: Pictures, batch_size: int, size: int, sketch_set: int = -1
                 ) -> tf.data.Dataset:
  """Each photo once, in order, not cropped, with its sketch of one set.

  Args:
    pictures: N photos with K sketches each.
    batch_size: B.
    size: S.
    sketch_set: 0..K-1, or -1: the last, as the original's evaluation.

  Returns:
    Elements as of `train_batches`, and "weight" float32 [B]: 1, or 0 for the photos that fill up
    the last batch (the first ones once more).

  Raises:
    UserError: there is no such set, or a number is 0.
  """
  batch_stream.refuse_unfit(len(pictures), batch_size, size)
  _refuse_missing_set(pictures, sketch_set)

  def batch(index: np.ndarray) -> tuple[np.ndarray, ...]:
    rows, weight = indexed_batches.filled_batch(int(index), batch_size, len(pictures))
    return *_pairs(pictures, rows, sketch_set, size, [None] * batch_size), weight

  specs = {**_specs(batch_size, size), "weight": tf.TensorSpec([batch_size], tf.float32)}
  return indexed_batches.mapped(tf.data.Dataset.range(-(-len(pictures) // batch_size)), batch,
                                specs)


def draw_set(random: np.random.Generator, sets: int) -> int:
  """Which of K sets: min(r, K - 1) with r one of 0..K.

  With the original's three: 1/4, 1/4 and 1/2. It has no rule for other numbers.
  """
  return min(int(random.integers(sets + 1)), sets - 1)


class TrainBatches:
  """Training batches by number; see `train_batches`."""

  def __init__(self, pictures: Pictures, batch_size: int, seed: int, size: int, crop: bool = True,
               sketch_set: int | None = None):
    batch_stream.refuse_unfit(len(pictures), batch_size, size)
    _refuse_missing_set(pictures, sketch_set or 0)
    self._pictures, self._size, self._crop, self._set = pictures, size, crop, sketch_set
    self._stream = batch_stream.BatchStream(len(pictures), batch_size, seed,
                                            batch_stream.Purpose.PAIRED)

  def __call__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Photos uint8 [B, S, S, 3] and sketches uint8 [B, S, S, 1] of batch `index`."""
    rows, which, offsets = self.draw(index)
    return _pairs(self._pictures, rows, which, self._size, offsets)

  def draw(self, index: int) -> tuple[np.ndarray, int, list[picture_steps.Offset | None]]:
    """The rows of a batch, int64 [B], the set of its sketches, and B places to crop."""
    rows, random = self._stream.rows(index), self._stream.random(index)
    which = draw_set(random, self._pictures.sets)
    larger = picture_steps.larger_size(self._size, picture_steps.CROP)
    offsets = [picture_steps.draw_offset(random, self._size, larger) if self._crop else None
               for _ in rows]
    return rows, which if self._set is None else self._set, offsets


def _pairs(pictures: Pictures, rows: np.ndarray, which: int, size: int, offsets
           ) -> tuple[np.ndarray, np.ndarray]:
  photos = np.empty([len(rows), size, size, 3], np.uint8)
  sketches = np.empty([len(rows), size, size, 1], np.uint8)
  for place, (row, offset) in enumerate(zip(rows, offsets)):
    images = pictures.photo(row), pictures.sketch(which, row)
    photos[place], sketches[place, ..., 0] = picture_steps.framed(images, size, offset)
  return photos, sketches


def _specs(batch: int, size: int) -> dict[str, tf.TensorSpec]:
  return {"photo": tf.TensorSpec([batch, size, size, 3], tf.uint8),
          "sketch": tf.TensorSpec([batch, size, size, 1], tf.uint8)}


def _refuse_missing_set(pictures: Pictures, which: int) -> None:
  if not -1 <= which < pictures.sets:
    raise UserError(f"Sketch set {which} was asked for, but there are {pictures.sets}; give a "
                    f"number from 0 to {pictures.sets - 1}, or -1 for the last.")
