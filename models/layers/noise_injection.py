"""Noise added to feature maps, with a learned strength per channel."""

import tensorflow as tf

from models.layers.noise import Noise
from models.layers.resizing import sizes


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class NoiseInjection(tf.keras.layers.Layer):
  """x + weight * n, n standard normal, one map for all channels; drawn at every call.

  Args:
    channels: C.

  Attributes:
    weight: [C], zeros at the start.

  Call: [B, H, W, C] and the `Noise` -> the same shape.

  Source: Karras et al., "A style-based generator architecture for generative adversarial
    networks" (CVPR 2019).
  """

  def __init__(self, channels: int, **kwargs):
    super().__init__(**kwargs)
    self.channels = channels
    with tf.name_scope(self.name):
      self.weight = self.add_weight("weight", [channels], initializer="zeros")
    self.built = True

  def call(self, x, noise: Noise):
    rows, height, width, _ = sizes(x)
    drawn = noise.normal(rows, [height, width, 1])
    return x + self.weight * tf.cast(drawn, x.dtype)

  def torch_variables(self) -> dict[str, tf.Variable]:
    """The variable by PyTorch's name; see `torch_state`."""
    return {"weight": self.weight}

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels}
