"""Spectral normalisation by one step of power iteration, with PyTorch's rules."""

import tensorflow as tf

from models.layers.batch_norm import BatchNorm
from models.layers.initializers import UnitVector, seed_pair

# A vector shorter than this is divided by this.
SHORTEST = 1e-12


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class SpectralNorm(tf.keras.layers.Layer):
  """weight / sigma, where sigma estimates the weight's largest singular value.

    v <- unit(M^T u), u <- unit(M v)     in training mode only, and without a gradient
    sigma = u . (M v)                    always, by the weight as it is now

  M is the weight as a matrix: a row for each index of its LAST axis, everything else flattened to
  columns. The gradient goes through sigma, too. Every call in training mode is one step, so
  several passes within one training step are several. Without any the estimate is that of two
  random vectors, and may even be negative, as in the original.

  Under several replicas each makes the same step from the same weight, so the vectors stay equal
  and nothing has to be exchanged.

  Args:
    rows: last axis of the weight.
    columns: product of the other axes.
    seed: of the start values.

  Attributes:
    u: [rows], of length 1.
    v: [columns], of length 1.

  Call: float32 [..., rows], and whether a step is made -> the same shape.

  Source: Miyato et al., "Spectral normalization for generative adversarial networks" (ICLR 2018).
  """

  def __init__(self, rows: int, columns: int, seed: int = 0, **kwargs):
    super().__init__(**{**kwargs, "dtype": "float32"})
    self.rows, self.columns, self.seed = rows, columns, seed
    with tf.name_scope(self.name):
      self.u, self.v = (self.add_weight(
          name, [size], initializer=UnitVector(seed_pair(seed, f"{self.name}.{name}")),
          trainable=False, synchronization=tf.VariableSynchronization.ON_READ,
          aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
                        for name, size in (("u", rows), ("v", columns)))
    self.built = True

  def call(self, weight, training=False):
    matrix = tf.reshape(weight, [-1, self.rows])  # the transpose of M
    u, v = tf.convert_to_tensor(self.u), tf.convert_to_tensor(self.v)
    if training:
      fixed = tf.stop_gradient(matrix)
      v = _unit(tf.linalg.matvec(fixed, u))
      u = _unit(tf.linalg.matvec(fixed, v, transpose_a=True))
      self.u.assign(u)
      self.v.assign(v)
    return weight / tf.tensordot(u, tf.linalg.matvec(matrix, v, transpose_a=True), 1)

  def get_config(self) -> dict:
    return {**super().get_config(), "rows": self.rows, "columns": self.columns, "seed": self.seed}


def _unit(vector):
  return vector / tf.maximum(tf.norm(vector), SHORTEST)


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class SpectralBatchNorm(BatchNorm):
  """Batch norm whose gains have length 1 together: spectral norm of them as one column.

  In training mode that is exact; otherwise the estimate is exact if the gains have not changed
  since the last pass in training mode.

  Args:
    channels: C.
    seed: of the vectors' start values.
    **options: of `BatchNorm`.

  Attributes:
    spectral: the `SpectralNorm` of the gains.
  """

  def __init__(self, channels: int, seed: int = 0, **options):
    super().__init__(channels=channels, seed=seed, **options)
    self.spectral = SpectralNorm(channels, 1, seed, name=f"{self.name}.spectral")

  def _gamma(self, training):
    return self.spectral(tf.convert_to_tensor(self.gamma), training=training)

  def torch_variables(self) -> dict[str, tf.Variable]:
    """As `BatchNorm.torch_variables`."""
    named = super().torch_variables()
    return {"weight_orig": named.pop("weight"), "weight_u": self.spectral.u,
            "weight_v": self.spectral.v, **named}
