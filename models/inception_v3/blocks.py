"""The building blocks of Inception-v3: the convolution unit, and blocks of parallel branches.

What each block holds is a table (`BLOCKS`), read both by the network and by the readers of weight
files. Source: Szegedy et al., Rethinking the Inception architecture, 2015, as released by
TensorFlow on 2015-12-05; the names are those of the PyTorch form of that release.
"""

from typing import Literal, NamedTuple

import tensorflow as tf

BATCH_NORM_EPSILON = 1e-3


class Unit(NamedTuple):
  """A convolution without bias, batch norm and ReLU.

  Attributes:
    name: within its block, or of the stem.
    filters: channels out.
    kernel: (height, width).
    strides: 1 or 2.
    padding: "same", which is symmetric for the odd kernels at stride 1, or "valid".
  """

  name: str
  filters: int
  kernel: tuple[int, int] = (1, 1)
  strides: int = 1
  padding: Literal["same", "valid"] = "same"


class Pool(NamedTuple):
  """A 3x3 pooling. An average never counts the padding, a maximum never sees it."""

  kind: Literal["average", "max"]
  strides: int = 1
  padding: Literal["same", "valid"] = "same"


class Fork(NamedTuple):
  """Two units on the same input, concatenated."""

  first: Unit
  second: Unit


Branch = tuple[Unit | Pool | Fork, ...]


def _down(name: str, filters: int) -> Unit:
  return Unit(name, filters, (3, 3), 2, "valid")


def type_a(pooled: int) -> tuple[Branch, ...]:
  """35x35; `pooled` filters in the pool branch."""
  return ((Unit("branch1x1", 64),),
          (Unit("branch5x5_1", 48), Unit("branch5x5_2", 64, (5, 5))),
          (Unit("branch3x3dbl_1", 64), Unit("branch3x3dbl_2", 96, (3, 3)),
           Unit("branch3x3dbl_3", 96, (3, 3))),
          (Pool("average"), Unit("branch_pool", pooled)))


def type_b() -> tuple[Branch, ...]:
  """35x35 -> 17x17."""
  return ((_down("branch3x3", 384),),
          (Unit("branch3x3dbl_1", 64), Unit("branch3x3dbl_2", 96, (3, 3)),
           _down("branch3x3dbl_3", 96)),
          (Pool("max", 2, "valid"),))


def type_c(inner: int) -> tuple[Branch, ...]:
  """17x17; `inner` filters inside the branches."""
  return ((Unit("branch1x1", 192),),
          (Unit("branch7x7_1", inner), Unit("branch7x7_2", inner, (1, 7)),
           Unit("branch7x7_3", 192, (7, 1))),
          (Unit("branch7x7dbl_1", inner), Unit("branch7x7dbl_2", inner, (7, 1)),
           Unit("branch7x7dbl_3", inner, (1, 7)), Unit("branch7x7dbl_4", inner, (7, 1)),
           Unit("branch7x7dbl_5", 192, (1, 7))),
          (Pool("average"), Unit("branch_pool", 192)))


def type_d() -> tuple[Branch, ...]:
  """17x17 -> 8x8."""
  return ((Unit("branch3x3_1", 192), _down("branch3x3_2", 320)),
          (Unit("branch7x7x3_1", 192), Unit("branch7x7x3_2", 192, (1, 7)),
           Unit("branch7x7x3_3", 192, (7, 1)), _down("branch7x7x3_4", 192)),
          (Pool("max", 2, "valid"),))


def type_e(pooling: Literal["average", "max"]) -> tuple[Branch, ...]:
  """8x8; `pooling` before the pool branch's unit."""
  return ((Unit("branch1x1", 320),),
          (Unit("branch3x3_1", 384), Fork(Unit("branch3x3_2a", 384, (1, 3)),
                                          Unit("branch3x3_2b", 384, (3, 1)))),
          (Unit("branch3x3dbl_1", 448), Unit("branch3x3dbl_2", 384, (3, 3)),
           Fork(Unit("branch3x3dbl_3a", 384, (1, 3)), Unit("branch3x3dbl_3b", 384, (3, 1)))),
          (Pool(pooling), Unit("branch_pool", 192)))


# In the order of the network, the stem's units and pools (3x3, stride 2, valid) between them.
STEM = (_down("Conv2d_1a_3x3", 32), Unit("Conv2d_2a_3x3", 32, (3, 3), 1, "valid"),
        Unit("Conv2d_2b_3x3", 64, (3, 3)), Pool("max", 2, "valid"), Unit("Conv2d_3b_1x1", 80),
        Unit("Conv2d_4a_3x3", 192, (3, 3), 1, "valid"), Pool("max", 2, "valid"))
BLOCKS = {"Mixed_5b": type_a(32), "Mixed_5c": type_a(64), "Mixed_5d": type_a(64),
          "Mixed_6a": type_b(), "Mixed_6b": type_c(128), "Mixed_6c": type_c(160),
          "Mixed_6d": type_c(160), "Mixed_6e": type_c(192), "Mixed_7a": type_d(),
          "Mixed_7b": type_e("average"), "Mixed_7c": type_e("max")}  # 7c: the release's own quirk


class ConvUnit(tf.keras.layers.Layer):
  """Convolution without bias -> batch norm with stored statistics -> ReLU.

  Call: float32 [B, H, W, C_in] -> [B, H', W', filters].
  """

  def __init__(self, unit: Unit, **kwargs):
    super().__init__(name=unit.name, trainable=False, **kwargs)
    self.conv = tf.keras.layers.Conv2D(unit.filters, unit.kernel, unit.strides, unit.padding,
                                       use_bias=False, name="conv")
    self.norm = tf.keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name="bn")

  def call(self, x):
    return tf.nn.relu(self.norm(self.conv(x), training=False))


class MixedBlock(tf.keras.layers.Layer):
  """Branches on the same input, their outputs concatenated.

  Call: float32 [B, H, W, C_in] -> [B, H', W', C].
  """

  def __init__(self, branches: tuple[Branch, ...], **kwargs):
    super().__init__(trainable=False, **kwargs)
    self._branches = branches
    self.units = {unit.name: ConvUnit(unit) for branch in branches for unit in units_of(branch)}

  def call(self, x):
    return tf.concat([self._run(branch, x) for branch in self._branches], axis=-1)

  def _run(self, branch, x):
    for step in branch:
      if isinstance(step, Fork):
        x = tf.concat([self.units[unit.name](x) for unit in step], axis=-1)
      else:
        x = pool(x, step) if isinstance(step, Pool) else self.units[step.name](x)
    return x


def units_of(branch: Branch) -> list[Unit]:
  """The units of a branch (or of the stem), in order."""
  units = []
  for step in branch:
    units += list(step) if isinstance(step, Fork) else [step] if isinstance(step, Unit) else []
  return units


def pool(x: tf.Tensor, how: Pool) -> tf.Tensor:
  """3x3 pooling of [B, H, W, C]."""
  # TensorFlow divides an average by the number of real pixels, and pads a maximum with -infinity.
  run = tf.nn.avg_pool2d if how.kind == "average" else tf.nn.max_pool2d
  return run(x, ksize=3, strides=how.strides, padding=how.padding.upper())
