"""The strategies that tests run under, and training steps under them."""

import functools
from typing import Any

import numpy as np
import tensorflow as tf


@functools.cache
def replicas(count: int) -> tf.distribute.MirroredStrategy:
  """MirroredStrategy over logical CPUs, one for each count in the whole test run.

  A second strategy over the same devices would reuse the keys of the first one's collectives,
  whose shapes TensorFlow remembers for the life of the process.
  """
  return tf.distribute.MirroredStrategy([f"/cpu:{index}" for index in range(count)])


def stepped(model: tf.keras.Model, data: dict[str, Any]) -> dict[str, float]:
  """One training step of the model's replicas, not traced, which would take longer.

  Args:
    model: compiled under the strategy it runs on.
    data: arrays of the global batch, of which each replica gets its part of the rows.

  Returns:
    The figures.
  """
  strategy = model.distribute_strategy
  count = strategy.num_replicas_in_sync
  part = lambda rows: strategy.experimental_distribute_values_from_function(
      lambda context: tf.constant(np.split(rows, count)[context.replica_id_in_sync_group]))
  found = strategy.run(model.train_step, (tf.nest.map_structure(part, data),))
  return {name: float(strategy.experimental_local_results(value)[0])
          for name, value in found.items()}
