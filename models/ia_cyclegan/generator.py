"""IACycleGAN's generator: the residual network of Johnson et al. with instance norms."""

import tensorflow as tf

from models.ia_cyclegan.convolution import Conv, DoublingConv
from models.ia_cyclegan.instance_norm import instance_norm

CHANNELS = 3  # of pictures, sketches too


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class ResidualBlock(tf.keras.layers.Layer):
  """x + norm(conv(relu(norm(conv(x))))), 3x3, edges reflected; nothing after the sum.

  Args:
    filters: C.
    seed: of the start values.

  Call: [B, H, W, C] -> float32, the same shape; H and W at least 2.
  """

  def __init__(self, filters: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.filters, self.seed = filters, seed
    conv = lambda name: Conv(filters, filters, 3, padding=1, reflected=True, seed=seed,
                             name=f"{self.name}.{name}")
    self.conv1, self.conv2 = conv("conv1"), conv("conv2")
    self.built = True

  def call(self, x):
    inner = tf.nn.relu(instance_norm(self.conv1(x)))
    return tf.cast(x, tf.float32) + instance_norm(self.conv2(inner))

  def get_config(self) -> dict:
    return {**super().get_config(), "filters": self.filters, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class Generator(tf.keras.layers.Layer):
  """Picture -> picture of the same size; any height and width from 8 on that 4 divides.

  | layer | out | edges |
  |---|---|---|
  | 7x7 | H, W, n | reflected |
  | 3x3, stride 2, twice | H/4, W/4, 4n | zeros |
  | residual blocks | H/4, W/4, 4n | reflected |
  | 3x3 transposed, stride 2, twice | H, W, n | zeros |
  | 7x7, tanh | H, W, 3 | reflected |

  After each but the last comes an instance norm without gains and offsets, and a ReLU (of a
  residual block: see there). The norms take the biases before them away again; they are here since
  CycleGAN's program has them: 11,378,179 parameters with 9 blocks at width 64.

  Args:
    width: n.
    blocks: residual ones.
    seed: of the start values.

  Call: float [B, H, W, 3] in [-1, 1] -> float32 [B, H, W, 3] in (-1, 1).

  Sources: Johnson, Alahi & Fei-Fei, "Perceptual losses for real-time style transfer and
    super-resolution", ECCV 2016; as CycleGAN (Zhu et al., ICCV 2017) has it.
  """

  def __init__(self, width: int = 64, blocks: int = 9, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"width": width, "blocks": blocks, "seed": seed}
    own = lambda name: {"seed": seed, "name": f"{self.name}.{name}"}
    self.first = Conv(CHANNELS, width, 7, padding=3, reflected=True, **own("first"))
    self.down = [Conv(times * width, 2 * times * width, 3, strides=2, padding=1,
                      **own(f"down{times}")) for times in (1, 2)]
    self.blocks = [ResidualBlock(4 * width, **own(f"block{number}"))
                   for number in range(1, blocks + 1)]
    self.up = [DoublingConv(2 * times * width, times * width, **own(f"up{times}"))
               for times in (2, 1)]
    self.last = Conv(width, CHANNELS, 7, padding=3, reflected=True, **own("last"))
    self.built = True

  def call(self, picture):
    x = picture
    for layer in (self.first, *self.down):
      x = tf.nn.relu(instance_norm(layer(x)))
    for block in self.blocks:
      x = block(x)
    for layer in self.up:
      x = tf.nn.relu(instance_norm(layer(x)))
    return tf.tanh(tf.cast(self.last(x), tf.float32))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
