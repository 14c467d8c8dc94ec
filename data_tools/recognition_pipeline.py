"""Sketch-a-Net's batches: pictures drawn from strokes on the fly, with their categories.

Augmentation changes the strokes before they are drawn; nothing is resampled or cut off. Batch i of
pass p is a pure function of (seed, p, i): see `indexed_batches` for drawings in memory,
`shards.record_batches` for those in shards.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import (flat_drawings, indexed_batches, line_width, recognition_pictures,
                        stroke_channels, stroke_deformation, stroke_placement, stroke_removal)
from data_tools.errors import UserError
from data_tools.flat_drawings import FlatDrawings
from data_tools.shards import record_batches
from data_tools.shards.shard_split import ShardSplit
from data_tools.sketch_dataset import SketchSplit

Split = SketchSplit | ShardSplit


def train_batches(split: Split, config: Any, seed: int, first_pass: int = 0
                  ) -> tf.data.Dataset:
  """Endless training batches: one shuffled pass of whole batches after the other.

  Args:
    split: N drawings, in memory or in shards.
    config: hyperparameters: batch_size (B), image_width (W), channels (C), line_width and those
      of augmentation.
    seed: at least 0.
    first_pass: pass to begin with, for training that goes on.

  Returns:
    Elements {"image": uint8 [B, W, W, C], 255 paper, 0 ink, "label": int32 [B]}; of infinite
    cardinality: give `steps_per_epoch` to `fit`.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if isinstance(split, ShardSplit):
    return record_batches.training(
        split, config.batch_size, seed, first_pass, lambda drawings, random: (
            augmented(flat_drawings.flatten(drawings.drawings()), random, config), drawings.labels),
        _specs(config), _widener(config))
  steps = steps_per_epoch(split, config)
  batches = TrainBatches(split, config, seed)
  indices = tf.data.Dataset.counter(first_pass * steps, dtype=tf.int64)
  return indexed_batches.mapped(indices, lambda index: batches(*divmod(int(index), steps)),
                                _specs(config), _widener(config))


def steps_per_epoch(split: Split, config: Any) -> int:
  """Whole batches in one pass.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if isinstance(split, ShardSplit):
    return record_batches.steps_in_pass(split, config.batch_size)
  return indexed_batches.steps_in_pass(len(split), config.batch_size)


def eval_batches(split: Split, config: Any) -> tf.data.Dataset:
  """The split once, in order, not augmented.

  Args:
    split: N drawings, in memory or in shards.
    config: as for `train_batches`.

  Returns:
    Elements as of `train_batches`, and "weight" float32 [B]: 1, or 0 for the drawings that fill
    up the last batch.

  Raises:
    UserError: no drawings.
  """
  if not len(split):
    raise UserError("There are no drawings to evaluate; give a data set whose split has some.")
  size = config.batch_size
  count = -(-len(split) // size)
  if isinstance(split, ShardSplit):
    return record_batches.in_order(split, size, count, lambda drawings: (
        _plain(drawings.drawings(), config), drawings.labels), _specs(config), _widener(config))

  def batch(index: np.ndarray) -> tuple[np.ndarray, ...]:
    rows, weight = indexed_batches.filled_batch(int(index), size, len(split))
    return _plain([split.strokes[row] for row in rows], config), split.labels[rows], weight

  specs = {**_specs(config), "weight": tf.TensorSpec([size], tf.float32)}
  return indexed_batches.mapped(tf.data.Dataset.range(count), batch, specs, _widener(config))


def _plain(drawings: Sequence[np.ndarray], config: Any) -> np.ndarray:
  """Pictures of drawings that are not augmented, uint8 [B, W, W, C], lines 1 pixel wide."""
  flat = flat_drawings.flatten(drawings)
  return recognition_pictures.thin_pictures(flat, config.image_width, config.channels)


def _specs(config: Any) -> dict[str, tf.TensorSpec]:
  size, width = config.batch_size, config.image_width
  return {"image": tf.TensorSpec([size, width, width, config.channels], tf.uint8),
          "label": tf.TensorSpec([size], tf.int32)}


def _widener(config: Any) -> Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]]:
  """The function that gives the lines of a batch the config's width."""
  return lambda element: {
      **element, "image": line_width.widen(element["image"], config.line_width)}


class TrainBatches:
  """Augmented training batches by pass and position, lines still 1 pixel wide."""

  def __init__(self, split: SketchSplit, config: Any, seed: int):
    self.split = split
    self.config = config
    self._passes = indexed_batches.Passes(len(split), config.batch_size, seed)

  def __call__(self, pass_index: int, batch_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 [B, W, W, C] and labels int32 [B]."""
    rows = self._passes.rows(pass_index, batch_index)
    random = self._passes.random(pass_index, batch_index)
    flat = flat_drawings.flatten([self.split.strokes[row] for row in rows])
    return augmented(flat, random, self.config), self.split.labels[rows]


def augmented(flat: FlatDrawings, random: np.random.Generator, config: Any) -> np.ndarray:
  """Leaves out strokes, bends, turns, mirrors, places and draws.

  Args:
    flat: B drawings.
    random: the batch's own.
    config: hyperparameters of augmentation.

  Returns:
    uint8 [B, W, W, C], lines still 1 pixel wide.
  """
  count = len(flat)
  kept = stroke_removal.kept_strokes(flat, random.uniform(0, config.removed_share, count),
                                     random.random(len(flat.drawing)), config.removal_order,
                                     config.removal_length)
  bent = stroke_deformation.bend_strokes(
      flat, _complex_normal(random, [len(flat.drawing), 2]), config.local_deformation)
  bent = stroke_deformation.bend_drawings(
      bent, _complex_normal(random, len(flat.points)), config.global_deformation)
  turned = stroke_placement.turn_and_mirror(
      bent, random.uniform(-1, 1, count) * config.rotate_angle,
      random.random(count) < config.flip_prob)
  ratios, positions = random.uniform(config.min_scale, 1, count), random.random([count, 2])
  return recognition_pictures.stacked([
      stroke_placement.place(flat_drawings.to_stroke3(turned, visible & kept), turned, ratios,
                             positions)
      for visible in stroke_channels.visible_strokes(flat, config.channels)], config.image_width)


def _complex_normal(random: np.random.Generator, shape) -> np.ndarray:
  return random.standard_normal(shape) + 1j * random.standard_normal(shape)
