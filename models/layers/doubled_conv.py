"""Enlarging by nearest neighbours and then convolving, without the enlarged picture.

Of the nine pixels under a 3x3 kernel on an enlarged picture some are one and the same, so that each
result is a sum over 2x2 pixels of the small one, with sums of the kernel's values as weights. The
four places that a result can have on its small pixel need four such kernels: 16 products per small
pixel and pair of channels instead of 36, and no enlarged picture in memory.
"""

import tensorflow as tf

from models.layers.linear_maps import Conv

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
  x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], border)
  seen = (slice(0, -1), slice(1, None))  # by the even results, by the odd ones
  parts = [tf.nn.conv2d(x[:, seen[row], seen[column]],
                        _merged(_merged(kernel, row, 0), column, 1), 1, "VALID")
           for row in (0, 1) for column in (0, 1)]
  return tf.nn.depth_to_space(tf.concat(parts, axis=-1), 2)


def _merged(kernel, place, axis):
  """Three values along an axis -> the two of the even (place 0) or the odd results (1)."""
  one, two, three = tf.split(kernel, 3, axis=axis)
  return tf.concat([one, two + three] if place == 0 else [one + two, three], axis=axis)
