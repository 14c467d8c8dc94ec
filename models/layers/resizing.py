"""Enlarging and reducing pictures without new values, with PyTorch's choice of source pixels."""

import tensorflow as tf


def doubled(image: tf.Tensor) -> tf.Tensor:
  """Nearest neighbour, [B, H, W, C] -> [B, 2H, 2W, C]: out(i, j) = in(i // 2, j // 2)."""
  batch, height, width, channels = sizes(image)
  wide = tf.broadcast_to(image[:, :, None, :, None, :],
                         tf.stack([batch, height, 2, width, 2, channels]))
  return tf.reshape(wide, tf.stack([batch, 2 * height, 2 * width, channels]))


def nearest(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
  """out(i, j) = in(floor(i H / height), floor(j W / width)): the first pixel, not the middle one.

  TensorFlow's own way takes the middle one: of 1024 pixels the odd ones where this takes the even
  ones for 512.

  Args:
    image: [B, H, W, C].
    height, width: of the result, larger or smaller.

  Returns:
    [B, height, width, C]; the image itself if that is its size.
  """
  if image.shape[1:3] == (height, width):
    return image
  for axis, count in ((1, height), (2, width)):
    image = tf.gather(image, tf.range(count) * sizes(image)[axis] // count, axis=axis)
  return image


def tiled(image: tf.Tensor, times: int) -> tf.Tensor:
  """The whole image side by side: [B, H, W, C] -> [B, times H, times W, C]."""
  return tf.tile(image, [1, times, times, 1])


def sizes(image: tf.Tensor) -> list[int | tf.Tensor]:
  """[B, H, W, C], as numbers where they are known when tracing."""
  return [dynamic if static is None else static
          for static, dynamic in zip(image.shape, tf.unstack(tf.shape(image), 4))]
