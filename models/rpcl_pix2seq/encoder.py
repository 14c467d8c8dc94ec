"""Sketch image -> Gaussian over the latent code."""

import tensorflow as tf

from models.layers.convolution import NormedConv
from models.layers.initializers import FirstDimensionNormal

DILATIONS = (1, 2, 5)
VARIANCE_FLOOR = 1e-10


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class DilatedBlock(tf.keras.layers.Layer):
  """ReLU(sum of three dilated convolutions), then a stride-2 convolution; all instance-normed.

  Args:
    filters: C.
    seed: of the start values.

  Call: [B, H, W, C_in] -> [B, H / 2, W / 2, C].
  """

  def __init__(self, filters: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.filters, self.seed = filters, seed
    self.branches = [NormedConv(filters, dilation_rate=rate, seed=seed + rate, name=f"rate{rate}")
                     for rate in DILATIONS]
    self.combine = NormedConv(filters, strides=2, activation="relu", seed=seed + 9,
                              name="combine")

  def call(self, x):
    return self.combine(tf.nn.relu(tf.add_n([branch(x) for branch in self.branches])))

  def get_config(self) -> dict:
    return {**super().get_config(), "filters": self.filters, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class SketchEncoder(tf.keras.layers.Layer):
  """CNN encoder of RPCL-pix2seq.

  Args:
    z_size: Z.
    seed: of the start values.

  Call: image float32 [B, W, W, 1] in [-1, 1], ink -1, W divisible by 16
    -> mean and variance, float32 [B, Z] each, variance > 0.

  Source: Zang, Tu & Xu, "Controllable stroke-based sketch synthesis from a self-organized
  latent space", Neural Networks 137 (2021).
  """

  def __init__(self, z_size: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.z_size, self.seed = z_size, seed
    self.stages = [DilatedBlock(32, seed + 10, name="block1"),
                   DilatedBlock(64, seed + 20, name="block2"),
                   NormedConv(128, strides=2, activation="relu", seed=seed + 30, name="conv3"),
                   NormedConv(256, strides=2, activation="relu", seed=seed + 40, name="conv4")]
    self.flatten = tf.keras.layers.Flatten()
    dense = tf.keras.layers.Dense
    self.mean = dense(z_size, kernel_initializer=FirstDimensionNormal(seed + 50), name="mean",
                      dtype="float32")
    self.variance = dense(z_size, kernel_initializer=FirstDimensionNormal(seed + 60),
                          name="variance", dtype="float32")

  def call(self, image):
    x = image
    for stage in self.stages:
      x = stage(x)
    x = tf.cast(self.flatten(x), tf.float32)  # [B, 3 * 3 * 256] for W = 48
    return self.mean(x), tf.nn.softplus(self.variance(x)) + VARIANCE_FLOOR

  def get_config(self) -> dict:
    return {**super().get_config(), "z_size": self.z_size, "seed": self.seed}
