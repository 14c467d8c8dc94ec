"""TOM's style discriminator: Gram matrices as a map -> real sketch or fake."""

import tensorflow as tf

from models.layers.batch_norm import BatchNorm
from models.layers.linear_maps import Conv
from models.tom.style import SAMPLE_CHANNELS

LEAK = 0.1


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class DownBlock(tf.keras.layers.Layer):
  """3x3 convolution, spectral, zero pad 1 -> batch norm -> leaky ReLU -> perhaps an average pool.

  Args:
    channels: C_in.
    filters: C.
    halved: whether the average of 2x2 pixels follows.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: [B, H, W, C_in], and whether this is training -> float32 [B, H, W, C], sides halved (floor)
    if so asked.
  """

  def __init__(self, channels: int, filters: int, halved: bool, synchronized: bool = False,
               seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "halved": halved,
                    "synchronized": synchronized, "seed": seed}
    self.conv = Conv(channels, filters, 3, padding=1, use_bias=True, spectral=True, seed=seed,
                     name=f"{self.name}.main.0")
    self.norm = BatchNorm(synchronized=synchronized, channels=filters, name=f"{self.name}.main.1")
    self.halved = halved

  def call(self, x, training=False):
    x = self.norm(self.conv(x, training=training), training=training)
    x = tf.nn.leaky_relu(x, LEAK)
    return tf.nn.avg_pool2d(x, ksize=2, strides=2, padding="VALID") if self.halved else x

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class StyleDiscriminator(tf.keras.layers.Layer):
  """`DownBlock`s to n/2 and n/4 channels, the second one halved, then 4x4 at stride 2 to one.

  Args:
    channels: n, of the input.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: `style.style_sample` float32 [B, 16, 16, n], and whether this is training
    -> logits float32 [B, 3, 3, 1].

  Source: `sketch_styletransfer` of the original (Liu et al., 2021), with the batch norms that it
  trains with (its class has instance norms by default).
  """

  def __init__(self, channels: int = SAMPLE_CHANNELS, synchronized: bool = False, seed: int = 0,
               **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "synchronized": synchronized, "seed": seed}
    half, quarter = channels // 2, channels // 4
    self.blocks = [
        DownBlock(channels, half, False, synchronized, seed, name=f"{self.name}.main.0"),
        DownBlock(half, quarter, True, synchronized, seed, name=f"{self.name}.main.1")]
    self.final = Conv(quarter, 1, 4, strides=2, use_bias=True, spectral=True, seed=seed,
                      name=f"{self.name}.main.2")
    self.built = True

  def call(self, samples, training=False):
    x = samples
    for block in self.blocks:
      x = block(x, training=training)
    return tf.cast(self.final(x, training=training), tf.float32)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
