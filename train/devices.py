"""Where training runs: all visible GPUs, or the CPU."""

from collections.abc import Sequence

import tensorflow as tf

from data_tools import cli
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


def prefer_gpus(numbers: Sequence[str]) -> None:
  """Uses these GPUs only, where they are there; call before anything else of TensorFlow.

  Args:
    numbers: as CUDA counts them, from "0"; empty: all GPUs.
  """
  if not numbers:
    return
  gpus = {gpu.name.rsplit(":", 1)[-1]: gpu for gpu in tf.config.list_physical_devices("GPU")}
  chosen = [gpus[number.strip()] for number in numbers if number.strip() in gpus]
  if chosen:
    tf.config.set_visible_devices(chosen, "GPU")
  else:
    cli.say(f"There is no GPU {', '.join(numbers)} here; using "
            f"{f'all {len(gpus)} GPUs' if gpus else 'the CPU'}.")


def use_mixed_precision() -> None:
  """Big products and convolutions in bfloat16; variables, norms and losses in float32."""
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
