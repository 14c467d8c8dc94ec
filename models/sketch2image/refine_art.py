"""The refinement generator for art, and for shoes."""

from collections.abc import Sequence

import tensorflow as tf

from models.layers.batch_norm import synchronize
from models.layers.linear_maps import Conv
from models.layers.noise import Noise
from models.layers.resizing import tiled
from models.layers.torch_state import named_variables
from models.sketch2image.blocks import GeneratorResidual, StyleScale
from models.sketch2image.refine_blocks import LEAK, Down, NoisyUp, SeedMap

# The smallest map has 1/32 of the input's side; the seed maps start at 1/128.
SEED_SCALE = 128
# The style's map is laid so many times along each side.
TILES = 2


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class RefineArt(tf.keras.layers.Layer):
  """Refines the auto-encoder's picture, by the photo's style and by noise.

  Args:
    width: n, at least 8.
    image_size: of the picture that comes in, a multiple of 128; 512 in the original.
    enlarge: makes a picture of twice that size.
    style_driven: False is the original's `shoe`: the style's map is computed, but zeros take its
      place, and no channels are scaled.
    seed: of the start values.
    synchronized: batch statistics are those of the global batch.

  Call: image [B, S, S, 3] in [-1, 1], style vectors [B, 2n], [B, 4n], [B, 8n], the `Noise`, and
    whether it is a training pass -> float32 [B, S, S, 3] (or [B, 2S, 2S, 3]) in (-1, 1). The
    noise draws: a map for the style, a vector [B, 8n], then a map for every `NoisyUp`.

  Source: Liu et al. (AAAI 2021), `RefineGenerator_art` of its program.
  """

  def __init__(self, width: int = 64, image_size: int = 512, enlarge: bool = False,
               style_driven: bool = True, seed: int = 0, synchronized: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    n = width
    self._config = {"width": width, "image_size": image_size, "enlarge": enlarge,
                    "style_driven": style_driven, "seed": seed, "synchronized": synchronized}
    self.width, self.style_driven = width, style_driven
    part = lambda name: {"seed": seed, "name": name}
    first = image_size // SEED_SCALE
    self.from_style = SeedMap(14 * n, (16 * n, 4 * n), first, 1, **part("from_style"))
    self.from_noise = SeedMap(8 * n, (8 * n, 2 * n, 2 * n, n), first, 1, **part("from_noise_32"))
    self.first_conv = Conv(3, n, 4, strides=2, padding=1, spectral=True, **part("encode_256.0"))
    self.downs = [Down(*sizes, **part(f"encode_{level}")) for level, *sizes in (
        (128, n, 2 * n), (64, 2 * n, 4 * n), (32, 4 * n, 8 * n), (16, 8 * n, 8 * n))]
    self.blocks = [GeneratorResidual(12 * n, **part(f"residual_16.{place}")) for place in (0, 2)]
    levels = [(32, 12 * n, 8 * n), (64, 9 * n, 4 * n), (128, 4 * n, 2 * n), (256, 2 * n, n),
              (512, n, n // 2)] + [(1024, n // 2, n // 4)] * enlarge
    self.ups = [NoisyUp(*sizes, **part(f"decode_{level}")) for level, *sizes in levels]
    self.styles = [StyleScale(*sizes, spectral=True, **part(f"style_{level}"))
                   for level, *sizes in ((64, 8 * n, 4 * n), (128, 8 * n, 2 * n),
                                         (256, 4 * n, n), (512, 2 * n, n // 2))]
    self.to_rgb = Conv(levels[-1][-1], 3, 3, padding=1, **part("to_rgb.0"))
    if synchronized:
      synchronize(self)

  def call(self, image, style: Sequence[tf.Tensor], noise: Noise, training=False):
    of_style = self.from_style(tf.concat(style, axis=-1), noise, training=training)  # [B, 14n] in
    if not self.style_driven:
      of_style = tf.zeros_like(of_style)
    vector = noise.normal(tf.shape(image)[0], [8 * self.width])
    of_noise = self.from_noise(vector, noise, training=training)
    encoded = self._encoded(image, training)
    x = tf.concat([encoded.pop(), tiled(of_style, TILES)], axis=-1)  # [B, S/32, S/32, 8n + 4n]
    for block in self.blocks:
      x = tf.nn.silu(block(x, training=training))
    x = self.ups[0](x, noise, training=training)
    x = tf.concat([x, of_noise], axis=-1)  # [B, S/16, S/16, 8n + n]
    x = self._decoded(x, encoded, style, noise, training)
    return tf.cast(tf.tanh(self.to_rgb(x)), tf.float32)

  def _encoded(self, image, training):
    """The maps of S/2, S/4, S/8, and, behind the one of S/16, that of S/32."""
    maps = [tf.nn.leaky_relu(self.first_conv(image, training=training), LEAK)]
    for down in self.downs:
      maps.append(down(maps[-1], training=training))
    return [*maps[:3], maps[4]]

  def _decoded(self, x, encoded, style, noise, training):
    vectors = (style[2], style[2], style[1], style[0])
    for number, up in enumerate(self.ups[1:]):
      x = up(x, noise, training=training)
      if self.style_driven and number < len(vectors):
        x = self.styles[number](x, vectors[number], training=training)
      if encoded:
        x += encoded.pop()
    return x

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
