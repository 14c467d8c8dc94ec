"""AlexNet (Krizhevsky, 2014, one tower) in torchvision's form, cut at the five taps of LPIPS."""

import tensorflow as tf

from models.lpips.frozen_conv import frozen_conv


class AlexNet(tf.keras.layers.Layer):
  """The five convolutions of AlexNet; a 3x3 max pool (stride 2, floor) before levels 1 and 2.

  Call: float32 [B, H, W, 3], scaled -> the values after each ReLU. With n = (H - 7) // 4 + 1 and
  p(n) = (n - 3) // 2 + 1: [B, n, n, 64], [B, p(n), p(n), 192], [B, p(p(n)), p(p(n)), 384], and 256
  channels of the same size twice.

  Attributes:
    convolutions: torchvision name ("features.0") -> layer.
  """

  CHANNELS = (64, 192, 384, 256, 256)
  SMALLEST_SIDE = 31  # pixels; below, the second pool would find no whole window
  _POOLED = (False, True, True, False, False)  # whether a pool comes before the level

  def __init__(self, **kwargs):
    super().__init__(trainable=False, dtype="float32", **kwargs)
    self.convolutions = {
        "features.0": frozen_conv("features.0", 3, 64, 11, strides=4, padding="valid"),
        "features.3": frozen_conv("features.3", 64, 192, 5),
        "features.6": frozen_conv("features.6", 192, 384),
        "features.8": frozen_conv("features.8", 384, 256),
        "features.10": frozen_conv("features.10", 256, 256)}
    self.built = True

  def call(self, x):
    # SAME would pad less, and not evenly, at stride 4.
    x, taps = tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]]), []
    for pooled, conv in zip(self._POOLED, self.convolutions.values()):
      if pooled:
        x = tf.nn.max_pool2d(x, ksize=3, strides=2, padding="VALID")
      x = conv(x)
      taps.append(x)
    return taps
