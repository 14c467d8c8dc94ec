"""What changes with the step counter. Source: RPCL-pix2seq (Zang et al., 2021)."""

import tensorflow as tf

from models.rpcl_pix2seq.config import RpclPix2SeqConfig


def kl_weight(step: tf.Tensor, config: RpclPix2SeqConfig) -> tf.Tensor:
  """1 - 0.999 * kl_decay_rate^step: how much the latent terms count; float32 scalar."""
  decay = tf.pow(tf.constant(config.kl_decay_rate, tf.float32), tf.cast(step, tf.float32))
  return 1.0 - 0.999 * decay


def learning_rate(step: tf.Tensor, config: RpclPix2SeqConfig) -> tf.Tensor:
  """(learning_rate - min) * decay_rate^(step / 3) + min; float32 scalar."""
  span = config.learning_rate - config.min_learning_rate
  decay = tf.pow(tf.constant(config.decay_rate, tf.float32), tf.cast(step, tf.float32) / 3.0)
  return span * decay + config.min_learning_rate
