"""Enlarging by nearest neighbours and then convolving, without the enlarged picture.

Of the nine pixels under a 3x3 kernel on an enlarged picture some are one and the same. So the
result is a transposed convolution of the small picture, of stride 2 and with a 4x4 kernel of sums:
16 products per small pixel and pair of channels instead of 36, and no enlarged picture in memory.
"""

import tensorflow as tf

from models.layers.linear_maps import Conv
from models.layers.resizing import sizes

# What an enlarged picture is continued with: zeros, or itself reflected at its edge pixels, of
# which each has a twin beside it: the small picture's own edge.
ZEROS, REFLECTED = "CONSTANT", "SYMMETRIC"


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class DoubledConv(Conv):
  """The 3x3 convolution, padding 1, of a picture enlarged by `resizing.doubled`.

  Args:
    channels: C_in.
    filters: C.
    reflected: the enlarged picture is continued by reflection instead of zeros.
    **options: of `LinearMap`.

  Call: [B, H, W, C_in], and whether spectral norm makes a step -> [B, 2H, 2W, C].
  """

  def __init__(self, channels: int, filters: int, reflected: bool = False, **options):
    super().__init__(channels, filters, 3, padding=1, **options)
    self.reflected = reflected

  def _mapped(self, x, kernel):
    return doubled_conv(x, kernel, REFLECTED if self.reflected else ZEROS)

  def get_config(self) -> dict:
    config = super().get_config()
    for name in ("size", "strides", "padding"):
      del config[name]
    return {**config, "reflected": self.reflected}


def doubled_conv(x: tf.Tensor, kernel: tf.Tensor, border: str = ZEROS) -> tf.Tensor:
  """See the module.

  Args:
    x: float [B, H, W, C_in].
    kernel: [3, 3, C_in, C].
    border: ZEROS or REFLECTED.

  Returns:
    [B, 2H, 2W, C].
  """
  if border == REFLECTED:  # one pixel more on each side, which makes two of the result
    x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], border)
    return _spread(x, kernel)[:, 2:-2, 2:-2]
  return _spread(x, kernel)


def _spread(x, kernel):
  spread = _summed(_summed(tf.transpose(kernel, [0, 1, 3, 2]), 0), 1)  # [4, 4, C, C_in]
  batch, height, width, _ = sizes(x)
  shape = tf.stack([batch, 2 * height, 2 * width, spread.shape[2]])
  return tf.nn.conv2d_transpose(x, spread, shape, 2, "SAME")


def _summed(kernel, axis):
  """How much a small pixel counts for the four results that it reaches along an axis."""
  one, two, three = tf.split(kernel, 3, axis=axis)
  return tf.concat([three, two + three, one + two, one], axis=axis)
