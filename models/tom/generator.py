"""TOM's generator: VGG features of a photo -> a picture in the style of the sketches."""

import tensorflow as tf

from models.layers.batch_norm import BatchNorm
from models.layers.doubled_conv import DoubledConv
from models.layers.linear_maps import Conv

CONTENT_CHANNELS = 256  # of VGG-16's third level
LEAK = 0.01


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class UpBlock(tf.keras.layers.Layer):
  """Nearest x2 -> reflection pad 1 -> 3x3 convolution, spectral -> batch norm -> leaky ReLU.

  Args:
    channels: C_in.
    filters: C.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: [B, H, W, C_in], and whether this is training -> float32 [B, 2H, 2W, C].
  """

  def __init__(self, channels: int, filters: int, synchronized: bool = False, seed: int = 0,
               **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "synchronized": synchronized,
                    "seed": seed}
    self.conv = DoubledConv(channels, filters, reflected=True, use_bias=True, spectral=True,
                            seed=seed, name=f"{self.name}.main.1")
    self.norm = BatchNorm(synchronized=synchronized, channels=filters, name=f"{self.name}.main.2")

  def call(self, x, training=False):
    x = self.norm(self.conv(x, training=training), training=training)
    return tf.nn.leaky_relu(x, LEAK)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class Generator(tf.keras.layers.Layer):
  """Three `UpBlock`s of 4n, 4n and 2n channels, then a spectral 3x3 convolution to RGB and tanh.

  Args:
    width: n.
    channels: of the features.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: features, float32 [B, H / 8, W / 8, channels], and whether this is training
    -> float32 [B, H, W, 3] in [-1, 1].

  Source: `sketch_styletransfer` of the original (Liu et al., 2021).
  """

  def __init__(self, width: int = 128, channels: int = CONTENT_CHANNELS,
               synchronized: bool = False, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"width": width, "channels": channels, "synchronized": synchronized,
                    "seed": seed}
    self.blocks = []
    for name, filters in (("decode_32", 4 * width), ("decode_64", 4 * width),
                          ("decode_128", 2 * width)):
      self.blocks.append(UpBlock(channels, filters, synchronized, seed, name=f"{self.name}.{name}"))
      channels = filters
    self.final = Conv(channels, 3, 3, padding=1, use_bias=True, spectral=True, seed=seed,
                      name=f"{self.name}.final.0")
    self.built = True

  def call(self, features, training=False):
    x = features
    for block in self.blocks:
      x = block(x, training=training)
    return tf.tanh(tf.cast(self.final(x, training=training), tf.float32))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
