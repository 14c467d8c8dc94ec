"""SqueezeNet 1.1 (Iandola et al., 2016) in torchvision's form, cut at the seven taps of LPIPS."""

import tensorflow as tf

from models.lpips.frozen_conv import frozen_conv

# (torchvision index, squeezed channels, expanded channels of each half) of the Fire modules, by
# level, and whether a pool comes before the level. Level 0 is the first convolution.
_LEVELS = ((True, ((3, 16, 64), (4, 16, 64))),
           (True, ((6, 32, 128), (7, 32, 128))),
           (True, ((9, 48, 192),)),
           (False, ((10, 48, 192),)),
           (False, ((11, 64, 256),)),
           (False, ((12, 64, 256),)))


class SqueezeNet(tf.keras.layers.Layer):
  """The first convolution and the eight Fire modules of SqueezeNet 1.1.

  Call: float32 [B, H, W, 3], scaled -> seven levels. With n = (H - 3) // 2 + 1 and
  p(n) = ceil((n - 3) / 2) + 1 their sides are n, p(n), p(p(n)), and p(p(p(n))) four times; the
  channels 64, 128, 256, 384, 384, 512, 512.

  Attributes:
    convolutions: torchvision name ("features.0", "features.3.squeeze", ...) -> layer.
  """

  CHANNELS = (64, 128, 256, 384, 384, 512, 512)
  SMALLEST_SIDE = 17  # pixels; below, the third pool would find less than two

  def __init__(self, **kwargs):
    super().__init__(trainable=False, dtype="float32", **kwargs)
    self.convolutions = {"features.0": frozen_conv("features.0", 3, 64, strides=2,
                                                   padding="valid")}
    channels = 64
    for index, squeezed, expanded in (fire for _, fires in _LEVELS for fire in fires):
      self._add_fire(f"features.{index}", channels, squeezed, expanded)
      channels = 2 * expanded
    self.built = True

  def _add_fire(self, name, channels, squeezed, expanded):
    for part, into, out, kernel in (("squeeze", channels, squeezed, 1),
                                    ("expand1x1", squeezed, expanded, 1),
                                    ("expand3x3", squeezed, expanded, 3)):
      full = f"{name}.{part}"
      self.convolutions[full] = frozen_conv(full, into, out, kernel)

  def call(self, x):
    x = self.convolutions["features.0"](x)
    taps = [x]
    for pooled, fires in _LEVELS:
      if pooled:
        x = ceil_pool(x)
      for index, _, _ in fires:
        x = self._fire(f"features.{index}", x)
      taps.append(x)
    return taps

  def _fire(self, name, x):
    x = self.convolutions[f"{name}.squeeze"](x)
    return tf.concat([self.convolutions[f"{name}.expand1x1"](x),
                      self.convolutions[f"{name}.expand3x3"](x)], axis=-1)


def ceil_pool(x: tf.Tensor) -> tf.Tensor:
  """3x3 max pool, stride 2, whose last window may hang over the border by one pixel.

  [B, H, W, C] -> [B, ceil((H - 3) / 2) + 1, ceil((W - 3) / 2) + 1, C]. SAME is not the same: for an
  odd side it has one window more, which starts before the border.
  """
  height, width = (tf.shape(x)[axis] if x.shape[axis] is None else x.shape[axis]
                   for axis in (1, 2))
  overhang = [[0, 0], [0, 1 - height % 2], [0, 1 - width % 2], [0, 0]]
  x = tf.pad(x, overhang, constant_values=x.dtype.min)
  return tf.nn.max_pool2d(x, ksize=3, strides=2, padding="VALID")
