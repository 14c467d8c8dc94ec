"""Permutations of a batch's rows, with and without fixed points, drawn inside a training step.

Functions of a stateless seed (`randomness.step_seed`), the same eager and in a graph. In code that
XLA compiles TensorFlow draws other numbers from the same seed, so draw outside of it. Under
replicas each permutes its own rows; `randomness.fold_in(seed, replica)` gives each its own
permutation.
"""

import tensorflow as tf

from data_tools.errors import UserError
from models.layers import randomness

# Made at the same time, of which the first without a dead end counts. An attempt ends dead with at
# most 1/4 (of three rows): all of them together with 5e-20.
_ATTEMPTS = 32


def derangements(count: int, rows: int, seed: tf.Tensor) -> tf.Tensor:
  """Permutations that leave no row in its place, by the rule of `sketch_sets.derangements`.

  Args:
    count: how many of them.
    rows: B, of this replica, at least 2.
    seed: int32 [2].

  Returns:
    int32 [count, B].

  Raises:
    UserError: `rows` is below 2, where there is none.
  """
  if rows < 2:
    raise UserError(f"A batch of {rows} can't be mixed so that every picture gets another one's "
                    "place; give a batch_size of at least 2 for each device.")
  chosen, whole = _attempts(count * _ATTEMPTS, rows, seed)
  first = tf.argmax(tf.reshape(tf.cast(whole, tf.int32), [count, _ATTEMPTS]), axis=1)  # [count]
  return tf.gather(tf.reshape(chosen, [count, _ATTEMPTS, rows]), first, axis=1, batch_dims=1)


def permutations(count: int, rows: int, seed: tf.Tensor) -> tf.Tensor:
  """Ordinary permutations, which may leave rows in their places: int32 [count, rows]."""
  return tf.argsort(randomness.uniform([count, rows], seed), axis=1)


def _attempts(number: int, rows: int, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
  """Attempts int32 [number, rows], and which of them came to an end: bool [number]."""
  drawn = randomness.uniform([rows, number], seed)

  def place_one(place, free, chosen):
    here = tf.one_hot(place, rows)  # [rows]
    allowed = free * (1 - here)  # [number, rows]
    ranks = tf.cumsum(allowed, axis=1)
    rank = tf.floor(drawn[place] * ranks[:, -1]) + 1  # [number], 1..how many are allowed
    taken = allowed * tf.cast(ranks == rank[:, None], tf.float32)  # one of each row; or none
    value = tf.reduce_sum(taken * tf.range(rows, dtype=tf.float32), axis=1)  # [number]
    return place + 1, free - taken, chosen + value[:, None] * here

  _, free, chosen = tf.while_loop(
      lambda place, *_: place < rows, place_one,
      (0, tf.ones([number, rows]), tf.zeros([number, rows])), maximum_iterations=rows)
  return tf.cast(chosen, tf.int32), tf.reduce_sum(free, axis=1) == 0
