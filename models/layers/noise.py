"""Where networks that need random numbers get them from.

A source of noise is made for one pass through a network, from a seed, and given as an argument of
the call. The network's draws are numbered in the order of the program, so the same seed gives the
same numbers, however the pass is traced or compiled.
"""

import abc

import tensorflow as tf

from models.layers import randomness


class Noise(abc.ABC):
  """A source of random numbers for the rows of a batch."""

  def __init__(self):
    self._drawn = 0

  def _number(self) -> int:
    """Of the next draw, from 0."""
    self._drawn += 1
    return self._drawn - 1

  @abc.abstractmethod
  def normal(self, rows: int | tf.Tensor, shape: list[int | tf.Tensor]) -> tf.Tensor:
    """Standard normal, float32 [rows, *shape].

    Args:
      rows: of this replica's part of the batch.
      shape: of one row.
    """

  @abc.abstractmethod
  def coin(self) -> tf.Tensor:
    """Heads or tails with probability 1/2: bool, one for each row [B], or one for all [1]."""


class BatchNoise(Noise):
  """For training: drawn for the global batch, of which each replica takes its rows.

  Two replicas then see what one would. Coins are thrown once for the whole batch.

  Args:
    seed: int32 [2].
  """

  def __init__(self, seed: tf.Tensor):
    super().__init__()
    self._seed = seed

  def normal(self, rows, shape):
    return self._own_rows(randomness.portable_normal, rows, shape)

  def uniform(self, rows: int | tf.Tensor, shape: list[int | tf.Tensor]) -> tf.Tensor:
    """Uniform in (0, 1), float32 [rows, *shape]; arguments as of `normal`."""
    return self._own_rows(randomness.portable_uniform, rows, shape)

  def _own_rows(self, draw, rows, shape):
    all_rows, first = randomness.rows_of_batch(rows)
    drawn = draw([all_rows, *shape], randomness.fold_in(self._seed, self._number()))
    # With a size given as such, XLA takes a start that is only known when it runs.
    return tf.slice(drawn, [first] + [0] * len(shape), [rows, *shape])

  def coin(self):
    seed = randomness.fold_in(self._seed, self._number())
    return randomness.portable_uniform([1], seed) < 0.5


class RowNoise(Noise):
  """For use: each row has its own seed, so its result does not depend on what else is there.

  Args:
    seeds: int32 [B].
  """

  def __init__(self, seeds: tf.Tensor):
    super().__init__()
    self._seeds = tf.cast(seeds, tf.int32)

  def normal(self, rows, shape):
    del rows
    return self._each(lambda seed: randomness.portable_normal(shape, seed))

  def uniform(self, rows: int | tf.Tensor, shape: list[int | tf.Tensor]) -> tf.Tensor:
    """Uniform in (0, 1), float32 [rows, *shape]; arguments as of `normal`."""
    del rows
    return self._each(lambda seed: randomness.portable_uniform(shape, seed))

  def coin(self):
    return self._each(lambda seed: randomness.portable_uniform([], seed)) < 0.5

  def _each(self, draw):
    number = self._number()
    return tf.map_fn(lambda seed: draw(randomness.fold_in(tf.stack([seed, 0]), number)),
                     self._seeds, fn_output_signature=tf.float32)
