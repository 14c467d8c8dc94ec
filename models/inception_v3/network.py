"""Inception-v3 up to the 2048 features that FID and KID compare."""

import tensorflow as tf

from models.inception_v3.blocks import BLOCKS, STEM, ConvUnit, MixedBlock, Pool, Unit, pool

IMAGE_SIZE = 299
FEATURES = 2048
_BLOCK_ENDS = ("Mixed_6e",)  # of block 2; blocks 0 and 1 end with the stem's pools


class InceptionV3(tf.keras.Model):
  """The FID network: TensorFlow's release of 2015-12-05, without its classifier.

  It differs from the usual Inception-v3 in the pool branches (averages that don't count the
  padding, a maximum in the last block) and in having a gamma in its batch norms. Nothing in it is
  trained. A fresh one has random weights; `pretrained.inception_weights.load` fills them.

  Call: images float32 [B, 299, 299, 3] in [-1, 1] -> features float32 [B, 2048].
  """

  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.stem = {unit.name: ConvUnit(unit) for unit in STEM if isinstance(unit, Unit)}
    self.mixed = {name: MixedBlock(branches, name=name) for name, branches in BLOCKS.items()}
    self.trainable = False
    self(tf.keras.Input([IMAGE_SIZE, IMAGE_SIZE, 3]))  # makes the variables

  def call(self, images):
    return self.blocks(images)[-1]

  def blocks(self, images: tf.Tensor) -> list[tf.Tensor]:
    """The outputs of the four blocks.

    Args:
      images: float32 [B, 299, 299, 3] in [-1, 1].

    Returns:
      [B, 73, 73, 64], [B, 35, 35, 192], [B, 17, 17, 768] and the features [B, 2048].
    """
    x, outputs = images, []
    for step in STEM:
      if isinstance(step, Pool):
        x = pool(x, step)
        outputs.append(x)
      else:
        x = self.stem[step.name](x)
    for name, block in self.mixed.items():
      x = block(x)
      if name in _BLOCK_ENDS:
        outputs.append(x)
    return [*outputs, tf.reduce_mean(x, axis=[1, 2])]  # [B, 8, 8, 2048] -> [B, 2048]

  def units(self) -> dict[str, ConvUnit]:
    """All convolution units by full name, such as "Mixed_5b.branch1x1", in the network's order."""
    return self.stem | {f"{name}.{unit}": layer for name, block in self.mixed.items()
                        for unit, layer in block.units.items()}
