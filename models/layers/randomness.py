"""Random numbers that are a function of (seed, step), and the same however many replicas draw.

Each replica draws the rows of the whole batch and keeps its own: two replicas then train as one
does, and a resumed run as an uninterrupted one.
"""

import math

import tensorflow as tf

# Named, because the automatic choice differs between plain and XLA-compiled graphs.
ALGORITHM = "philox"


def fold_in(seed: tf.Tensor, number: int | tf.Tensor) -> tf.Tensor:
  """A new stateless seed, int32 [2], from a seed and a number."""
  return tf.random.experimental.stateless_fold_in(seed, number, alg=ALGORITHM)


def uniform(shape, seed: tf.Tensor) -> tf.Tensor:
  """Uniform in [0, 1), float32 of `shape`."""
  return tf.random.stateless_uniform(shape, seed, alg=ALGORITHM)


def normal(shape, seed: tf.Tensor) -> tf.Tensor:
  """Standard normal, float32 of `shape`."""
  return tf.random.stateless_normal(shape, seed, alg=ALGORITHM)


def portable_uniform(shape, seed: tf.Tensor) -> tf.Tensor:
  """Uniform in (0, 1), float32 of `shape`; compiled by XLA the same numbers.

  Of `uniform` and `normal` XLA makes other numbers from the same bits.
  """
  bits = tf.random.stateless_uniform(shape, seed, None, None, tf.uint32, alg=ALGORITHM)
  number = tf.cast(tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32)), tf.int32)  # 23 bits
  return (tf.cast(number, tf.float32) + 0.5) * 2.0 ** -23  # exact


def portable_normal(shape, seed: tf.Tensor) -> tf.Tensor:
  """Standard normal, float32 of `shape`; compiled by XLA the same numbers, up to rounding.

  By Box & Muller's transformation; within +-5.8.
  """
  radius, angle = tf.unstack(portable_uniform([2, *shape], seed))
  return tf.sqrt(-2.0 * tf.math.log(radius)) * tf.cos(2.0 * math.pi * angle)


def step_seed(seed: int, step: tf.Tensor, purpose: int) -> tf.Tensor:
  """A stateless seed, int32 [2], for one purpose at one step."""
  pair = tf.stack([tf.constant(seed, tf.int32), tf.cast(step, tf.int32)])
  return fold_in(pair, purpose)


def rows_of_batch(rows) -> tuple[tf.Tensor, tf.Tensor]:
  """How many rows the global batch has, and which of them is this replica's first.

  Args:
    rows: of this replica.

  Returns:
    Two int32 scalars.
  """
  replica = tf.distribute.get_replica_context()
  if replica is None or replica.num_replicas_in_sync == 1:
    return tf.convert_to_tensor(rows), tf.constant(0)
  number = tf.cast(replica.replica_id_in_sync_group, tf.int32)
  return tf.convert_to_tensor(rows * replica.num_replicas_in_sync), number * rows


def batch_normal(rows, size: int, seed: tf.Tensor) -> tf.Tensor:
  """Standard normal noise, float32 [rows, size]: this replica's rows of the batch's."""
  all_rows, first = rows_of_batch(rows)
  return normal([all_rows, size], seed)[first:first + rows]


def keep_mask(batch: tuple[tf.Tensor, tf.Tensor], rows, size: int, keep_probability: float,
              seed: tf.Tensor) -> tf.Tensor:
  """An inverted dropout mask, 0 or 1 / keep_probability, float32 [rows, size].

  Args:
    batch: of `rows_of_batch`.
    rows: of this replica.
    size: of a row.
    keep_probability: in (0, 1].
    seed: int32 [2].
  """
  all_rows, first = batch
  # A slice of a size that is known: XLA then compiles it once, whichever row is the first.
  drawn = tf.slice(uniform([all_rows, size], seed), [first, 0], [rows, size])
  return tf.cast(drawn < keep_probability, tf.float32) / keep_probability
