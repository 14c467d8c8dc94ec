"""The encoders of the auto-encoder: content of a sketch, style of a photo."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from models.layers.adaptive_pooling import average_pool
from models.layers.batch_norm import BatchNorm, synchronize
from models.layers.initializers import FanInUniform, seed_pair
from models.layers.linear_maps import Conv, Dense
from models.layers.torch_state import named_variables
from models.sketch2image.blocks import EncoderResidual

FIRST_LEAK, LEAK = 0.2, 0.1
# A feature map is averaged to this height and width, and a convolution makes a vector of it.
POOLED = 4
# What the classifier's bias starts from, in units of its weight's range.
BIAS_SHARE = 0.1


class Style(NamedTuple):
  """What a photo's style is."""

  vectors: list[tf.Tensor]  # float32 [B, 2n], [B, 4n], [B, 8n], from the maps of 1/16, 1/32, 1/64
  logits: tf.Tensor | None  # float32 [B, classes], if there is a classifier


class Encoder(tf.keras.layers.Layer):
  """Six convolutions that each halve the picture, the last three with a residual block.

  Args:
    prefix: of the parts' names in the original.
    channels: of the picture.
    width: n; the levels have n/4, n/2, n, 2n, 4n, 8n channels.
    seed: of the start values.
    synchronized: batch statistics are those of the global batch.
  """

  def __init__(self, prefix: str, channels: int, width: int, seed: int = 0,
               synchronized: bool = False, **kwargs):
    super().__init__(**kwargs)
    self.width, self.seed, self.synchronized = width, seed, synchronized
    widths = (channels, width // 4, width // 2, width, 2 * width, 4 * width, 8 * width)
    places = ("256.0", "128.0", "64.0", "32.0", "16.1", "8.1")
    self.convs = [Conv(*pair, 4, strides=2, padding=1, seed=seed, name=f"{prefix}_{place}")
                  for place, *pair in zip(places, widths, widths[1:])]
    self.norms = [BatchNorm(channels=size, name=f"{prefix}_{place}")
                  for place, size in (("128.1", width // 2), ("64.1", width))]
    self.blocks = [EncoderResidual(size, seed, name=f"{prefix}_{place}")
                   for place, size in zip(("32.1", "16.2", "8.2"), widths[4:])]
    if synchronized:
      synchronize(self)

  def features(self, image: tf.Tensor, training: bool = False) -> list[tf.Tensor]:
    """The maps of the last three levels.

    The first two are AFTER the leaky ReLU with which the next level begins, the last is not:
    the original applies it in place, to what it also returns.

    Args:
      image: float [B, H, W, C] in [-1, 1].
      training: whether batch statistics are used, moving ones follow, and norms make a step.

    Returns:
      [B, H/16, W/16, 2n], [B, H/32, W/32, 4n], [B, H/64, W/64, 8n].
    """
    x = tf.nn.leaky_relu(self.convs[0](image), FIRST_LEAK)
    for conv, norm in zip(self.convs[1:3], self.norms):
      x = tf.nn.leaky_relu(norm(conv(x), training=training), LEAK)
    maps = []
    for conv, block in zip(self.convs[3:], self.blocks):
      x = block(conv(x), training=training)
      if block is not self.blocks[-1]:
        x = tf.nn.leaky_relu(x, LEAK)
      maps.append(x)
    return maps

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), "width": self.width, "seed": self.seed,
            "synchronized": self.synchronized}


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class ContentEncoder(Encoder):
  """Sketch -> content, three feature maps.

  Args:
    width: n.
    seed, synchronized: of `Encoder`.

  Call: [B, H, W, 1] in [-1, 1], paper 1, and whether it is a training pass -> float32
    [B, H/16, W/16, 2n], [B, H/32, W/32, 4n], [B, H/64, W/64, 8n]; see `features`.

  Source: Liu et al. (AAAI 2021), `ContentEncoder` of its program.
  """

  def __init__(self, width: int = 64, seed: int = 0, **options):
    super().__init__("cf", 1, width, seed, **options)

  def call(self, image, training=False):
    return [tf.cast(one, tf.float32) for one in self.features(image, training)]


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class StyleEncoder(Encoder):
  """Photo -> style, three vectors, and logits of which photo it is.

  The classifier does not exist until `reset_classifier` is called.

  Args:
    width: n.
    num_classes: of the classifier.
    seed, synchronized: of `Encoder`.

  Attributes:
    classifier: a `Dense` layer or None.

  Call: [B, H, W, 3] in [-1, 1] and whether it is a training pass -> `Style`.

  Source: Liu et al. (AAAI 2021), `StyleEncoder` of its program.
  """

  def __init__(self, width: int = 64, num_classes: int = 500, seed: int = 0, **options):
    super().__init__("sf", 3, width, seed, **options)
    self.num_classes = num_classes
    self.heads = [Conv(size, size, POOLED, seed=seed, name=f"sfv_{place}.1")
                  for place, size in ((32, 2 * width), (16, 4 * width), (8, 8 * width))]
    self.classifier = None

  def call(self, image, training=False):
    pooled = [average_pool(one, POOLED, POOLED) for one in self.features(image, training)]
    vectors = [tf.cast(head(one)[:, 0, 0], tf.float32)  # [B, 1, 1, C] -> [B, C]
               for head, one in zip(self.heads, pooled)]
    if self.classifier is None:
      return Style(vectors, None)
    logits = self.classifier(tf.nn.leaky_relu(vectors[-1], LEAK))
    return Style(vectors, tf.cast(logits, tf.float32))

  def reset_classifier(self, seed: int) -> None:
    """Gives the classifier new values, and makes it if there is none.

    The weight is uniform in +-1 / sqrt(8n), the bias in a tenth of that.

    Args:
      seed: of the values.
    """
    size = 8 * self.width
    if self.classifier is None:
      self.classifier = Dense(size, self.num_classes, use_bias=True, name="final_cls.1")
    values = lambda variable, name: FanInUniform(size, seed_pair(seed, name))(variable.shape)
    self.classifier.kernel.assign(values(self.classifier.kernel, "kernel"))
    self.classifier.bias.assign(BIAS_SHARE * values(self.classifier.bias, "bias"))

  def main_variables(self) -> Sequence[tf.Variable]:
    """The trainable variables without the classifier's, which has an optimiser of its own."""
    others = set() if self.classifier is None else {
        id(variable) for variable in self.classifier.trainable_variables}
    return [variable for variable in self.trainable_variables if id(variable) not in others]

  def get_config(self) -> dict:
    return {**super().get_config(), "num_classes": self.num_classes}
