"""Batch normalisation as TensorFlow's fused kernel does it, with its statistics handed out."""

from typing import NamedTuple

import tensorflow as tf

EPSILON = 1e-5
# new = MOMENTUM * old + (1 - MOMENTUM) * batch
MOMENTUM = 0.1


class Moments(NamedTuple):
  """Of one batch, per channel."""

  mean: tf.Tensor  # float32 [C]
  variance: tf.Tensor  # float32 [C], unbiased: times n / (n - 1)


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class BatchNorm(tf.keras.layers.Layer):
  """gamma (x - mean) / sqrt(variance + 1e-5) + beta, over samples and pixels, in float32.

  Normalising takes the biased variance, the moving average the unbiased one. A call changes
  nothing; `follow` moves the averages. So a pass can be compiled, and may be made as often as
  training needs without a trace.

  Args:
    synchronized: statistics of the global batch instead of this replica's rows.

  Attributes:
    gamma, beta, moving_mean, moving_variance: [C].

  Call: [B, H, W, C] and whether batch statistics are used -> float32 [B, H, W, C], and the
    batch's `Moments` or None.

  Source: Ioffe & Szegedy, "Batch normalization" (2015).
  """

  def __init__(self, synchronized: bool = False, **kwargs):
    super().__init__(dtype="float32", **kwargs)
    self.synchronized = synchronized

  def build(self, input_shape):
    moving = {"trainable": False, "synchronization": tf.VariableSynchronization.ON_READ,
              "aggregation": tf.VariableAggregation.MEAN}
    size = [input_shape[-1]]
    self.gamma = self.add_weight("gamma", size, initializer="ones")
    self.beta = self.add_weight("beta", size, initializer="zeros")
    self.moving_mean = self.add_weight("moving_mean", size, initializer="zeros", **moving)
    self.moving_variance = self.add_weight("moving_variance", size, initializer="ones", **moving)
    super().build(input_shape)

  def call(self, x, training=False):
    if not training:
      return tf.nn.batch_normalization(x, self.moving_mean, self.moving_variance, self.beta,
                                       self.gamma, EPSILON), None
    replica = tf.distribute.get_replica_context()
    if self.synchronized and replica is not None and replica.num_replicas_in_sync > 1:
      return self._synchronized(x, replica)
    out, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, self.gamma, self.beta,
                                                           epsilon=EPSILON)
    return out, Moments(mean, variance)

  def _synchronized(self, x, replica):
    average = lambda value: replica.all_reduce(tf.distribute.ReduceOp.MEAN, value)
    mean = average(tf.reduce_mean(x, [0, 1, 2]))
    variance = average(tf.reduce_mean(tf.math.squared_difference(x, mean), [0, 1, 2]))
    out = tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, EPSILON)
    count = tf.cast(tf.reduce_prod(tf.shape(x)[:3]) * replica.num_replicas_in_sync, tf.float32)
    return out, Moments(mean, variance * count / (count - 1.0))

  def follow(self, moments: Moments) -> None:
    """Moves the moving averages towards those of a batch."""
    for variable, value in zip((self.moving_mean, self.moving_variance), moments):
      variable.assign(MOMENTUM * variable + (1.0 - MOMENTUM) * value)

  def get_config(self) -> dict:
    return {**super().get_config(), "synchronized": self.synchronized}
