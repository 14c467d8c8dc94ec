"""Latent code -> sketch image: the branch that keeps the code faithful to the picture."""

import tensorflow as tf

from models.layers.convolution import NormedConv
from models.layers.initializers import FirstDimensionNormal

CHANNELS = 256


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class ImageDecoder(tf.keras.layers.Layer):
  """Dense ReLU to [W/16, W/16, 256], then four transposed convolutions, 128, 64, 32, 1 (tanh).

  Args:
    width: W, divisible by 16.
    seed: of the start values.

  Call: code float32 [B, Z] -> image float32 [B, W, W, 1] in (-1, 1).

  Source: `deconv` of RPCL-pix2seq (Zang et al., 2021).
  """

  def __init__(self, width: int = 48, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.width, self.seed = width, seed
    side = width // 16
    self.dense = tf.keras.layers.Dense(side * side * CHANNELS, activation="relu", name="dense",
                                       kernel_initializer=FirstDimensionNormal(seed))
    self.fold = tf.keras.layers.Reshape([side, side, CHANNELS])
    self.stages = [
        NormedConv(filters, strides=2, transposed=True, activation=activation,
                   seed=seed + filters, name=f"deconv{index + 1}")
        for index, (filters, activation) in enumerate(
            [(128, "relu"), (64, "relu"), (32, "relu"), (1, "tanh")])]

  def call(self, code):
    x = self.fold(self.dense(code))
    for stage in self.stages:
      x = stage(x)
    return tf.cast(x, tf.float32)

  def get_config(self) -> dict:
    return {**super().get_config(), "width": self.width, "seed": self.seed}
