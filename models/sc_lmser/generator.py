"""SC-Lmser's generator, a U-shaped residual network."""

import tensorflow as tf

from models.sc_lmser.blocks import ResidualBlock
from models.sc_lmser.convolution import DOWN, UP

DEPTH = 5
# Channels in units of the width.
ENCODER_WIDTHS = (2, 4, 8, 8, 16)
DECODER_WIDTHS = (8, 8, 4, 2)  # of decoder 5, 4, 3, 2; decoder 1 makes the image


@tf.keras.utils.register_keras_serializable("sketch_zoo.sc_lmser")
class Generator(tf.keras.layers.Layer):
  """Image -> image of the same size; any height and width that 32 divides.

  Five blocks down and five up; decoder k < 5 reads decoder k + 1 with encoder k behind it. These
  skips are what the paper's paired neurons are here: no weights are shared between encoder and
  decoder, and nothing recurs. The last block's sum is the image: no tanh.

  Args:
    channels: of the image made.
    width: c; encoders have 2c, 4c, 8c, 8c, 16c channels.
    seed: of the start values.

  Attributes:
    encoders, decoders: blocks 1 to 5, and 5 to 1.

  Call: [B, H, W, C_in] in [-1, 1] -> float32 [B, H, W, channels], unbounded.

  Source: Sheng et al., PRICAI 2021, and `Generator` of its program.
  """

  def __init__(self, channels: int, width: int = 64, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.channels, self.width, self.seed = channels, width, seed
    self.encoders = [
        ResidualBlock(factor * width, DOWN, seed + 10 * number, name=f"encoder_{number}")
        for number, factor in enumerate(ENCODER_WIDTHS, start=1)]
    filters = [factor * width for factor in DECODER_WIDTHS] + [channels]
    self.decoders = [
        ResidualBlock(size, UP, seed + 10 * (DEPTH + 1 + index), name=f"decoder_{DEPTH - index}")
        for index, size in enumerate(filters)]

  def stages(self, image: tf.Tensor) -> list[tf.Tensor]:
    """What each block makes: encoder 1 to 5, then decoder 5 to 1, the last being the image."""
    encoded = []
    x = tf.cast(image, self.compute_dtype)
    for block in self.encoders:
      x = block(x)
      encoded.append(x)
    decoded = [self.decoders[0](x)]
    for block, skip in zip(self.decoders[1:], encoded[-2::-1]):
      # [B, H, W, C_decoder + C_encoder]
      decoded.append(block(tf.concat([decoded[-1], skip], axis=-1)))
    return encoded + decoded

  def call(self, image):
    return tf.cast(self.stages(image)[-1], tf.float32)

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints, below fss/G or fss/F."""
    return {f"{block.name}/{name}": variable for block in (*self.encoders, *self.decoders)
            for name, variable in block.named_variables().items()}

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "width": self.width,
            "seed": self.seed}
