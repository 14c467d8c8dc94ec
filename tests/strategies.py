"""The strategies that tests run under."""

import functools

import tensorflow as tf


@functools.cache
def replicas(count: int) -> tf.distribute.MirroredStrategy:
  """MirroredStrategy over logical CPUs, one for each count in the whole test run.

  A second strategy over the same devices would reuse the keys of the first one's collectives,
  whose shapes TensorFlow remembers for the life of the process.
  """
  return tf.distribute.MirroredStrategy([f"/cpu:{index}" for index in range(count)])
