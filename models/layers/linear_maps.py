"""Convolutions and dense layers that start as PyTorch's do, with spectral norm where asked for.

Their variables exist at once, so the channels of the input are given. The last axis of every
kernel is that of the channels that come out.
"""

import tensorflow as tf

from models.layers.initializers import FanInUniform, SeededNormal, seed_pair
from models.layers.spectral_norm import SpectralNorm


class LinearMap(tf.keras.layers.Layer):
  """What the layers below share.

  Args:
    shape: of the kernel.
    fan_in: values that a result is a sum over, as PyTorch counts them.
    use_bias: add one number per channel.
    spectral: the kernel is divided by its spectral norm, see `SpectralNorm`.
    deviation: start from normal(0, this) instead of PyTorch's uniform values.
    seed: of the start values; with `name` it decides them.

  Attributes:
    kernel: float32 `shape`.
    bias: [filters] or None.
    spectral: the `SpectralNorm` or None.
  """

  # Axis k of the kernel is axis TORCH_AXES[k] of PyTorch's.
  TORCH_AXES: tuple[int, ...] = ()

  def __init__(self, shape: list[int], fan_in: int, use_bias: bool = False,
               spectral: bool = False, deviation: float | None = None, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._options = {"use_bias": use_bias, "spectral": spectral, "deviation": deviation,
                     "seed": seed}
    start = lambda name: FanInUniform(fan_in, seed_pair(seed, f"{self.name}.{name}"))
    kernel_start = start("kernel") if deviation is None else SeededNormal(
        0.0, deviation, seed_pair(seed, f"{self.name}.kernel"))
    with tf.name_scope(self.name):
      # Read as float32 under mixed precision, too: the norm is to be exact.
      self.kernel = self.add_weight("kernel", shape, initializer=kernel_start,
                                    experimental_autocast=False)
      self.bias = (self.add_weight("bias", shape[-1:], initializer=start("bias")) if use_bias
                   else None)
    columns = self.kernel.shape.num_elements() // shape[-1]
    self.spectral = (SpectralNorm(shape[-1], columns, seed, name=f"{self.name}.spectral")
                     if spectral else None)
    self.built = True

  def call(self, x, training=False):
    kernel = tf.convert_to_tensor(self.kernel)
    if self.spectral is not None:
      kernel = self.spectral(kernel, training=training)
    out = self._mapped(x, tf.cast(kernel, self.compute_dtype))
    return out if self.bias is None else out + self.bias

  def _mapped(self, x, kernel):
    raise NotImplementedError

  def torch_variables(self) -> dict[str, tf.Variable]:
    """The variables by PyTorch's names; see `torch_state`."""
    bias = {} if self.bias is None else {"bias": self.bias}
    if self.spectral is None:
      return {"weight": self.kernel, **bias}
    return {"weight_orig": self.kernel, "weight_u": self.spectral.u,
            "weight_v": self.spectral.v, **bias}

  def get_config(self) -> dict:
    return {**super().get_config(), **self._options}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class Conv(LinearMap):
  """A convolution with as many zeros on each of the four sides.

  Args:
    channels: C_in.
    filters: C.
    size: of the kernel, [size, size, C_in, C].
    strides: 1 or more.
    padding: zero pixels on each side.
    **options: of `LinearMap`.

  Call: [B, H, W, C_in], and whether spectral norm makes a step -> [B, H', W', C] with
    H' = (H + 2 padding - size) // strides + 1.
  """

  TORCH_AXES = (2, 3, 1, 0)

  def __init__(self, channels: int, filters: int, size: int, strides: int = 1, padding: int = 0,
               **options):
    super().__init__([size, size, channels, filters], size * size * channels, **options)
    self.channels, self.filters, self.size = channels, filters, size
    self.strides, self.padding = strides, padding

  def _mapped(self, x, kernel):
    if self._is_same(x.shape):
      return tf.nn.conv2d(x, kernel, self.strides, "SAME")
    margin = [self.padding, self.padding]
    # Not as explicit padding: its gradients would not run on oneDNN's kernels.
    return tf.nn.conv2d(tf.pad(x, [[0, 0], margin, margin, [0, 0]]), kernel, self.strides, "VALID")

  def _is_same(self, shape):
    """Whether TensorFlow's SAME is these zeros; it may put one more at the end than before."""
    divides = all(side and not side % self.strides for side in shape[1:3])
    return self.size - self.strides == 2 * self.padding and (self.strides == 1 or divides)

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "filters": self.filters,
            "size": self.size, "strides": self.strides, "padding": self.padding}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class DepthwiseConv(LinearMap):
  """A convolution of each channel by itself, with zeros around that keep the size.

  Args:
    channels: C.
    size: of the kernel, odd; the kernel is [size, size, 1, C], as of C groups.
    **options: of `LinearMap`.

  Call: [B, H, W, C], and whether spectral norm makes a step -> the same shape.
  """

  TORCH_AXES = (2, 3, 1, 0)

  def __init__(self, channels: int, size: int, **options):
    super().__init__([size, size, 1, channels], size * size, **options)
    self.channels, self.size = channels, size

  def _mapped(self, x, kernel):
    kernel = tf.reshape(kernel, [self.size, self.size, self.channels, 1])
    return tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "SAME")

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "size": self.size}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class Dense(LinearMap):
  """x @ kernel + bias.

  Args:
    channels: C_in.
    filters: C; the kernel is [C_in, C].
    **options: of `LinearMap`.

  Call: [B, C_in], and whether spectral norm makes a step -> [B, C].
  """

  TORCH_AXES = (1, 0)

  def __init__(self, channels: int, filters: int, **options):
    super().__init__([channels, filters], channels, **options)
    self.channels, self.filters = channels, filters

  def _mapped(self, x, kernel):
    return tf.matmul(x, kernel)

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "filters": self.filters}


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class VectorToMap(LinearMap):
  """A transposed convolution of a single pixel, which is a dense layer that makes a small map.

  Args:
    channels: C_in.
    filters: C.
    size: of the map and of the kernel, [C_in, size, size, C].
    **options: of `LinearMap`.

  Call: [B, C_in], and whether spectral norm makes a step -> [B, size, size, C].
  """

  TORCH_AXES = (0, 2, 3, 1)

  def __init__(self, channels: int, filters: int, size: int, **options):
    super().__init__([channels, size, size, filters], size * size * filters, **options)
    self.channels, self.filters, self.size = channels, filters, size

  def _mapped(self, x, kernel):
    flat = tf.matmul(x, tf.reshape(kernel, [self.channels, -1]))
    return tf.reshape(flat, [-1, self.size, self.size, self.filters])

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "filters": self.filters,
            "size": self.size}
