"""Convolutions followed by instance normalisation, the building block of the zoo's image nets."""

import tensorflow as tf

from models.layers.initializers import FirstDimensionNormal
from models.layers.instance_norm import InstanceNorm


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class NormedConv(tf.keras.layers.Layer):
  """3x3 convolution (SAME, no bias) -> instance norm -> activation.

  Args:
    filters: C, channels out.
    strides: 1 or 2.
    dilation_rate: of the kernel; needs strides 1.
    transposed: a transposed convolution, H and W times `strides`.
    activation: of the normalised result, or None.
    seed: of the start values, normal(0, sqrt(2 / kernel height)).

  Call: [B, H, W, C_in] -> [B, H / strides, W / strides, C] (times strides if transposed).

  Source: `conv2d` and `deconv2d` of RPCL-pix2seq (Zang et al., 2021).
  """

  def __init__(self, filters: int, strides: int = 1, dilation_rate: int = 1,
               transposed: bool = False, activation: str | None = None, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    options = {"strides": strides, "dilation_rate": dilation_rate, "padding": "same",
               "use_bias": False, "kernel_initializer": FirstDimensionNormal(seed)}
    kind = tf.keras.layers.Conv2DTranspose if transposed else tf.keras.layers.Conv2D
    self.conv = kind(filters, 3, name="conv", **options)
    self.norm = InstanceNorm(name="norm")
    self.activation = tf.keras.layers.Activation(activation, name="activation")
    self._config = {"filters": filters, "strides": strides, "dilation_rate": dilation_rate,
                    "transposed": transposed, "activation": activation, "seed": seed}

  def call(self, x):
    return self.activation(self.norm(self.conv(x)))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
