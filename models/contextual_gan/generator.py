"""Contextual GAN's generator: latent vector -> joint image."""

import tensorflow as tf

from models.layers.batch_norm import BatchNorm
from models.layers.initializers import SeededNormal, seed_pair

DEVIATION = 0.02  # of start values; our choice
_LAYERS = 4
_KERNEL, _STRIDES = 5, 2


def start_values(seed: int, name: str) -> SeededNormal:
  """Of a kernel: normal(0, 0.02)."""
  return SeededNormal(0.0, DEVIATION, seed_pair(seed, name))


def build(layer: tf.keras.layers.Layer, shape: list[int | None]) -> None:
  """Makes a layer's variables, named after it, before it is called."""
  with tf.name_scope(layer.name):
    layer.build(shape)


@tf.keras.utils.register_keras_serializable("sketch_zoo.contextual_gan")
class Generator(tf.keras.layers.Layer):
  """A dense layer to S/16 x S/8, then four 5x5 transposed convolutions that double the sides.

  Batch norm and leaky ReLU follow all but the last, which ends in tanh. Only the last has a bias:
  batch norm would take any other away.

  Args:
    z_size: Z.
    image_size: S, a multiple of 16.
    width: channels before the last layer; 2, 4 and 8 times as many before that.
    leak: slope of the leaky ReLU.
    momentum: of the batch norms' moving averages.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: float32 [B, Z], and whether this is training -> float32 [B, S, 2 S, 3] in [-1, 1].

  Source: Lu et al. (ECCV 2018), its layers of DCGAN (Radford, Metz & Chintala, ICLR 2016).
  """

  def __init__(self, z_size: int = 100, image_size: int = 64, width: int = 64, leak: float = 0.2,
               momentum: float = 0.9, synchronized: bool = False, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"z_size": z_size, "image_size": image_size, "width": width, "leak": leak,
                    "momentum": momentum, "synchronized": synchronized, "seed": seed}
    self.leak = leak
    side, channels = image_size // 2 ** _LAYERS, width * 2 ** (_LAYERS - 1)
    self._first = [side, 2 * side, channels]
    named = lambda index: f"{self.name}.{index}"
    self.dense = tf.keras.layers.Dense(
        2 * side * side * channels, use_bias=False, name=named("dense"),
        kernel_initializer=start_values(seed, named("dense")))
    build(self.dense, [None, z_size])
    self.norms = [BatchNorm(momentum, synchronized, channels // 2 ** index,
                            name=named(f"norm{index}")) for index in range(_LAYERS)]
    self.convolutions = []
    for index in range(_LAYERS):
      last = index == _LAYERS - 1
      conv = tf.keras.layers.Conv2DTranspose(
          3 if last else channels // 2 ** (index + 1), _KERNEL, _STRIDES, "same", use_bias=last,
          name=named(f"up{index}"), kernel_initializer=start_values(seed, named(f"up{index}")))
      build(conv, [None, None, None, channels // 2 ** index])
      self.convolutions.append(conv)
    self.built = True

  def call(self, z, training=False):
    x = tf.reshape(self.dense(z), [-1, *self._first])
    for norm, conv in zip(self.norms, self.convolutions):
      x = conv(tf.nn.leaky_relu(norm(x, training=training), self.leak))
    return tf.tanh(tf.cast(x, tf.float32))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
