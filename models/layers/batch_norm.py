"""Batch normalisation as TensorFlow's fused kernel and PyTorch do it."""

from typing import NamedTuple

import tensorflow as tf

from models.layers.batch_norm_by_rows import batch_norm_by_rows, mean_by_rows
from models.layers.initializers import SeededNormal, seed_pair

EPSILON = 1e-5
# Of all pictures of a batch together.
MANY_PIXELS = 2 ** 16


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
    super().__init__(**{**kwargs, "dtype": "float32"})
    self.momentum, self.synchronized = momentum, synchronized

  def build(self, input_shape):
    moving = {"trainable": False, "synchronization": tf.VariableSynchronization.ON_READ,
              "aggregation": tf.VariableAggregation.MEAN}
    size = [input_shape[-1]]
    self.gamma = self.add_weight("gamma", size, initializer=self._gain_start())
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
      out, moments = self._normed(rows, gamma)
    return out if len(x.shape) == 4 else out[:, 0, 0, :], moments

  def _normed(self, x, gamma):
    out, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, gamma, self.beta, epsilon=EPSILON)
    return out, Moments(mean, variance)

  def _gain_start(self):
    return "ones"

  def _gamma(self, training):
    """The gains in effect; [C]."""
    del training
    return self.gamma

  def _synchronized(self, x, gamma, replica):
    average = lambda value: replica.all_reduce(tf.distribute.ReduceOp.MEAN, value)
    mean = average(mean_by_rows(x))
    variance = average(mean_by_rows(tf.math.squared_difference(x, mean)))
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

  On CPUs the fused kernel adds the pixels of a channel one after the other, which for some
  512x512 pictures is 8e-5 of the largest result off, and more for more. Where there are many
  pixels, known when tracing, sums are taken row by row instead, which is exact and slower.

  Args:
    momentum, synchronized: as above.
    channels: C; given, the variables exist at once, else from the first call on.
    gain_deviation: the gains start from normal(1, this).
    seed: of the gains.

  Call: [B, H, W, C] or [B, C] and whether batch statistics are used -> float32, the same shape.
  """

  def __init__(self, momentum: float = 0.9, synchronized: bool = False,
               channels: int | None = None, gain_deviation: float = 0.0, seed: int = 0, **kwargs):
    super().__init__(momentum, synchronized, **kwargs)
    self.channels, self.gain_deviation, self.seed = channels, gain_deviation, seed
    if channels:
      with tf.name_scope(self.name):
        self.build([None, channels])

  def _gain_start(self):
    return SeededNormal(1.0, self.gain_deviation, seed_pair(self.seed, f"{self.name}.gamma"))

  def call(self, x, training=False):
    out, moments = super().call(x, training=training)
    if moments is not None:
      self.follow(moments)
    return out

  def _normed(self, x, gamma):
    pixels = x.shape[:3].num_elements()
    if not pixels or pixels < MANY_PIXELS or tf.config.list_logical_devices("GPU"):
      return super()._normed(x, gamma)
    out, mean, variance = batch_norm_by_rows(x, tf.convert_to_tensor(gamma),
                                             tf.convert_to_tensor(self.beta), EPSILON)
    return out, Moments(mean, variance * pixels / (pixels - 1))

  def torch_variables(self) -> dict[str, tf.Variable]:
    """The variables by PyTorch's names; see `torch_state`."""
    return {"weight": self.gamma, "bias": self.beta, "running_mean": self.moving_mean,
            "running_var": self.moving_variance}

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels,
            "gain_deviation": self.gain_deviation, "seed": self.seed}


def synchronize(network: tf.Module) -> None:
  """Every batch norm inside takes the statistics of the global batch from now on."""
  for layer in network.submodules:
    if isinstance(layer, PureBatchNorm):
      layer.synchronized = True
