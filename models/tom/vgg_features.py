"""What TOM sees of a picture: VGG-16's features after each max pooling."""

import tensorflow as tf

from models.layers.adaptive_pooling import average_pool
from models.layers.initializers import draw_he_normal
from models.lpips.vgg16 import Vgg16

# ImageNet's mean and deviation of R, G, B in [0, 1].
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
_SEED = 16


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class VggFeatures(tf.keras.layers.Layer):
  """VGG-16 up to a level, frozen, always in float32.

  A fresh one has random weights that are always the same (He normal, no bias); features of such
  ones say much less than those of a network that was trained to recognise objects.

  Args:
    levels: 1 to 5.

  Call: float32 [B, H, W, 3] in [-1, 1], and how many levels are wanted (None: all) -> for level
    k = 1, 2, ... what max pooling k gives, float32 [B, H / 2^k, W / 2^k, C], C = 64, 128, 256, 512,
    512.

  Attributes:
    vgg: the convolutions.

  Source: `VGGSimple` of the original, whose taps "after ReLU" are in fact behind the pooling.
  """

  def __init__(self, levels: int = 5, **kwargs):
    super().__init__(trainable=False, dtype="float32", **kwargs)
    self.vgg = Vgg16(levels, name="vgg")
    draw_he_normal(self.vgg.convolutions.values(), _SEED)
    self.built = True

  def call(self, images, levels=None):
    scaled = ((images + 1.0) / 2.0 - tf.constant(MEAN)) / tf.constant(DEVIATION)
    return [tf.nn.max_pool2d(tap, ksize=2, strides=2, padding="VALID")
            for tap in self.vgg(scaled, levels)]


def pooled(features: list[tf.Tensor], base: int) -> list[tf.Tensor]:
  """Features of pictures of any size at the sides 16, 8, 4, 2 and 1 times `base`.

  Of pictures of 32 `base` pixels they are what they were, and these are all that TOM is trained on.

  Args:
    features: of `VggFeatures`.
    base: side of the fifth level.
  """
  return [average_pool(level, base * factor, base * factor)
          for level, factor in zip(features, (16, 8, 4, 2, 1))]
