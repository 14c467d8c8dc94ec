"""Depthwise convolution whose kernel's gradient is taken for a group of channels at a time.

Each channel is by itself, so the numbers are the same. For the thousands of channels inside a
residual block all at once TensorFlow's kernel on CPUs takes two to four times as long.
"""

import tensorflow as tf

from models.layers.linear_maps import DepthwiseConv

# Channels at a time: the best of 64 to 512 for maps of 8x8 to 32x32.
GROUP = 128


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class GroupedDepthwiseConv(DepthwiseConv):
  """A `DepthwiseConv` with another way to its kernel's gradient.

  Args:
    channels, size, **options: of `DepthwiseConv`.

  Call: [B, H, W, C], and whether spectral norm makes a step -> the same shape.
  """

  def _mapped(self, x, kernel):
    return grouped_depthwise(x, tf.reshape(kernel, [self.size, self.size, self.channels, 1]))


@tf.custom_gradient
def grouped_depthwise(x: tf.Tensor, kernel: tf.Tensor):
  """A convolution of each channel by itself, with zeros around that keep the size.

  Args:
    x: float [B, H, W, C].
    kernel: [size, size, C, 1], of the same type.

  Returns:
    [B, H, W, C].
  """
  same = {"strides": [1, 1, 1, 1], "padding": "SAME"}

  def gradient(upstream):
    of_x = tf.nn.depthwise_conv2d_backprop_input(tf.shape(x), kernel, upstream, **same)
    sizes = _groups(kernel.shape[2])
    of_group = lambda size, some, back: tf.nn.depthwise_conv2d_backprop_filter(
        some, [*kernel.shape[:2], size, 1], back, **same)
    parts = map(of_group, sizes, tf.split(x, sizes, 3), tf.split(upstream, sizes, 3))
    return of_x, tf.concat(list(parts), axis=2)

  return tf.nn.depthwise_conv2d(x, kernel, **same), gradient


def _groups(channels):
  """Sizes of the groups; one group on GPUs, whose kernels take all at once well."""
  if tf.config.list_logical_devices("GPU"):
    return [channels]
  whole, rest = divmod(channels, GROUP)
  return [GROUP] * whole + [rest] * bool(rest)
