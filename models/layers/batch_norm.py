"""Batch normalisation as TensorFlow's fused kernel and PyTorch do it."""

from typing import NamedTuple

import tensorflow as tf

EPSILON = 1e-5


class Moments(NamedTuple):
  """Of one batch, per channel."""

  mean: tf.Tensor  # float32 [C]
  variance: tf.Tensor  # float32 [C], unbiased: times n / (n - 1)


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class PureBatchNorm(tf.keras.layers.Layer):
  """gamma (x - mean) / sqrt(variance + 1e-5) + beta, over samples and pixels, in float32.

  Normalising takes the biased variance, the moving average the unbiased one (Keras's layer takes
  the biased one where there are no pixels). A call changes nothing; `follow` moves the averages.
  So a pass can be compiled, and may be made as often as training needs without a trace.

  Args:
    momentum: new average = momentum * old + (1 - momentum) * batch. PyTorch's momentum is 1 minus
      this.
    synchronized: statistics of the global batch instead of this replica's rows.

  Attributes:
    gamma, beta, moving_mean, moving_variance: [C].

  Call: [B, H, W, C] or [B, C] and whether batch statistics are used -> float32 of the same shape,
    and the batch's `Moments` or None.

  Source: Ioffe & Szegedy, "Batch normalization" (2015).
  """

  def __init__(self, momentum: float = 0.9, synchronized: bool = False, **kwargs):
    super().__init__(dtype="float32", **kwargs)
    self.momentum, self.synchronized = momentum, synchronized

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
    gamma = self._gamma(training)
    if not training:
      return tf.nn.batch_normalization(x, self.moving_mean, self.moving_variance, self.beta,
                                       gamma, EPSILON), None
    rows = x if len(x.shape) == 4 else x[:, None, None, :]  # [B, H, W, C]
    replica = tf.distribute.get_replica_context()
    if self.synchronized and replica is not None and replica.num_replicas_in_sync > 1:
      out, moments = self._synchronized(rows, gamma, replica)
    else:
      out, mean, variance = tf.compat.v1.nn.fused_batch_norm(rows, gamma, self.beta,
                                                             epsilon=EPSILON)
      moments = Moments(mean, variance)
    return out if len(x.shape) == 4 else out[:, 0, 0, :], moments

  def _gamma(self, training):
    """The gains in effect; [C]."""
    del training
    return self.gamma

  def _synchronized(self, x, gamma, replica):
    average = lambda value: replica.all_reduce(tf.distribute.ReduceOp.MEAN, value)
    mean = average(tf.reduce_mean(x, [0, 1, 2]))
    variance = average(tf.reduce_mean(tf.math.squared_difference(x, mean), [0, 1, 2]))
    out = tf.nn.batch_normalization(x, mean, variance, self.beta, gamma, EPSILON)
    count = tf.cast(tf.reduce_prod(tf.shape(x)[:3]) * replica.num_replicas_in_sync, tf.float32)
    return out, Moments(mean, variance * count / (count - 1.0))

  def follow(self, moments: Moments) -> None:
    """Moves the moving averages towards those of a batch."""
    for variable, value in zip((self.moving_mean, self.moving_variance), moments):
      variable.assign(self.momentum * variable + (1.0 - self.momentum) * value)

  def get_config(self) -> dict:
    return {**super().get_config(), "momentum": self.momentum, "synchronized": self.synchronized}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class BatchNorm(PureBatchNorm):
  """The same as an ordinary layer: a call in training mode moves the averages.

  Call: [B, H, W, C] or [B, C] and whether batch statistics are used -> float32, the same shape.
  """

  def call(self, x, training=False):
    out, moments = super().call(x, training=training)
    if moments is not None:
      self.follow(moments)
    return out
