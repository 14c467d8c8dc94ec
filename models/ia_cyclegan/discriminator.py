"""IACycleGAN's discriminator of patches."""

import tensorflow as tf

from models.ia_cyclegan.convolution import Conv
from models.ia_cyclegan.generator import CHANNELS
from models.ia_cyclegan.instance_norm import instance_norm

LEAK = 0.2


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class Discriminator(tf.keras.layers.Layer):
  """Says of every patch of 70x70 pixels whether it is of a true picture.

  4x4 convolutions with bias, after one pixel of zeros on each side, to n, 2n, 4n, 8n and 1
  channels; stride 2 in the first three; instance norm (no gains and offsets) in the second to
  fourth; leaky ReLU but at the end. At 256x256 the logits are 30x30; 2,764,737 parameters at width
  64. The norms take the biases before them away again, as in the generator.

  Args:
    width: n.
    seed: of the start values.

  Call: float [B, H, W, 3] in [-1, 1], sides of at least 24 -> logits float32 [B, h, w, 1].

  Source: Isola, Zhu, Zhou & Efros, "Image-to-image translation with conditional adversarial
    networks", CVPR 2017; without a condition, as in CycleGAN (Zhu et al., ICCV 2017).
  """

  def __init__(self, width: int = 64, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.width, self.seed = width, seed
    channels = [CHANNELS, width, 2 * width, 4 * width, 8 * width, 1]
    self.convs = [Conv(into, out, 4, strides, padding=1, seed=seed,
                       name=f"{self.name}.conv{number}")
                  for number, (into, out, strides) in enumerate(
                      zip(channels, channels[1:], (2, 2, 2, 1, 1)), start=1)]
    self.built = True

  def call(self, picture):
    first, *middle, last = self.convs
    x = tf.nn.leaky_relu(first(picture), LEAK)
    for conv in middle:
      x = tf.nn.leaky_relu(instance_norm(conv(x)), LEAK)
    return tf.cast(last(x), tf.float32)

  def get_config(self) -> dict:
    return {**super().get_config(), "width": self.width, "seed": self.seed}
