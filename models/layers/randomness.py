"""Random numbers that are a function of (seed, step), and the same however many replicas draw.

Each replica draws the rows of the whole batch and keeps its own: two replicas then train as one
does, and a resumed run as an uninterrupted one.
"""

import tensorflow as tf


def step_seed(seed: int, step: tf.Tensor, purpose: int) -> tf.Tensor:
  """A stateless seed, int32 [2], for one purpose at one step."""
  pair = tf.stack([tf.constant(seed, tf.int32), tf.cast(step, tf.int32)])
  return tf.random.experimental.stateless_fold_in(pair, purpose)


def batch_rows(draw, rows: int) -> tf.Tensor:
  """This replica's rows of what `draw(all rows)` gives: [rows, ...]."""
  replica = tf.distribute.get_replica_context()
  if replica is None or replica.num_replicas_in_sync == 1:
    return draw(rows)
  everything = draw(rows * replica.num_replicas_in_sync)
  start = replica.replica_id_in_sync_group * rows
  return everything[start:start + rows]


def normal(rows, size: int, seed: tf.Tensor) -> tf.Tensor:
  """Standard normal noise, float32 [rows, size], of this replica's rows."""
  return batch_rows(lambda all_rows: tf.random.stateless_normal([all_rows, size], seed), rows)


def keep_mask(rows, size: int, keep_probability: float, seed: tf.Tensor) -> tf.Tensor:
  """An inverted dropout mask, 0 or 1 / keep_probability, float32 [rows, size]."""
  uniform = batch_rows(lambda all_rows: tf.random.stateless_uniform([all_rows, size], seed), rows)
  return tf.cast(uniform < keep_probability, tf.float32) / keep_probability
