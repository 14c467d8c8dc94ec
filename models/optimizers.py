"""What models ask of Keras's optimisers beyond what these do by themselves."""

from collections.abc import Sequence

import tensorflow as tf


def make_moments(optimizer: tf.keras.optimizers.legacy.Optimizer,
                 variables: Sequence[tf.Variable]) -> None:
  """Makes an optimiser's own variables, which Keras would make in the first step.

  A checkpoint can then be restored before that, and no variable is made inside a traced step, which
  several replicas do not survive.

  Args:
    optimizer: made in the strategy's scope.
    variables: that it will move.
  """
  optimizer._create_all_weights(variables)  # pylint: disable=protected-access


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class TorchAdam(tf.keras.optimizers.legacy.Adam):
  """w <- w - rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon).

  Keras adds epsilon to sqrt(v) instead, so that in the first steps it counts for 1 / sqrt(1 - b2)
  as much: a gradient of 1e-7 then moves its weight by half a learning rate instead of nine tenths.
  Otherwise the same fused kernel, and slots of the same names.

  Args:
    learning_rate, beta_1, beta_2: as of Keras's.
    epsilon: as of PyTorch's.
  """

  def __init__(self, learning_rate=0.001, beta_1: float = 0.9, beta_2: float = 0.999,
               epsilon: float = 1e-8, name: str = "TorchAdam", **kwargs):
    super().__init__(learning_rate, beta_1, beta_2, epsilon, name=name, **kwargs)

  def _prepare_local(self, var_device, var_dtype, apply_state):
    super()._prepare_local(var_device, var_dtype, apply_state)
    coefficients = apply_state[(var_device, var_dtype)]
    coefficients["epsilon"] *= tf.sqrt(1 - coefficients["beta_2_power"])
