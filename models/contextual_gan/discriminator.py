"""Contextual GAN's discriminator: joint image -> real or generated."""

import tensorflow as tf

from models.contextual_gan.generator import build, start_values
from models.layers.batch_norm import BatchNorm

_LAYERS = 4
_KERNEL, _STRIDES = 5, 2


@tf.keras.utils.register_keras_serializable("sketch_zoo.contextual_gan")
class Discriminator(tf.keras.layers.Layer):
  """Four 5x5 convolutions that halve the sides, then a dense layer to one logit.

  Batch norm follows all but the first and the dense one, leaky ReLU all but the dense one. Where no
  batch norm follows there is a bias.

  Args:
    image_size: S, a multiple of 16.
    width: channels after the first layer; twice as many after each other.
    leak: slope of the leaky ReLU.
    momentum: of the batch norms' moving averages.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: float32 [B, S, 2 S, 3] in [-1, 1], and whether this is training -> logits float32 [B, 1],
    above 0 for real.

  Source: as of `Generator`.
  """

  def __init__(self, image_size: int = 64, width: int = 64, leak: float = 0.2,
               momentum: float = 0.9, synchronized: bool = False, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"image_size": image_size, "width": width, "leak": leak, "momentum": momentum,
                    "synchronized": synchronized, "seed": seed}
    self.leak = leak
    named = lambda index: f"{self.name}.{index}"
    sizes = [3] + [width * 2 ** index for index in range(_LAYERS)]
    self.convolutions, self.norms = [], [None]
    for index, (before, after) in enumerate(zip(sizes, sizes[1:])):
      conv = tf.keras.layers.Conv2D(
          after, _KERNEL, _STRIDES, "same", use_bias=index == 0, name=named(f"down{index}"),
          kernel_initializer=start_values(seed, named(f"down{index}")))
      build(conv, [None, None, None, before])
      self.convolutions.append(conv)
      if index:
        self.norms.append(BatchNorm(momentum, synchronized, after, name=named(f"norm{index}")))
    side = image_size // 2 ** _LAYERS
    self._features = 2 * side * side * sizes[-1]
    self.dense = tf.keras.layers.Dense(1, name=named("dense"),
                                       kernel_initializer=start_values(seed, named("dense")))
    build(self.dense, [None, self._features])
    self.built = True

  def call(self, joint, training=False):
    x = joint
    for norm, conv in zip(self.norms, self.convolutions):
      x = conv(x)
      x = tf.nn.leaky_relu(x if norm is None else norm(x, training=training), self.leak)
    return tf.cast(self.dense(tf.reshape(x, [-1, self._features])), tf.float32)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
