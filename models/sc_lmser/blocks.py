"""The residual blocks of SC-Lmser's generators."""

import tensorflow as tf

from models.layers.instance_norm import InstanceNorm
from models.sc_lmser.convolution import DOWN, UP, Conv

LEAK = 0.2
EPSILON = 1e-5


@tf.keras.utils.register_keras_serializable("sketch_zoo.sc_lmser")
class ResidualBlock(tf.keras.layers.Layer):
  """Two normed convolutions and a 1x1 shortcut of the raw input, added; nothing after the sum.

      down: norm, leaky ReLU, conv 3x3, norm, leaky ReLU, conv 3x3, average 2x2
            + conv 1x1, average 2x2
      up:   norm, ReLU, double, conv 3x3, norm, ReLU, conv 3x3
            + double, conv 1x1

  Args:
    filters: C, of both convolutions and the shortcut.
    resample: "down" (half the size) or "up" (twice the size).
    seed: of the start values; gains are normal(1, 0.02).

  Call: [B, H, W, C_in] -> [B, H / 2, W / 2, C] or [B, 2H, 2W, C].

  Source: `resblock_down` and `resblock_up` of SC_Lmser (Sheng et al., 2021).
  """

  def __init__(self, filters: int, resample: str, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.filters, self.resample, self.seed = filters, resample, seed
    down = resample == DOWN
    self.norm1 = self._norm("norm1", seed)
    self.conv1 = Conv(filters, 3, padding=1, resample=None if down else UP, seed=seed + 1,
                      name="conv1")
    self.norm2 = self._norm("norm2", seed + 2)
    self.conv2 = Conv(filters, 3, padding=1, resample=DOWN if down else None, seed=seed + 3,
                      name="conv2")
    self.skip = Conv(filters, 1, resample=resample, seed=seed + 4, name="skip")

  def _norm(self, name, seed):
    start = tf.keras.initializers.RandomNormal(1.0, 0.02, seed=seed)
    return InstanceNorm(EPSILON, one_by_one=True, gamma_initializer=start, name=name)

  def _activated(self, x):
    return tf.nn.relu(x) if self.resample == UP else tf.nn.leaky_relu(x, LEAK)

  def call(self, x):
    main = self.conv1(self._activated(self.norm1(x)))
    return self.conv2(self._activated(self.norm2(main))) + self.skip(x)

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints, below the block's own."""
    return {"res1/instance_norm/scale": self.norm1.gamma,
            "res1/instance_norm/offset": self.norm1.beta,
            "res1/conv_0/conv2d/kernel": self.conv1.kernel,
            "res2/instance_norm/scale": self.norm2.gamma,
            "res2/instance_norm/offset": self.norm2.beta,
            "res2/conv_0/conv2d/kernel": self.conv2.kernel,
            "skip/conv_0/conv2d/kernel": self.skip.kernel}

  def get_config(self) -> dict:
    return {**super().get_config(), "filters": self.filters, "resample": self.resample,
            "seed": self.seed}
