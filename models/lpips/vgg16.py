"""VGG-16 (Simonyan & Zisserman, 2015) in torchvision's form, cut at the five taps of LPIPS."""

import tensorflow as tf

from models.lpips.frozen_conv import frozen_conv

# torchvision index and filters of each 3x3 convolution, by level.
_LEVELS = (((0, 64), (2, 64)),
           ((5, 128), (7, 128)),
           ((10, 256), (12, 256), (14, 256)),
           ((17, 512), (19, 512), (21, 512)),
           ((24, 512), (26, 512), (28, 512)))

CONVOLUTIONS = tuple(f"features.{index}" for level in _LEVELS for index, _ in level)


class Vgg16(tf.keras.layers.Layer):
  """The convolutions of VGG-16; a 2x2 max pool (floor) before every level but the first.

  Args:
    levels: how many of the five there are.

  Call: float32 [B, H, W, 3], scaled, and how many levels are wanted (None: all) -> the values after
  ReLU 1_2, 2_2, 3_3, 4_3 and 5_3: [B, H, W, 64], [B, H/2, W/2, 128], [B, H/4, W/4, 256],
  [B, H/8, W/8, 512], [B, H/16, W/16, 512].

  Attributes:
    convolutions: torchvision name ("features.0") -> layer.
  """

  CHANNELS = (64, 128, 256, 512, 512)
  SMALLEST_SIDE = 16  # pixels; below, the last level would be empty

  def __init__(self, levels: int = len(_LEVELS), **kwargs):
    super().__init__(trainable=False, dtype="float32", **kwargs)
    self._levels = _LEVELS[:levels]
    self.convolutions = {}
    channels = 3
    for index, filters in (unit for level in self._levels for unit in level):
      self.convolutions[f"features.{index}"] = frozen_conv(f"features.{index}", channels, filters)
      channels = filters
    self.built = True

  def call(self, x, levels=None):
    taps = []
    for level in self._levels[:levels]:
      if taps:
        x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
      for index, _ in level:
        x = self.convolutions[f"features.{index}"](x)
      taps.append(x)
    return taps
