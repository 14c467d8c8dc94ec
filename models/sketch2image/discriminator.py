"""The patch discriminator of the second stage."""

import tensorflow as tf

from models.layers.adaptive_pooling import average_pool
from models.layers.batch_norm import BatchNorm, synchronize
from models.layers.linear_maps import Conv
from models.layers.torch_state import named_variables

LEAK = 0.2
# Standard deviation of the start values: of kernels around 0, of gains around 1.
DEVIATION = 0.02
# A map is averaged to this height and width before it scales a deeper one.
POOLED = 4
# A block sees the block so many places before, beside the one before.
SKIP = 4


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class DownBlock(tf.keras.layers.Layer):
  """Two convolutions that halve the map; an earlier map may scale and shift its channels.

  Spectrally normed conv 3x3 of stride 2, batch norm, leaky ReLU, conv 3x3, batch norm, leaky ReLU.
  The earlier map goes through: average to 4x4, conv 4x4 to one pixel, ReLU, conv 1x1 to 2C = a, b;
  then out = x sigmoid(a) + tanh(b).

  Args:
    channels: C_in.
    filters: C.
    skip_channels: of the earlier map; 0 for a block without.
    seed: of the start values.

  Call: [B, H, W, C_in] and the earlier map (or None) -> [B, H / 2, W / 2, C], rounded up.
  """

  def __init__(self, channels: int, filters: int, skip_channels: int = 0, seed: int = 0,
               **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "skip_channels": skip_channels,
                    "seed": seed}
    conv = lambda name, *sizes, **options: _conv(f"{self.name}.{name}", seed, *sizes, **options)
    self.convs = [conv("down_main.0", channels, filters, 3, strides=2, padding=1),
                  conv("down_main.3", filters, filters, 3, padding=1)]
    self.norms = [_norm(f"{self.name}.down_main.{place}", filters, seed) for place in (1, 4)]
    self.skips = [conv("skip_conv.1", skip_channels, filters, POOLED),
                  conv("skip_conv.3", filters, 2 * filters, 1)] if skip_channels else []

  def call(self, x, earlier=None, training=False):
    for conv, norm in zip(self.convs, self.norms):
      x = tf.nn.leaky_relu(norm(conv(x, training=training), training=training), LEAK)
    x = tf.cast(x, self.compute_dtype)
    if earlier is None or not self.skips:
      return x
    pooled = average_pool(earlier, POOLED, POOLED)
    both = self.skips[1](tf.nn.relu(self.skips[0](pooled, training=training)), training=training)
    scales, shifts = tf.split(both, 2, axis=-1)  # [B, 1, 1, C] each
    return x * tf.sigmoid(scales) + tf.tanh(shifts)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class Discriminator(tf.keras.layers.Layer):
  """Says of every patch of a picture whether it is a photo.

  Args:
    width: n; the levels have n/4, n/2, n, 2n, 4n (8n, ...) and at last 16n channels.
    image_size: that the depth is made for, a power of two of at least 128: 6 levels for the
      original's 512, which it also uses for pictures of 1024.
    seed: of the start values: kernels normal(0, 0.02), gains normal(1, 0.02).
    synchronized: batch statistics are those of the global batch.

  Call: [B, H, W, 3] in [-1, 1], and whether it is a training pass -> logits, float32
    [B, H', W', 1], a level halving each side and 3 more lost at the end: 5x5 for 512, 13x13 for
    1024.

  Source: Liu et al. (AAAI 2021), `Discriminator` of its program.
  """

  def __init__(self, width: int = 64, image_size: int = 512, seed: int = 0,
               synchronized: bool = False, **kwargs):
    super().__init__(**kwargs)
    self._config = {"width": width, "image_size": image_size, "seed": seed,
                    "synchronized": synchronized}
    levels = image_size.bit_length() - 4
    sizes = [width * 2 ** number // 4 for number in range(levels - 1)] + [16 * width]
    self.first = _conv("main.0.0", seed, 3, sizes[0], 4, strides=2, padding=1)
    self.blocks = [
        DownBlock(sizes[number - 1], sizes[number],
                  sizes[number - SKIP] if number >= SKIP else 0, seed, name=f"main.{number}")
        for number in range(1, levels)]
    self.last = [_conv(f"main.{levels}.0", seed, sizes[-1], sizes[-1], 1),
                 _conv(f"main.{levels}.3", seed, sizes[-1], 1, 4)]
    self.last_norm = _norm(f"main.{levels}.1", sizes[-1], seed)
    if synchronized:
      synchronize(self)

  def call(self, image, training=False):
    maps = [tf.nn.leaky_relu(self.first(image, training=training), LEAK)]
    for number, block in enumerate(self.blocks, start=1):
      earlier = maps[number - SKIP] if number >= SKIP else None
      maps.append(block(maps[-1], earlier, training=training))
    x = self.last_norm(self.last[0](maps[-1], training=training), training=training)
    return tf.cast(self.last[1](tf.nn.leaky_relu(x, LEAK), training=training), tf.float32)

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


def _conv(name, seed, *sizes, **options):
  return Conv(*sizes, **options, spectral=True, deviation=DEVIATION, seed=seed, name=name)


def _norm(name, channels, seed):
  return BatchNorm(channels=channels, gain_deviation=DEVIATION, seed=seed, name=name)
