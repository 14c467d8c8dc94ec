"""Instance normalisation in plain TensorFlow, for where TensorFlow Addons isn't installed."""

import tensorflow as tf


class StandInInstanceNorm(tf.keras.layers.Layer):
  """Addons' `InstanceNormalization` of the last axis: the same operations, so the same bits, and
  variables of the same names, so the same checkpoints.

  Args:
    epsilon: added to the variance.
    gamma_initializer, beta_initializer: of gain and offset.

  Attributes:
    gamma, beta: [C].

  Call: [B, ..., C] -> the same shape.
  """

  def __init__(self, epsilon: float = 1e-3, gamma_initializer="ones", beta_initializer="zeros",
               **kwargs):
    super().__init__(**kwargs)
    self.supports_masking = True
    self.epsilon = epsilon
    self.gamma_initializer = tf.keras.initializers.get(gamma_initializer)
    self.beta_initializer = tf.keras.initializers.get(beta_initializer)

  def build(self, input_shape):
    channels = input_shape[-1]
    self.input_spec = tf.keras.layers.InputSpec(ndim=len(input_shape), axes={-1: channels})
    self.gamma = self.add_weight("gamma", [channels], initializer=self.gamma_initializer)
    self.beta = self.add_weight("beta", [channels], initializer=self.beta_initializer)
    super().build(input_shape)

  def call(self, x):
    mean, variance = tf.nn.moments(x, list(range(1, x.shape.rank - 1)), keepdims=True)
    broadcast = [1] * (x.shape.rank - 1) + [-1]
    return tf.nn.batch_normalization(x, mean, variance, tf.reshape(self.beta, broadcast),
                                     tf.reshape(self.gamma, broadcast), self.epsilon)

  def get_config(self) -> dict:
    return {**super().get_config(), "epsilon": self.epsilon,
            "gamma_initializer": tf.keras.initializers.serialize(self.gamma_initializer),
            "beta_initializer": tf.keras.initializers.serialize(self.beta_initializer)}
