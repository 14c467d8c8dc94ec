"""SC-Lmser's conditional patch discriminator."""

from typing import NamedTuple

import tensorflow as tf

from models.layers.batch_norm import Moments, PureBatchNorm
from models.sc_lmser.blocks import LEAK
from models.sc_lmser.convolution import Conv

# Of the norms' moving averages, which no result depends on.
MOMENTUM = 0.1


class Judgement(NamedTuple):
  """What a discriminator says of pairs."""

  logits: tf.Tensor  # float32 [B, h, w, 1], one for each patch
  moments: list[Moments]  # of the normed layers; empty with moving statistics


@tf.keras.utils.register_keras_serializable("sketch_zoo.sc_lmser")
class Discriminator(tf.keras.layers.Layer):
  """Says of every patch of a candidate whether it is the true picture of the condition.

  4x4 convolutions after one pixel of zeros on each side: stride 2 at first and in the middle
  layers but the last, then stride 1; batch norm in the middle layers; leaky ReLU but at the end.
  At 256x256 the logits are 30x30.

  Args:
    width: n, channels of the first layer; the middle ones have 2n, 4n, 8n, at most 8n.
    middle_layers: how many normed layers.
    use_bias: of the convolutions.
    synchronized: batch statistics over all replicas.
    seed: of the start values.

  Call: condition and candidate, [B, H, W, *] in [-1, 1], and whether batch statistics are used
    -> `Judgement`. Nothing is changed; see `follow`.

  Source: `Discriminator2` of SC_Lmser (Sheng et al., 2021), after Isola et al. (2017).
  """

  def __init__(self, width: int = 64, middle_layers: int = 3, use_bias: bool = False,
               synchronized: bool = False, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._config = {"width": width, "middle_layers": middle_layers, "use_bias": use_bias,
                    "synchronized": synchronized, "seed": seed}
    filters = [width * min(2 ** index, 8) for index in range(middle_layers + 1)] + [1]
    strides = [2] * middle_layers + [1, 1]
    self.convs = [
        Conv(size, 4, stride, padding=1, use_bias=use_bias, seed=seed + number,
             name=f"conv_{number}")
        for number, (size, stride) in enumerate(zip(filters, strides), start=1)]
    self.norms = [PureBatchNorm(MOMENTUM, synchronized, name=f"norm_{number}")
                  for number in range(2, middle_layers + 2)]

  def call(self, condition, candidate, training=False):
    pair = [tf.cast(one, self.compute_dtype) for one in (condition, candidate)]
    x = tf.concat(pair, axis=-1)  # [B, H, W, C_condition + C_candidate]
    x = tf.nn.leaky_relu(self.convs[0](x), LEAK)
    moments = []
    for conv, norm in zip(self.convs[1:], self.norms):
      x, found = norm(conv(x), training=training)
      moments += [found] if training else []
      x = tf.nn.leaky_relu(x, LEAK)
    return Judgement(tf.cast(self.convs[-1](x), tf.float32), moments)

  def follow(self, moments: list[Moments]) -> None:
    """Moves the moving statistics of the normed layers towards those of one pass."""
    for norm, found in zip(self.norms, moments):
      norm.follow(found)

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints, below fss/Dx or fss/Dy."""
    named = {}
    for number, conv in enumerate(self.convs, start=1):
      named[f"layer_{number}/conv_0/conv2d/kernel"] = conv.kernel
      if conv.bias is not None:
        named[f"layer_{number}/conv_0/conv2d/bias"] = conv.bias
      if 2 <= number <= len(self.norms) + 1:
        norm = self.norms[number - 2]
        named.update({f"layer_{number}/batch_norm/{name}": getattr(norm, name)
                      for name in ("gamma", "beta", "moving_mean", "moving_variance")})
    return named

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
