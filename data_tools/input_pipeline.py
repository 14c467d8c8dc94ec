"""RPCL-pix2seq's batches: images and strokes out of memory or out of shards, augmented in NumPy.

Batch i of pass p is a pure function of (seed, p, i): see `indexed_batches` for drawings in memory,
`shards.record_batches` for those in shards.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import (drawing_batch, image_augmentation, indexed_batches, length_buckets,
                        stroke_augmentation, strokes)
from data_tools.drawing_batch import DrawingBatch
from data_tools.errors import UserError
from data_tools.shards import record_batches
from data_tools.shards.shard_split import ShardSplit
from data_tools.sketch_dataset import SketchSplit

# Pixels 0..255 to [-1, 1], rounded once, from float64, as the original's images.
_PIXELS = (np.arange(256) / 255.0 * 2.0 - 1.0).astype(np.float32)


Split = SketchSplit | ShardSplit


def train_batches(split: Split, config: Any, seed: int, first_pass: int = 0
                  ) -> tf.data.Dataset:
  """Endless training batches: one shuffled pass of whole batches after the other.

  The drawings that do not fill a last batch are left out of that pass, other ones each time.

  Args:
    split: N drawings, in memory or in shards.
    config: hyperparameters: batch_size (B), max_seq_len (T, the dataset's, not -1), png_width (W)
      and those of augmentation.
    seed: at least 0.
    first_pass: pass to begin with, for training that goes on.

  Returns:
    Elements {"image": float32 [B, W, W, 1] in [-1, 1], "strokes": float32 [B, T+1, 5]}; of
    infinite cardinality: give `steps_per_epoch` to `fit`. With `trim_padding` (drawings in memory
    only) T is one of `length_buckets`, and is not in the element's spec.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if isinstance(split, ShardSplit):
    return record_batches.training(
        split, config.batch_size, seed, first_pass,
        lambda drawings, random: augmented(drawings, random, config), _specs(config))
  steps = steps_per_epoch(split, config)
  batches = TrainBatches(split, config, seed)
  dataset = tf.data.Dataset.counter(first_pass * steps, dtype=tf.int64)
  return indexed_batches.mapped(dataset, lambda index: batches(*divmod(int(index), steps)),
                                _specs(config, trimmed=config.trim_padding))


def steps_per_epoch(split: Split, config: Any) -> int:
  """Whole batches in one pass.

  The original program leaves out the last batch when the drawings divide evenly; we do not.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if isinstance(split, ShardSplit):
    return record_batches.steps_in_pass(split, config.batch_size)
  return indexed_batches.steps_in_pass(len(split), config.batch_size)


def eval_batches(split: Split, config: Any, drop_remainder: bool = False
                 ) -> tf.data.Dataset:
  """The split once, in order, not augmented.

  Args:
    split: N drawings, in memory or in shards.
    config: hyperparameters, as for `train_batches`.
    drop_remainder: leave out the last batch if it is not whole, as the original does when it
      validates. A split smaller than one batch is then refused.

  Returns:
    Elements as of `train_batches`, and "weight" float32 [B]: 1, or 0 for the drawings that fill
    up the last batch (the split's first ones once more). Every batch is whole, so that shapes
    are static and no replica is left without drawings.

  Raises:
    UserError: no drawings, or no whole batch.
  """
  size = config.batch_size
  count = len(split) // size if drop_remainder else -(-len(split) // size)
  if not count:
    raise UserError(f"There are {len(split)} drawings to evaluate, where at least "
                    f"{size if drop_remainder else 1} are needed; lower batch_size or give more "
                    "drawings.")
  if isinstance(split, ShardSplit):
    return record_batches.in_order(split, size, count, _plain, _specs(config))
  _check_lengths(split, config)

  def batch(index: np.ndarray) -> tuple[np.ndarray, ...]:
    rows, weight = indexed_batches.filled_batch(int(index), size, len(split))
    return *_plain(drawing_batch.gather(split, rows, config.max_seq_len)), weight

  specs = {**_specs(config), "weight": tf.TensorSpec([size], tf.float32)}
  return indexed_batches.mapped(tf.data.Dataset.range(count), batch, specs)


def _specs(config: Any, trimmed: bool = False) -> dict[str, tf.TensorSpec]:
  size, width = config.batch_size, config.png_width
  length = None if trimmed else config.max_seq_len + 1
  return {"image": tf.TensorSpec([size, width, width, 1], tf.float32),
          "strokes": tf.TensorSpec([size, length, 5], tf.float32)}


def _plain(drawings: DrawingBatch) -> tuple[np.ndarray, np.ndarray]:
  """Not augmented: images [B, W, W, 1] and stroke-5 rows [B, T+1, 5]."""
  return (_PIXELS[drawings.images][..., None],
          strokes.padded_to_batch(drawings.strokes, drawings.lengths))


def _check_lengths(split: SketchSplit, config: Any) -> None:
  if split.lengths.max() > config.max_seq_len:
    raise ValueError(f"max_seq_len={config.max_seq_len} is below the longest drawing, "
                     f"{split.lengths.max()}: take it from the dataset")


class TrainBatches:
  """Augmented training batches by pass and position."""

  def __init__(self, split: SketchSplit, config: Any, seed: int):
    _check_lengths(split, config)
    self.split = split
    self.config = config
    self._passes = (
        length_buckets.BucketedPasses(split.lengths, config.max_seq_len, config.length_buckets,
                                      config.batch_size, seed)
        if config.trim_padding else indexed_batches.Passes(len(split), config.batch_size, seed))

  def __call__(self, pass_index: int, batch_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Images float32 [B, W, W, 1] in about [-1, 1] and strokes float32 [B, T+1, 5]."""
    rows = self._passes.rows(pass_index, batch_index)
    length = self._passes.length(rows) if self.config.trim_padding else self.config.max_seq_len
    drawings = drawing_batch.gather(self.split, rows, length)
    return augmented(drawings, self._passes.random(pass_index, batch_index), self.config)


def augmented(drawings: DrawingBatch, random: np.random.Generator, config: Any
              ) -> tuple[np.ndarray, np.ndarray]:
  """Images float32 [B, W, W, 1] in about [-1, 1] and strokes float32 [B, T+1, 5], augmented.

  Args:
    drawings: B of them, padded to T rows.
    random: the batch's own.
    config: hyperparameters of augmentation.
  """
  sequences = _strokes(drawings, random, config)
  return _images(drawings, random, config), sequences


def _strokes(drawings: DrawingBatch, random: np.random.Generator, config: Any) -> np.ndarray:
  batch, lengths = drawings.strokes, drawings.lengths
  batch = stroke_augmentation.random_scale(
      batch, random.random((len(batch), 2)), config.random_scale_factor)
  batch, lengths = stroke_augmentation.drop_points(
      batch, lengths, random.random(batch.shape[:2]), config.augment_stroke_prob)
  return strokes.padded_to_batch(batch, lengths)


def _images(drawings: DrawingBatch, random: np.random.Generator, config: Any) -> np.ndarray:
  count = len(drawings.images)
  ratios = random.uniform(config.png_scale_ratio, 1.0, count)
  angles = random.uniform(-1, 1, count) * config.png_rotate_angle
  shifts = random.uniform(-1, 1, (count, 2)) * config.png_translate_dist
  return image_augmentation.augment(_PIXELS[drawings.images], ratios, angles, shifts)[..., None]
