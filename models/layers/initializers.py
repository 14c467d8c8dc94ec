"""Start values of dense and convolution weights."""

import zlib
from collections.abc import Iterable

import tensorflow as tf


def seed_pair(seed: int, name: str) -> tuple[int, int]:
  """A stateless seed for the variable of that name: other names, other values."""
  return seed, zlib.crc32(name.encode()) & 0x7FFFFFFF


def draw_he_normal(convolutions: Iterable[tf.keras.layers.Layer], seed: int) -> None:
  """Sets kernels to normal(0, sqrt(2 / fan_in)), the same for a seed each time.

  Args:
    convolutions: built layers with `kernel` [h, w, in, out].
    seed: of all of them.
  """
  for number, conv in enumerate(convolutions):
    fan_in = conv.kernel.shape[:3].num_elements()
    conv.kernel.assign((2.0 / fan_in) ** 0.5 * tf.random.stateless_normal(
        conv.kernel.shape, [seed, number], alg="philox"))


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class FirstDimensionNormal(tf.keras.initializers.Initializer):
  """normal(0, sqrt(2 / shape[0])), whatever the first dimension means.

  For a dense weight that is the fan-in; for a 3x3 kernel it is 3. RPCL-pix2seq trains from
  these values, so they are kept.

  Args:
    seed: int.
  """

  def __init__(self, seed: int = 0):
    self.seed = seed

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    deviation = (2.0 / shape[0]) ** 0.5
    return deviation * tf.random.stateless_normal(shape, [self.seed, 2], dtype=dtype)

  def get_config(self) -> dict:
    return {"seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class FanInUniform(tf.keras.initializers.Initializer):
  """Uniform in +-1 / sqrt(fan_in): how PyTorch starts kernels, and biases by the kernel's fan-in.

  Args:
    fan_in: values that a result is a sum over; of a transposed convolution PyTorch counts the
      channels that come out.
    seed: two ints, see `seed_pair`.
  """

  def __init__(self, fan_in: int, seed: tuple[int, int]):
    self.fan_in, self.seed = fan_in, tuple(seed)

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    bound = self.fan_in ** -0.5
    return tf.random.stateless_uniform(shape, self.seed, -bound, bound, dtype)

  def get_config(self) -> dict:
    return {"fan_in": self.fan_in, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class SeededNormal(tf.keras.initializers.Initializer):
  """normal(mean, deviation).

  Args:
    mean: of all values.
    deviation: of all values.
    seed: two ints, see `seed_pair`.
  """

  def __init__(self, mean: float, deviation: float, seed: tuple[int, int]):
    self.mean, self.deviation, self.seed = mean, deviation, tuple(seed)

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    return tf.random.stateless_normal(shape, self.seed, self.mean, self.deviation, dtype)

  def get_config(self) -> dict:
    return {"mean": self.mean, "deviation": self.deviation, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class UnitVector(tf.keras.initializers.Initializer):
  """A vector of length 1 in a random direction.

  Args:
    seed: two ints, see `seed_pair`.
  """

  def __init__(self, seed: tuple[int, int]):
    self.seed = tuple(seed)

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    return tf.math.l2_normalize(tf.random.stateless_normal(shape, self.seed, dtype=dtype))

  def get_config(self) -> dict:
    return {"seed": self.seed}
