"""Where training runs: all visible GPUs, or the CPU."""

import tensorflow as tf

from data_tools.errors import UserError


def strategy(batch_size: int) -> tf.distribute.MirroredStrategy:
  """MirroredStrategy over all visible GPUs; over one CPU replica if there is none.

  Args:
    batch_size: of the global batch.

  Raises:
    UserError: the replicas can't share the batch evenly.
  """
  mirrored = tf.distribute.MirroredStrategy(
      None if tf.config.list_logical_devices("GPU") else ["/cpu:0"])
  if batch_size % mirrored.num_replicas_in_sync:
    raise UserError(f"batch_size={batch_size} can't be shared evenly by "
                    f"{mirrored.num_replicas_in_sync} devices; give a multiple of that number.")
  return mirrored


def use_mixed_precision() -> None:
  """Big products and convolutions in bfloat16; variables, norms and losses in float32."""
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
