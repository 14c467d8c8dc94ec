"""Gated linear units."""

import tensorflow as tf


def glu(x: tf.Tensor) -> tf.Tensor:
  """The first half of the channels times the sigmoid of the second: [..., 2C] -> [..., C].

  Source: Dauphin et al., "Language modeling with gated convolutional networks" (2017).
  """
  values, gates = tf.split(x, 2, axis=-1)  # [..., C] each
  return values * tf.sigmoid(gates)
