"""The decoder of the auto-encoder: content and style -> image."""

from collections.abc import Sequence

import tensorflow as tf

from models.layers.batch_norm import BatchNorm, synchronize
from models.layers.doubled_conv import DoubledConv
from models.layers.gates import glu
from models.layers.initializers import SeededNormal, seed_pair
from models.layers.linear_maps import Conv, Dense
from models.layers.plain_instance_norm import instance_norm
from models.layers.torch_state import named_variables
from models.sketch2image.blocks import DualMaskInjection, GeneratorResidual, StyleScale

LEAK = 0.1
# The encoders halve a picture six times.
SCALE = 64


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class GatedUp(tf.keras.layers.Layer):
  """Doubled, conv 3x3 to 2C, instance norm, GLU.

  Args:
    channels: C_in.
    filters: C.
    seed: of the start values.

  Call: [B, H, W, C_in] -> [B, 2H, 2W, C].
  """

  def __init__(self, channels: int, filters: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "seed": seed}
    self.conv = DoubledConv(channels, 2 * filters, seed=seed, name=f"{self.name}.1")

  def call(self, x):
    return glu(instance_norm(self.conv(x)))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class Decoder(tf.keras.layers.Layer):
  """Makes a picture of a sketch's content in a photo's style.

  Args:
    width: n, at least 8.
    image_size: of the picture, a multiple of 64; 512 in the original.
    seed: of the start values.
    synchronized: batch statistics are those of the global batch.

  Attributes:
    base: [1, image_size / 64, image_size / 64, 8n], learned.

  Call: content and style vectors as the encoders make them, and whether it is a training pass
    -> float32 [B, image_size, image_size, 3] in (-1, 1).

  Source: Liu et al. (AAAI 2021), `Decoder` of its program.
  """

  def __init__(self, width: int = 64, image_size: int = 512, seed: int = 0,
               synchronized: bool = False, **kwargs):
    super().__init__(**kwargs)
    n = width
    self._config = {"width": width, "image_size": image_size, "seed": seed,
                    "synchronized": synchronized}
    start = SeededNormal(0.0, 1.0, seed_pair(seed, "base_feat"))
    side = image_size // SCALE
    self.base = self.add_weight("base_feat", [1, side, side, 8 * n], initializer=start)
    part = lambda name: {"seed": seed, "name": name}
    self.block_8a = GeneratorResidual(16 * n, **part("feat_8_1.0"))
    self.conv_8 = Conv(16 * n, 8 * n, 3, padding=1, **part("feat_8_1.2"))
    self.mask_8 = DualMaskInjection(8 * n, name="dmi_8")
    self.style_8 = [Dense(8 * n, 8 * n, use_bias=True, **part(f"style_8.{place}"))
                    for place in (0, 2)]
    self.style_8_norm = BatchNorm(channels=8 * n, name="style_8.3")
    self.block_8b = GeneratorResidual(8 * n, **part("feat_8_2.1"))
    self.conv_16 = DoubledConv(8 * n, 4 * n, **part("feat_16.2"))
    self.block_16 = GeneratorResidual(4 * n, **part("feat_16.3"))
    self.mask_16 = DualMaskInjection(4 * n, name="dmi_16")
    self.conv_32 = DoubledConv(8 * n, 2 * n, **part("feat_32.2"))
    self.block_32 = GeneratorResidual(2 * n, **part("feat_32.3"))
    self.ups = [GatedUp(*sizes, **part(name)) for name, *sizes in (
        ("feat_64.1", 4 * n, n), ("feat_128", n, n // 2), ("feat_256", n // 2, n // 4),
        ("feat_512", n // 4, n // 8))]
    self.styles = [StyleScale(*sizes, **part(name)) for name, *sizes in (
        ("style_64", 8 * n, n), ("style_128", 4 * n, n // 2), ("style_256", 2 * n, n // 4))]
    self.to_rgb = Conv(n // 8, 3, 3, padding=1, **part("to_rgb.0"))
    if synchronized:
      synchronize(self)

  def call(self, content: Sequence[tf.Tensor], style: Sequence[tf.Tensor], training=False):
    content = [tf.cast(one, self.compute_dtype) for one in content]
    x = self._smallest(content[2], style[2], training)  # [B, 8, 8, 8n] at 512 pixels
    x = self._larger(x, self.conv_16, self.block_16, training)
    x = tf.concat([self.mask_16(x, content[1]), content[1]], axis=-1)  # [B, 16, 16, 4n + 4n]
    x = self._larger(x, self.conv_32, self.block_32, training)
    x = tf.nn.leaky_relu(tf.concat([x, content[0]], axis=-1), LEAK)  # [B, 32, 32, 2n + 2n]
    for up, scale, vector in zip(self.ups, self.styles, reversed(style)):
      x = scale(up(x), vector)
    return tf.cast(tf.tanh(self.to_rgb(self.ups[-1](x))), tf.float32)

  def _smallest(self, content, vector, training):
    base = tf.tile(tf.cast(self.base, content.dtype), [tf.shape(content)[0], 1, 1, 1])
    x = self.block_8a(tf.concat([content, base], axis=-1), training=training)  # 8n + 8n channels
    x = instance_norm(self.conv_8(tf.nn.leaky_relu(x, LEAK)))
    x = self.mask_8(x, content)
    scales = self.style_8[1](tf.nn.relu(self.style_8[0](vector)))
    scales = tf.cast(self.style_8_norm(scales, training=training), x.dtype)  # [B, 8n]
    x = tf.nn.leaky_relu(x * scales[:, None, None, :], LEAK)
    return self.block_8b(x, training=training)

  def _larger(self, x, conv, block, training):
    """Activation, doubling, convolution, residual block."""
    return block(conv(tf.nn.leaky_relu(x, LEAK)), training=training)

  def torch_variables(self) -> dict[str, tf.Variable]:
    """The variable that is the decoder's own, by its name in the original."""
    return {"base_feat": self.base}

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
