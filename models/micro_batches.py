"""A batch worked through in parts, one after the other, whose gradients are added."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError
from models.layers import randomness

Parts = Any  # nested tensors [K, B / K, ...]


def check(batch_size: int, count: int) -> None:
  """Refuses parts of unequal size.

  Args:
    batch_size: of the global batch.
    count: K.

  Raises:
    UserError: batch_size is no multiple of K times the devices of the present strategy.
  """
  devices = tf.distribute.get_strategy().num_replicas_in_sync
  if count > 1 and batch_size % (count * devices):
    raise UserError(f"batch_size={batch_size} can't be worked through in "
                    f"accumulate_gradients={count} equal parts on each of {devices} "
                    f"device{'s' * (devices > 1)}; give a multiple of {count * devices}.")


def split(batch: Any, count: int) -> Parts:
  """Cuts nested tensors [B, ...] of this replica into K parts of rows that follow each other.

  Args:
    batch: nested tensors.
    count: K, a divisor of B.

  Returns:
    The same nest of [K, B / K, ...].
  """
  return tf.nest.map_structure(
      lambda x: tf.reshape(x, [count, number_of_rows(x) // count, *x.shape[1:]]), batch)


def number_of_rows(x: tf.Tensor) -> int | tf.Tensor:
  """B of [B, ...], known before the graph runs if it can be."""
  return tf.shape(x)[0] if x.shape[0] is None else x.shape[0]


def joined(parts: Parts) -> Any:
  """The batch that `split` has cut: nested [K, B / K, ...] -> [B, ...]."""
  return tf.nest.map_structure(lambda x: tf.reshape(x, [-1, *x.shape[2:]]), parts)


def rows_of_part(rows: int | tf.Tensor, count: int, index: tf.Tensor) -> tf.Tensor:
  """Where a part's rows are in the global batch, for random numbers that are drawn for all of it.

  Args:
    rows: of this replica's whole batch.
    count: K.
    index: int32 scalar, which part.

  Returns:
    int32 [2]: how many rows the global batch has, and which of them is the part's first.
  """
  all_rows, first = randomness.rows_of_batch(rows)
  return tf.stack([all_rows, first + index * (rows // count)])


def mean_gradients(parts: Parts, variables: Sequence[tf.Variable],
                   gradients_of: Callable[[Any, tf.Tensor], tuple[
                       Sequence[tf.Tensor], Mapping[str, tf.Tensor]]],
                   figures: Sequence[str]) -> tuple[list[tf.Tensor], dict[str, tf.Tensor]]:
  """The mean of the parts' gradients; only one part's activations are held at a time.

  Exact where no layer looks at other rows of the batch (batch norm in training mode does).

  Args:
    parts: of `split`.
    variables: N of them.
    gradients_of: (part, its index, int32 scalar) -> N gradients, and figures float32 [B / K]. It
      must not sum over replicas.
    figures: names of the figures.

  Returns:
    The gradients, and the figures of the whole batch, float32 [B] each.
  """
  count = tf.nest.flatten(parts)[0].shape[0]

  def body(index, totals, columns):
    gradients, values = gradients_of(tf.nest.map_structure(lambda x: x[index], parts), index)
    totals = [total + gradient for total, gradient in zip(totals, gradients)]
    return index + 1, totals, [column.write(index, values[name])
                               for column, name in zip(columns, figures)]

  start = (tf.constant(0), [tf.zeros(variable.shape, variable.dtype) for variable in variables],
           [tf.TensorArray(tf.float32, count) for _ in figures])
  _, totals, columns = tf.while_loop(lambda index, *_: index < count, body, start,
                                     parallel_iterations=1, maximum_iterations=count)
  return ([total / count for total in totals],
          {name: tf.reshape(column.stack(), [-1]) for name, column in zip(figures, columns)})
