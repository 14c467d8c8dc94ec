"""The convolutions of SC-Lmser: no bias, zero padding, and resampling at a quarter of the cost.

Averaging over 2x2 pixels is a mean of each pixel with its right and lower neighbours, of which
every second is taken. The convolution commutes with the mean, and the rest is its stride: 9
products where the steps one after the other take 36. Doubling by nearest neighbours is the same
the other way round: pixels set apart, which is a transposed convolution's stride, then a sum over
neighbours. A 1x1 convolution commutes with either as a whole.
"""

import tensorflow as tf

from models.layers.resizing import doubled
from models.sc_lmser import winograd
from models.layers.strided_convolution import halved, spread

DOWN, UP = "down", "up"  # average 2x2 after the convolution; double before it
# Winograd's transformations pay from so many channels, in and out, and so many pixels.
_WINOGRAD_CHANNELS, _WINOGRAD_PIXELS = 128, 256


@tf.keras.utils.register_keras_serializable("sketch_zoo.sc_lmser")
class Conv(tf.keras.layers.Layer):
  """A convolution without bias (unless asked for), with zeros around the image.

  Args:
    filters: C.
    size: of the kernel.
    strides: 1 or 2.
    padding: zero pixels on each of the four sides.
    resample: None, "down" or "up" (kernels of size 1, and of size 3 with padding 1).
    use_bias: add one number per channel.
    seed: of the start values, truncated normal(0, 0.02).

  Attributes:
    kernel: [size, size, C_in, C].
    bias: [C] or None.

  Call: [B, H, W, C_in] -> [B, H', W', C].
  """

  def __init__(self, filters: int, size: int, strides: int = 1, padding: int = 0,
               resample: str | None = None, use_bias: bool = False, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.filters, self.size, self.strides, self.padding = filters, size, strides, padding
    self.resample, self.use_bias, self.seed = resample, use_bias, seed
    self.kernel = self.bias = None

  def build(self, input_shape):
    start = tf.keras.initializers.TruncatedNormal(0.0, 0.02, seed=self.seed)
    self.kernel = self.add_weight("kernel", [self.size, self.size, input_shape[-1], self.filters],
                                  initializer=start)
    if self.use_bias:
      self.bias = self.add_weight("bias", [self.filters], initializer="zeros")
    super().build(input_shape)

  def call(self, x):
    x = self._convolved(x)
    return x if self.bias is None else tf.nn.bias_add(x, self.bias)

  def _convolved(self, x):
    kernel = tf.convert_to_tensor(self.kernel)
    if self.resample is None:
      return self._plain(x, kernel)
    if self.size == 1:
      return (doubled(self._plain(x, kernel)) if self.resample == UP
              else self._plain(tf.nn.avg_pool2d(x, 2, 2, "VALID"), kernel))
    if self.resample == DOWN:
      # Two zeros at the ends: `halved` wants an even size.
      return halved(_neighbours(_framed(x, 1, 2)), kernel)
    # Seen from the pixel that it spreads, the kernel is turned around.
    turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
    return 4 * _neighbours(spread(x, turned))

  def _plain(self, x, kernel):
    if self.size != 2 * self.padding + 1 or self.strides != 1:
      return tf.nn.conv2d(_framed(x, self.padding, self.padding), kernel, self.strides, "VALID")
    if _suits_winograd(x, kernel):
      return winograd.convolved(x, kernel)
    # Not as explicit padding: its gradients would not run on oneDNN's kernels.
    return tf.nn.conv2d(x, kernel, 1, "SAME")

  def get_config(self) -> dict:
    return {**super().get_config(), "filters": self.filters, "size": self.size,
            "strides": self.strides, "padding": self.padding, "resample": self.resample,
            "use_bias": self.use_bias, "seed": self.seed}


def _framed(x, before, after):
  """With so many zeros above and to the left, and below and to the right."""
  margin = [before, after]
  return tf.pad(x, [[0, 0], margin, margin, [0, 0]]) if any(margin) else x


def _neighbours(x):
  """The mean of each pixel with its right and lower neighbours: one row and column less."""
  return tf.nn.avg_pool2d(x, 2, 1, "VALID")


def _suits_winograd(x, kernel):
  """Whether it is allowed and cheaper. On GPUs the library has such kernels of its own."""
  _, height, width, _ = x.shape
  known = height is not None and width is not None
  return (kernel.shape[0] == 3 and x.dtype == tf.float32 and known
          and height % 2 == 0 and width % 2 == 0 and height * width >= _WINOGRAD_PIXELS
          and min(kernel.shape[2:]) >= _WINOGRAD_CHANNELS
          and not tf.config.list_physical_devices("GPU"))
