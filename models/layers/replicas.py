"""What one replica and the others have to do with each other; with one replica nothing."""

import tensorflow as tf

# What several machines can't add up -> what it is sent as.
_CARRIED = {tf.uint8: tf.int32, tf.bool: tf.int32, tf.bfloat16: tf.float32}


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

  A sum of what each replica has in its place and zeros elsewhere, as TensorFlow's own gathering
  works on one machine only.

  Args:
    rows: [B, ...] of this replica, as many on each.
  """
  replica = _several()
  if replica is None:
    return rows
  count = replica.num_replicas_in_sync
  own = tf.range(count) == tf.cast(replica.replica_id_in_sync_group, tf.int32)
  carried = tf.cast(rows, _CARRIED.get(rows.dtype, rows.dtype))
  placed = tf.where(tf.reshape(own, [count, *[1] * rows.shape.rank]), carried[tf.newaxis],
                    tf.zeros([], carried.dtype))  # [replicas, B, ...]
  whole = tf.cast(replica.all_reduce(tf.distribute.ReduceOp.SUM, placed), rows.dtype)
  whole = tf.ensure_shape(whole, [count, *rows.shape])
  # TensorFlow can't send back the sparse gradient of a tf.gather; reshape's is dense.
  return tf.reshape(whole, [-1, *rows.shape[1:]])


def _several():
  """The replica context, if there are several replicas."""
  replica = tf.distribute.get_replica_context()
  return replica if replica is not None and replica.num_replicas_in_sync > 1 else None
