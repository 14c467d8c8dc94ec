"""3x3 convolutions by Winograd's minimal filtering: 16 products where the plain sums take 36.

A tile of 2x2 pixels of the result comes from 4x4 of the image, both transformed:
A^T ((G k G^T) * (B^T x B)) A, and the products are summed over the channels by 16 matrix
products. In float32 it is as near to the exact sums as oneDNN's convolution, or nearer.

Source: Lavin & Gray, "Fast algorithms for convolutional neural networks" (2016), F(2x2, 3x3).
"""

import numpy as np
import tensorflow as tf


def _both_ways(matrix):
  """For rows and columns of a tile at once: [m, n] -> [m^2, n^2]."""
  return np.kron(matrix, matrix)


_OF_IMAGE = _both_ways([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])  # [16, 16]
_OF_KERNEL = _both_ways([[1, 0, 0], [.5, .5, .5], [.5, -.5, .5], [0, 0, 1]])  # [16, 9]
_OF_PRODUCTS = _both_ways([[1, 1, 1, 0], [0, 1, -1, -1]])  # [4, 16]


@tf.custom_gradient
def convolved(image: tf.Tensor, kernel: tf.Tensor):
  """Stride 1, zeros around the image.

  Args:
    image: [B, H, W, C], H and W even.
    kernel: [3, 3, C, D].

  Returns:
    [B, H, W, D].
  """
  tiles = _image_tiles(image)  # [16, P, C], P = B H W / 4

  def gradient(upstream):
    # The image's is the same convolution of `upstream`, by the kernel turned around.
    turned = _transformed(kernel, _OF_KERNEL[:, ::-1], upstream)
    of_image = tf.matmul(_image_tiles(upstream), turned, transpose_b=True)
    of_products = _times(_OF_PRODUCTS.T, _blocks(upstream))  # [16, P D]
    of_products = tf.reshape(of_products, [16, -1, upstream.shape[-1]])
    of_kernel = tf.reshape(tf.matmul(tiles, of_products, transpose_a=True), [16, -1])
    return (_assembled(of_image, image),
            tf.reshape(_times(_OF_KERNEL.T, of_kernel), kernel.shape))

  products = tf.matmul(tiles, _transformed(kernel, _OF_KERNEL, image))  # [16, P, D]
  return _assembled(products, image), gradient


def _transformed(kernel, matrix, image):
  """G k G^T, [16, C, D], once there is the image: all kernels at once would be a gigabyte."""
  with tf.control_dependencies([image]):
    flat = tf.reshape(kernel, [9, -1])  # [9, C D]
    return tf.reshape(_times(matrix, flat), [16, *kernel.shape[2:]])


def _times(matrix, flat):
  return tf.matmul(tf.constant(matrix, flat.dtype), flat)


def _halves(image):
  """The sizes [B, H / 2, W / 2] of an image, for `tf.stack` with others."""
  batch, height, width, _ = tf.unstack(tf.shape(image))
  return batch, height // 2, width // 2


def _image_tiles(image):
  """B^T x B of the 4x4 pixels around each 2x2: [B, H, W, C] -> [16, P, C]."""
  batch, rows, columns = _halves(image)
  channels = image.shape[-1]
  framed = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]])
  # Every second pixel as slices without steps, which TensorFlow copies faster.
  pairs = tf.reshape(framed, tf.stack([batch, rows + 1, 2, columns + 1, 2, channels]))
  pixels = [pairs[:, i // 2:i // 2 + rows, i % 2, j // 2:j // 2 + columns, j % 2]
            for i in range(4) for j in range(4)]  # [B, H / 2, W / 2, C] each
  return tf.reshape(_times(_OF_IMAGE, tf.reshape(tf.stack(pixels), [16, -1])), [16, -1, channels])


def _blocks(image):
  """The pixels of each 2x2: [B, H, W, C] -> [4, P C]."""
  batch, rows, columns = _halves(image)
  pairs = tf.reshape(image, tf.stack([batch, rows, 2, columns, 2, image.shape[-1]]))
  return tf.reshape(tf.transpose(pairs, [2, 4, 0, 1, 3, 5]), [4, -1])


def _assembled(products, like):
  """The image of as many pixels as `like`, [B, H, W, D], that products [16, P, D] make."""
  batch, rows, columns = _halves(like)
  channels = products.shape[-1]
  blocks = _times(_OF_PRODUCTS, tf.reshape(products, [16, -1]))  # [4, P D]
  pairs = tf.reshape(blocks, tf.stack([2, 2, batch, rows, columns, channels]))
  # [B, H / 2, 2, W / 2, 2, D]
  return tf.reshape(tf.transpose(pairs, [2, 3, 0, 4, 1, 5]),
                    tf.stack([batch, 2 * rows, 2 * columns, channels]))
