"""3x3 convolutions of stride 2, and transposed ones, with gradients that are fast on CPUs.

The large image is given an even height and width, its last row and column left over, because
oneDNN has fast kernels for those. The gradient of the weights, for which it has none at this
stride, is one matrix product for each of the nine taps.
"""

import tensorflow as tf


@tf.custom_gradient
def halved(large: tf.Tensor, kernel: tf.Tensor):
  """small(p) = sum over taps t of large(2p + t) kernel(t).

  Args:
    large: [B, 2H + 2, 2W + 2, C].
    kernel: [3, 3, C, D].

  Returns:
    [B, H, W, D].
  """
  gradient = lambda upstream: (_spread(upstream, kernel), _kernel_gradient(large, upstream))
  return _gathered(large, kernel), gradient


@tf.custom_gradient
def spread(small: tf.Tensor, kernel: tf.Tensor):
  """The transpose of `halved`: large(2p + t) is the sum of all small(p) kernel(t)^T.

  Args:
    small: [B, H, W, D].
    kernel: [3, 3, C, D].

  Returns:
    [B, 2H + 1, 2W + 1, C]; what follows would be zero.
  """
  def gradient(upstream):
    large = tf.pad(upstream, [[0, 0], [0, 1], [0, 1], [0, 0]])
    return _gathered(large, kernel), _kernel_gradient(large, small)

  return _spread(small, kernel)[:, :-1, :-1], gradient


def _gathered(large, kernel):
  return tf.nn.conv2d(large, kernel, 2, "VALID")


def _spread(small, kernel):
  batch, height, width, _ = tf.unstack(tf.shape(small))
  sizes = tf.stack([batch, 2 * height + 2, 2 * width + 2, kernel.shape[2]])
  return tf.nn.conv2d_transpose(small, kernel, sizes, 2, "VALID")


def _kernel_gradient(large, small):
  """For each tap t: sum over p of large(2p + t)^T small(p), [3, 3, C, D]."""
  batch, height, width, _ = tf.unstack(tf.shape(small))
  channels, filters = large.shape[-1], small.shape[-1]
  # Every second pixel as slices without steps, which TensorFlow copies faster.
  pairs = tf.reshape(large, tf.stack([batch, height + 1, 2, width + 1, 2, channels]))
  small = tf.reshape(small, [-1, filters])  # [B H W, D]

  def of_tap(row, column):
    down, right = row // 2, column // 2
    seen = pairs[:, down:down + height, row % 2, right:right + width, column % 2]  # [B, H, W, C]
    return tf.matmul(tf.reshape(seen, [-1, channels]), small, transpose_a=True)

  return tf.stack([tf.stack([of_tap(row, column) for column in range(3)]) for row in range(3)])
