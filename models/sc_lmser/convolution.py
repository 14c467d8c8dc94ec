"""The convolutions of SC-Lmser: no bias, zero padding, and resampling folded into the kernel.

A 3x3 convolution whose result is averaged over 2x2 pixels is one 4x4 convolution of stride 2; a
3x3 convolution of an image doubled by nearest neighbours is a transposed one. Both are the same
sums in another order with 16 products where the separate steps take 36. A 1x1 convolution
commutes with either, and takes a quarter at the smaller size.
"""

import numpy as np
import tensorflow as tf

DOWN, UP = "down", "up"  # average 2x2 after the convolution; double before it


# Folding a kernel costs the same whatever the image's size, so it pays above this many pixels of
# the smaller image.
_PIXELS_TO_FOLD = 512
# [4, 3]: out[o] = in[o] + in[o - 1]; as a matrix product folding takes one pass over the kernel.
_SPREAD = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], np.float32)
_SPREAD_BOTH = np.kron(_SPREAD, _SPREAD)  # [16, 9]


def pooled_kernel(kernel: tf.Tensor) -> tf.Tensor:
  """The stride-2 kernel of "convolve, then average 2x2": k[o] = sum over s in {0, 1} of k[o - s].

  Args:
    kernel: [3, 3, C_in, C].

  Returns:
    [4, 4, C_in, C].
  """
  return _spread(kernel, _SPREAD_BOTH / 4)


def upsampled_kernel(kernel: tf.Tensor) -> tf.Tensor:
  """The transposed stride-2 kernel of "double by nearest neighbours, then convolve".

  Args:
    kernel: [3, 3, C_in, C].

  Returns:
    [4, 4, C, C_in], as `tf.nn.conv2d_transpose` takes it.
  """
  # The reversed order of columns turns the 3x3 kernel around.
  return _spread(tf.transpose(kernel, [0, 1, 3, 2]), _SPREAD_BOTH[:, ::-1])


def _spread(kernel, matrix):
  flat = tf.reshape(kernel, [9, -1])  # [9, C_in C]
  return tf.reshape(tf.matmul(tf.cast(matrix, kernel.dtype), flat), [4, 4, *kernel.shape[2:]])


def doubled(image: tf.Tensor) -> tf.Tensor:
  """Nearest neighbour, [B, H, W, C] -> [B, 2H, 2W, C]: out(i, j) = in(i // 2, j // 2)."""
  batch, height, width, channels = _sizes(image)
  wide = tf.broadcast_to(image[:, :, None, :, None, :],
                         tf.stack([batch, height, 2, width, 2, channels]))
  return tf.reshape(wide, tf.stack([batch, 2 * height, 2 * width, channels]))


@tf.keras.utils.register_keras_serializable("sketch_zoo")
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
              else self._plain(_averaged(x), kernel))
    if self.resample == DOWN:
      if not _pays(x, self.resample):
        return _averaged(self._plain(x, kernel))
      return tf.nn.conv2d(x, pooled_kernel(kernel), 2, "SAME")  # one pixel on each side
    if not _pays(x, self.resample):
      return self._plain(doubled(x), kernel)
    batch, height, width, _ = _sizes(x)
    return tf.nn.conv2d_transpose(x, upsampled_kernel(kernel),
                                  tf.stack([batch, 2 * height, 2 * width, self.filters]), 2, "SAME")

  def _plain(self, x, kernel):
    # Not as explicit padding: its gradients would not run on oneDNN's kernels.
    if self.padding and self.size == 2 * self.padding + 1 and self.strides == 1:
      return tf.nn.conv2d(x, kernel, 1, "SAME")
    if self.padding:
      margin = [self.padding, self.padding]
      x = tf.pad(x, [[0, 0], margin, margin, [0, 0]])
    return tf.nn.conv2d(x, kernel, self.strides, "VALID")

  def get_config(self) -> dict:
    return {**super().get_config(), "filters": self.filters, "size": self.size,
            "strides": self.strides, "padding": self.padding, "resample": self.resample,
            "use_bias": self.use_bias, "seed": self.seed}


def _sizes(x):
  """[B, H, W, C], as numbers where they are known when tracing."""
  return [static or dynamic for static, dynamic in zip(x.shape, tf.unstack(tf.shape(x), 4))]


def _averaged(x):
  return tf.nn.avg_pool2d(x, 2, 2, "VALID")


def _pays(x, resample):
  """Whether folding saves more than it costs; it does for sizes not known when tracing."""
  height, width = x.shape[1:3]
  if height is None or width is None:
    return True
  return height * width // (4 if resample == DOWN else 1) >= _PIXELS_TO_FOLD
