"""The blocks that the auto-encoder and the refinement generators share.

Where a block has parts, they are named as in the original, below the block's own name.
"""

import tensorflow as tf

from models.layers.grouped_depthwise import GroupedDepthwiseConv
from models.layers.linear_maps import Conv, Dense
from models.layers.resizing import nearest, sizes
from models.layers.spectral_norm import SpectralBatchNorm

# Channels for each hidden unit of the squeeze.
REDUCTION = 16
# A residual block of a generator widens its channels by this.
EXPANSION = 4
# Gains and offsets of the dual mask at the start: of the masked part, and of the rest.
MASK_START = {"weight_a": 1.01, "weight_b": 0.99, "bias_a": 0.01, "bias_b": -0.01}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class SqueezeExcite(tf.keras.layers.Layer):
  """Scales each channel by sigmoid(W2 relu(W1 mean(x))), both maps spectrally normed.

  Args:
    channels: C, at least 16; C // 16 hidden units.
    seed: of the start values.

  Call: [B, H, W, C] -> the same shape.

  Source: Hu, Shen & Sun, "Squeeze-and-excitation networks" (CVPR 2018).
  """

  def __init__(self, channels: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.channels, self.seed = channels, seed
    hidden = channels // REDUCTION
    self.squeeze = Dense(channels, hidden, spectral=True, seed=seed, name=f"{self.name}.fc.0")
    self.excite = Dense(hidden, channels, spectral=True, seed=seed, name=f"{self.name}.fc.2")

  def call(self, x, training=False):
    hidden = tf.nn.relu(self.squeeze(tf.reduce_mean(x, [1, 2]), training=training))
    scales = tf.sigmoid(self.excite(hidden, training=training))  # [B, C]
    return x * scales[:, None, None, :]

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class EncoderResidual(tf.keras.layers.Layer):
  """x plus: twice (batch norm, swish, conv 3x3), then squeeze and excite; all spectrally normed.

  Args:
    channels: C, at least 16.
    seed: of the start values.

  Call: [B, H, W, C] -> the same shape.

  Source: the residual block of the encoders of Liu et al. (AAAI 2021).
  """

  def __init__(self, channels: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.channels, self.seed = channels, seed
    part = lambda number: {"seed": seed, "name": f"{self.name}.main.{number}"}
    self.norm1 = SpectralBatchNorm(channels, **part(0))
    self.conv1 = Conv(channels, channels, 3, padding=1, spectral=True, **part(2))
    self.norm2 = SpectralBatchNorm(channels, **part(3))
    self.conv2 = Conv(channels, channels, 3, padding=1, spectral=True, **part(5))
    self.squeeze_excite = SqueezeExcite(channels, **part(6))

  def call(self, x, training=False):
    main = self.conv1(tf.nn.silu(self.norm1(x, training=training)), training=training)
    main = self.conv2(tf.nn.silu(self.norm2(main, training=training)), training=training)
    return x + self.squeeze_excite(main, training=training)

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class GeneratorResidual(tf.keras.layers.Layer):
  """x plus a bottleneck the wrong way round: wide inside, with a depthwise convolution.

  Batch norm, conv 1x1 to 4C, batch norm, swish, depthwise 5x5, batch norm, swish, conv 1x1 to C,
  batch norm, squeeze and excite; all spectrally normed. The first norm has no activation.

  Args:
    channels: C, at least 16.
    seed: of the start values.

  Call: [B, H, W, C] -> the same shape.

  Source: the residual block of the decoders of Liu et al. (AAAI 2021).
  """

  def __init__(self, channels: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.channels, self.seed = channels, seed
    part = lambda number: {"seed": seed, "name": f"{self.name}.main.{number}"}
    wide = EXPANSION * channels
    self.norm1 = SpectralBatchNorm(channels, **part(0))
    self.widen = Conv(channels, wide, 1, spectral=True, **part(1))
    self.norm2 = SpectralBatchNorm(wide, **part(2))
    self.depthwise = GroupedDepthwiseConv(wide, 5, spectral=True, deviation=1.0, **part(4))
    self.norm3 = SpectralBatchNorm(wide, **part(5))
    self.narrow = Conv(wide, channels, 1, spectral=True, **part(7))
    self.norm4 = SpectralBatchNorm(channels, **part(8))
    self.squeeze_excite = SqueezeExcite(channels, **part(9))

  def call(self, x, training=False):
    mode = {"training": training}
    main = tf.nn.silu(self.norm2(self.widen(self.norm1(x, **mode), **mode), **mode))
    main = tf.nn.silu(self.norm3(self.depthwise(main, **mode), **mode))
    main = self.norm4(self.narrow(main, **mode), **mode)
    return x + self.squeeze_excite(main, **mode)

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels, "seed": self.seed}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class DualMaskInjection(tf.keras.layers.Layer):
  """weight_a f m + bias_a + weight_b f (1 - m) + bias_b, per channel.

  The mask m is a content feature as it is, not limited to [0, 1]. One of fewer channels is
  repeated, one of another size resized by nearest neighbours.

  Args:
    channels: C.

  Attributes:
    weight_a, weight_b, bias_a, bias_b: [C].

  Call: f [B, H, W, C] and m [B, h, w, C / n] -> [B, H, W, C].

  Source: Liu et al. (AAAI 2021), dual mask injection.
  """

  def __init__(self, channels: int, **kwargs):
    super().__init__(**kwargs)
    self.channels = channels
    with tf.name_scope(self.name):
      for name, value in MASK_START.items():
        start = tf.keras.initializers.Constant(value)
        setattr(self, name, self.add_weight(name, [channels], initializer=start))
    self.built = True

  def call(self, features, content):
    content = tf.cast(content, features.dtype)
    content = tf.tile(content, [1, 1, 1, self.channels // content.shape[-1]])
    _, height, width, _ = sizes(features)
    content = nearest(content, height, width)
    masked, rest = features * content, features * (1.0 - content)
    return self.weight_a * masked + self.bias_a + self.weight_b * rest + self.bias_b

  def torch_variables(self) -> dict[str, tf.Variable]:
    """The variables by PyTorch's names; see `models/layers/torch_state.py`."""
    return {name: getattr(self, name) for name in MASK_START}

  def get_config(self) -> dict:
    return {**super().get_config(), "channels": self.channels}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class StyleScale(tf.keras.layers.Layer):
  """Scales each channel of a feature map by sigmoid(W2 relu(W1 style + b1) + b2).

  Args:
    style_size: Z, of the style vector.
    channels: C.
    spectral: spectral norm of W1.
    seed: of the start values.

  Call: [B, H, W, C] and [B, Z] -> [B, H, W, C].

  Source: Liu et al. (AAAI 2021), who scale channels by the style on every level.
  """

  def __init__(self, style_size: int, channels: int, spectral: bool = False, seed: int = 0,
               **kwargs):
    super().__init__(**kwargs)
    self._config = {"style_size": style_size, "channels": channels, "spectral": spectral,
                    "seed": seed}
    self.inner = Dense(style_size, channels, use_bias=True, spectral=spectral, seed=seed,
                       name=f"{self.name}.0")
    self.outer = Dense(channels, channels, use_bias=True, seed=seed, name=f"{self.name}.2")

  def scales(self, style: tf.Tensor, training: bool = False) -> tf.Tensor:
    """The factors: style [B, Z] -> [B, C] in (0, 1)."""
    return tf.sigmoid(self.outer(tf.nn.relu(self.inner(style, training=training))))

  def call(self, x, style, training=False):
    return x * self.scales(style, training)[:, None, None, :]

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
