"""The blocks of the refinement generators."""

import tensorflow as tf

from models.layers.batch_norm import BatchNorm
from models.layers.doubled_conv import DoubledConv
from models.layers.gates import glu
from models.layers.linear_maps import Conv, VectorToMap
from models.layers.noise import Noise
from models.layers.noise_injection import NoiseInjection

LEAK = 0.2


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class Down(tf.keras.layers.Layer):
  """Spectrally normed conv 4x4 of stride 2, batch norm, leaky ReLU.

  Args:
    channels: C_in.
    filters: C.
    seed: of the start values.

  Call: [B, H, W, C_in] -> [B, H / 2, W / 2, C], rounded down.
  """

  def __init__(self, channels: int, filters: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "seed": seed}
    self.conv = Conv(channels, filters, 4, strides=2, padding=1, spectral=True, seed=seed,
                     name=f"{self.name}.0")
    self.norm = BatchNorm(channels=filters, name=f"{self.name}.1")

  def call(self, x, training=False):
    normed = self.norm(self.conv(x, training=training), training=training)
    return tf.cast(tf.nn.leaky_relu(normed, LEAK), self.compute_dtype)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class NoisyUp(tf.keras.layers.Layer):
  """Doubled, spectrally normed conv 3x3 to 2C, batch norm, noise injection, GLU.

  Args:
    channels: C_in.
    filters: C.
    seed: of the start values.

  Call: [B, H, W, C_in] and the `Noise`, from which one map is drawn -> [B, 2H, 2W, C].
  """

  def __init__(self, channels: int, filters: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": filters, "seed": seed}
    self.conv = DoubledConv(channels, 2 * filters, spectral=True, seed=seed,
                            name=f"{self.name}.1")
    self.norm = BatchNorm(channels=2 * filters, name=f"{self.name}.2")
    self.inject = NoiseInjection(2 * filters, name=f"{self.name}.3")

  def call(self, x, noise: Noise, training=False):
    normed = self.norm(self.conv(x, training=training), training=training)
    return glu(self.inject(normed, noise))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class SeedMap(tf.keras.layers.Layer):
  """A vector becomes a small map: transposed convolution, batch norm, GLU; then `NoisyUp`s.

  Args:
    channels: of the vector.
    filters: C of the map before the GLU, then of the map after each `NoisyUp`.
    size: of the first map.
    place: of the transposed convolution among the original's parts; the batch norm's is the next.
    seed: of the start values.

  Call: [B, channels] and the `Noise` -> [B, size 2^ups, size 2^ups, C_last].
  """

  def __init__(self, channels: int, filters: tuple[int, ...], size: int, place: int,
               seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"channels": channels, "filters": tuple(filters), "size": size,
                    "place": place, "seed": seed}
    first, *rest = filters
    self.spread = VectorToMap(channels, first, size, spectral=True, seed=seed,
                              name=f"{self.name}.{place}")
    self.norm = BatchNorm(channels=first, name=f"{self.name}.{place + 1}")
    # The GLU has the place between.
    self.ups = [NoisyUp(*pair, seed=seed, name=f"{self.name}.{place + 3 + number}")
                for number, pair in enumerate(zip([first // 2, *rest], rest))]

  def call(self, vector, noise: Noise, training=False):
    x = glu(self.norm(self.spread(vector, training=training), training=training))
    for up in self.ups:
      x = up(x, noise, training=training)
    return x

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
