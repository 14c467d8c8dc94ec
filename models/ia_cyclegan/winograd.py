"""3x3 convolutions by Winograd's minimal filtering: 36 products where the plain sums take 144.

A tile of 4x4 pixels of the result comes from 6x6 of the image, both transformed:
A^T ((G k G^T) * (B^T x B)) A, and the products are summed over the channels by 36 matrix products.
The three matrices belong to six points; at 0, +-3/4, +-3/2 and infinity float32 results are as near
to the exact sums as oneDNN's convolution, at the usual 0, +-1, +-2 four times farther.

Source: Lavin & Gray, "Fast algorithms for convolutional neural networks" (2016), F(4x4, 3x3).
"""

import numpy as np
import tensorflow as tf

TILE = 4  # pixels of a result that are made together, in both directions
_SEEN = 6  # pixels of the image that they depend on
_POINTS = (0.0, 0.75, -0.75, 1.5, -1.5)


def _matrices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """A^T [4, 6], G [6, 3] and B^T [6, 6], the last row or column being that of infinity."""
  products, kernel, image = np.zeros([4, 6]), np.zeros([6, 3]), np.zeros([6, 6])
  for index, point in enumerate(_POINTS):
    others = [other for other in _POINTS if other != point]
    products[:, index] = point ** np.arange(4)
    kernel[index] = point ** np.arange(3) / np.prod(point - np.array(others))
    image[index, :5] = np.poly(others)[::-1]
  products[3, 5] = kernel[5, 2] = 1.0
  image[5] = np.poly(_POINTS)[::-1]
  return products, kernel, image


# For rows and columns of a tile at once: [16, 36], [36, 9], [36, 36].
_OF_PRODUCTS, _OF_KERNEL, _OF_IMAGE = (np.kron(matrix, matrix) for matrix in _matrices())


@tf.custom_gradient
def convolved(image: tf.Tensor, kernel: tf.Tensor):
  """Stride 1, nothing added around the image.

  Args:
    image: float32 [B, H + 2, W + 2, C], H and W multiples of 4, known when tracing.
    kernel: [3, 3, C, D].

  Returns:
    [B, H, W, D].
  """
  channels, filters = kernel.shape[2:]
  rows, columns = image.shape[1] // TILE, image.shape[2] // TILE
  tiles = tf.reshape(_times(_OF_IMAGE, _windows(image, rows, columns)), [36, -1, channels])
  seen = _transformed(kernel, image)  # [36, C, D]

  def gradient(upstream):
    spread = tf.reshape(_times(_OF_PRODUCTS.T, _blocks(upstream, rows, columns)),
                        [36, -1, filters])
    of_kernel = tf.reshape(tf.matmul(tiles, spread, transpose_a=True), [36, -1])
    of_tiles = tf.matmul(spread, _transformed(kernel, upstream), transpose_b=True)
    of_windows = _times(_OF_IMAGE.T, tf.reshape(of_tiles, [36, -1]))
    return (_overlapped(of_windows, rows, columns, channels),
            tf.reshape(_times(_OF_KERNEL.T, of_kernel), kernel.shape))

  products = tf.reshape(tf.matmul(tiles, seen), [36, -1])  # [36, P D]
  return _assembled(_times(_OF_PRODUCTS, products), rows, columns, filters), gradient


def _times(matrix, flat):
  return tf.matmul(tf.constant(matrix, flat.dtype), flat)


def _transformed(kernel, image):
  """G k G^T, [36, C, D], once there is the image: all kernels at once would take gigabytes."""
  with tf.control_dependencies([image]):
    flat = tf.reshape(kernel, [9, -1])  # [9, C D]
    return tf.reshape(_times(_OF_KERNEL, flat), [36, *kernel.shape[2:]])


def _windows(image, rows, columns):
  """The 6x6 pixels that each tile depends on: [B, H + 2, W + 2, C] -> [36, P C], P = B H W / 16."""
  channels, rest = image.shape[-1], TILE - 2
  framed = tf.pad(image, [[0, 0], [0, rest], [0, rest], [0, 0]])
  # Every fourth pixel as slices without steps, which TensorFlow copies faster.
  tiles = tf.reshape(framed, [-1, rows + 1, TILE, columns + 1, TILE, channels])
  pixels = [tiles[:, i // TILE:i // TILE + rows, i % TILE, j // TILE:j // TILE + columns, j % TILE]
            for i in range(_SEEN) for j in range(_SEEN)]  # [B, H / 4, W / 4, C] each
  return tf.reshape(tf.stack(pixels), [_SEEN * _SEEN, -1])


def _overlapped(windows, rows, columns, channels):
  """The transpose of `_windows`: the sum of all windows at their places, [B, H + 2, W + 2, C]."""
  # One direction after the other; [B, rows, 6, columns, 6, C].
  x = tf.transpose(tf.reshape(windows, [_SEEN, _SEEN, -1, rows, columns, channels]),
                   [2, 3, 0, 4, 1, 5])
  x = _joined(tf.reshape(x, [-1, rows, _SEEN, columns * _SEEN * channels]))
  x = _joined(tf.reshape(x, [-1, columns, _SEEN, channels]))
  return tf.reshape(x, [-1, TILE * rows + 2, TILE * columns + 2, channels])


def _joined(pieces):
  """Pieces of 6 that overlap by 2: [N, n, 6, m] -> [N, 4n + 2, m]."""
  own, next_ones = pieces[:, :, :TILE], pieces[:, :, TILE:]
  own = tf.pad(own, [[0, 0], [0, 1], [0, 0], [0, 0]])
  next_ones = tf.pad(next_ones, [[0, 0], [1, 0], [0, TILE - 2], [0, 0]])
  count, size = pieces.shape[1], pieces.shape[3]
  return tf.reshape(own + next_ones, [-1, TILE * (count + 1), size])[:, :TILE * count + 2]


def _blocks(image, rows, columns):
  """The pixels of each tile: [B, H, W, D] -> [16, P D]."""
  tiles = tf.reshape(image, [-1, rows, TILE, columns, TILE, image.shape[-1]])
  return tf.reshape(tf.transpose(tiles, [2, 4, 0, 1, 3, 5]), [TILE * TILE, -1])


def _assembled(blocks, rows, columns, filters):
  """The transpose of `_blocks`, [B, H, W, D]."""
  tiles = tf.reshape(blocks, [TILE, TILE, -1, rows, columns, filters])
  return tf.reshape(tf.transpose(tiles, [2, 3, 0, 4, 1, 5]),
                    [-1, TILE * rows, TILE * columns, filters])
