"""What one replica and the others have to do with each other; with one replica nothing."""

import tensorflow as tf


def global_mean(per_row: tf.Tensor) -> tf.Tensor:
  """This replica's share of a mean over the global batch: the sum of its rows / all rows.

  What every loss is differentiated through, since optimizers sum gradients over the replicas.

  Args:
    per_row: float32 [B, ...]; or a scalar that is the same on every replica.

  Returns:
    float32 scalar.
  """
  return tf.reduce_mean(per_row) / tf.distribute.get_strategy().num_replicas_in_sync


def global_sum(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
  """Sums each tensor over the replicas."""
  replica = _several()
  return tensors if replica is None else replica.all_reduce(tf.distribute.ReduceOp.SUM, tensors)


def gathered(rows: tf.Tensor) -> tf.Tensor:
  """The rows of the global batch, in the order of the replicas; gradients come back to their own.

  Args:
    rows: [B, ...] of this replica, as many on each.
  """
  replica = _several()
  if replica is None:
    return rows
  whole = tf.ensure_shape(replica.all_gather(rows, axis=0), [None, *rows.shape[1:]])
  # TensorFlow can't send back the sparse gradient of a tf.gather; reshape's is dense.
  return tf.reshape(whole, tf.shape(whole))


def _several():
  """The replica context, if there are several replicas."""
  replica = tf.distribute.get_replica_context()
  return replica if replica is not None and replica.num_replicas_in_sync > 1 else None
