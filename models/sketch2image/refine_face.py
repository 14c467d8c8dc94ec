"""The refinement generator for faces."""

from collections.abc import Sequence

import tensorflow as tf

from models.layers.batch_norm import synchronize
from models.layers.linear_maps import Conv, Dense
from models.layers.noise import Noise
from models.layers.torch_state import named_variables
from models.sketch2image.blocks import StyleScale
from models.sketch2image.refine_blocks import Down, NoisyUp, SeedMap

# The style's map starts at 1/128 of the input's side.
SEED_SCALE = 128
# Of the style's leaky ReLU; the convolutions have 0.2.
STYLE_LEAK = 0.1


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class RefineFace(tf.keras.layers.Layer):
  """Refines the auto-encoder's picture by a U-shaped network with the style at its bottom.

  Args:
    width: n of the encoders, whose style vectors have 14n numbers together.
    image_size: of the picture that comes in, a multiple of 128; 512 in the original.
    enlarge: makes a picture of twice that size.
    channels: c of the first map; the original has 16 whatever n is.
    seed: of the start values.
    synchronized: batch statistics are those of the global batch.

  Call: image [B, S, S, 3] in [-1, 1], style vectors [B, 2n], [B, 4n], [B, 8n], the `Noise`, and
    whether it is a training pass -> float32 [B, S, S, 3] (or [B, 2S, 2S, 3]) in (-1, 1). The
    noise draws a map for each `NoisyUp`, and after the third two coins: whether the style's map is
    turned upside down, and whether left and right change places.

  Source: Liu et al. (AAAI 2021), `RefineGenerator_face` of its program.
  """

  def __init__(self, width: int = 64, image_size: int = 512, enlarge: bool = False,
               channels: int = 16, seed: int = 0, synchronized: bool = False, **kwargs):
    super().__init__(**kwargs)
    c = channels
    self._config = {"width": width, "image_size": image_size, "enlarge": enlarge,
                    "channels": channels, "seed": seed, "synchronized": synchronized}
    part = lambda name: {"seed": seed, "name": name}
    self.downs = [Down(*sizes, **part(f"encode_{number}")) for number, *sizes in (
        (1, 3, c), (2, c, 2 * c), (3, 2 * c, 4 * c), (4, 4 * c, 8 * c))]
    self.style = Dense(14 * width, 32 * c, use_bias=True, **part("style.0"))
    self.from_style = SeedMap(32 * c, (16 * c, 8 * c, 8 * c, 4 * c), image_size // SEED_SCALE, 0,
                              **part("from_style_32"))
    levels = [(64, 12 * c, 16 * c), (128, 20 * c, 8 * c), (256, 10 * c, 4 * c),
              (512, 5 * c, 2 * c)] + [(1024, 2 * c, c)] * enlarge
    self.ups = [NoisyUp(*sizes, **part(f"decode_{level}")) for level, *sizes in levels]
    self.scales = [StyleScale(32 * c, filters, **part(f"style_blocks.{number}"))
                   for number, (_, _, filters) in enumerate(levels)]
    self.final = Conv(levels[-1][-1], 3, 3, padding=1, spectral=True, **part("final.0"))
    if synchronized:
      synchronize(self)

  def call(self, image, style: Sequence[tf.Tensor], noise: Noise, training=False):
    # [B, 14n] -> [B, 32c]
    code = tf.nn.leaky_relu(self.style(tf.concat(style, axis=-1)), STYLE_LEAK)
    x = _flipped(self.from_style(code, noise, training=training), noise)
    encoded = self._encoded(image, training)
    for number, (up, scale) in enumerate(zip(self.ups, self.scales)):
      if number < len(encoded):
        x = tf.concat([encoded[number], x], axis=-1)
      x = scale(up(x, noise, training=training), code)
    return tf.cast(tf.tanh(self.final(x, training=training)), tf.float32)

  def _encoded(self, image, training):
    """The maps of S/16, S/8, S/4 and S/2."""
    maps = [image]
    for down in self.downs:
      maps.append(down(maps[-1], training=training))
    return maps[:0:-1]

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


def _flipped(x, noise):
  """With probability 1/2 each: rows, then columns, in reverse order."""
  for axis in (1, 2):
    x = tf.where(noise.coin()[:, None, None, None], tf.reverse(x, [axis]), x)
  return x
