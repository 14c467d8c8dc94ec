"""What the training steps of both stages share."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from data_tools.errors import UserError
from models import precision
from models.layers import randomness
from models.layers.replicas import gathered
from models.optimizers import TorchAdam
from models.sketch2image.config import Sketch2ImageConfig

BETA1 = 0.5
# Width and height at which pictures are compared by LPIPS; larger ones are averaged down to it.
PERCEPTUAL_SIZE = 256


def checked(config: Sketch2ImageConfig | dict) -> Sketch2ImageConfig:
  """The config, of a dict if need be, validated.

  Raises:
    UserError: see `Sketch2ImageConfig.validate` and `precision.refuse_float16`.
  """
  precision.refuse_float16("Sketch-to-Image")
  return (Sketch2ImageConfig(**config) if isinstance(config, dict) else config).validate()


def refuse_compiled(compiled: bool) -> None:
  """Raises UserError if XLA is asked for."""
  if compiled:
    raise UserError("Sketch-to-Image is not trained with XLA here, since TensorFlow draws other "
                    "numbers in compiled code; leave out --jit_compile.")


def step_counter(model: tf.keras.Model) -> tf.Variable:
  """int64, training steps so far."""
  return model.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros", trainable=False,
                          aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)


def adam(learning_rate: float, name: str) -> TorchAdam:
  """The original's optimiser."""
  return TorchAdam(learning_rate, BETA1, epsilon=1e-8, name=f"Adam_{name}")


def apply(optimizer: tf.keras.optimizers.legacy.Adam, gradients: Sequence[tf.Tensor | None],
          variables: Sequence[tf.Variable]) -> None:
  """One step; variables that a loss does not reach stay as they are, as in PyTorch."""
  optimizer.apply_gradients([pair for pair in zip(gradients, variables) if pair[0] is not None])


def restart(optimizer: tf.keras.optimizers.legacy.Adam) -> None:
  """Sets moments and step count to 0, as a new optimiser has them."""
  for variable in optimizer.variables():
    variable.assign(tf.zeros_like(variable))


def rows_in_order(rows: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
  """This replica's part of the global batch's rows in another order.

  Args:
    rows: [B, ...] of this replica.
    order: int32, of the global batch.
  """
  _, first = randomness.rows_of_batch(rows.shape[0])
  return tf.gather(gathered(rows), order[first:first + rows.shape[0]])


def perceptual_rows(distance: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], made: tf.Tensor,
                    photo: tf.Tensor, reduction: str) -> tf.Tensor:
  """LPIPS at 256 pixels, such that its mean over the global batch is what `reduction` says.

  Args:
    distance: LPIPS.
    made, photo: float32 [B, S, S, 3] in [-1, 1].
    reduction: "sum" or "mean" over the global batch.

  Returns:
    float32 [B]: for "sum" each row times the size of the global batch.
  """
  rows = distance(shrunk(made), tf.stop_gradient(shrunk(photo)))
  if reduction == "mean":
    return rows
  count = tf.shape(rows)[0] * tf.distribute.get_strategy().num_replicas_in_sync
  return rows * tf.cast(count, rows.dtype)


def shrunk(picture: tf.Tensor) -> tf.Tensor:
  """Averaged down to 256 pixels, if it is larger."""
  factor = picture.shape[1] // PERCEPTUAL_SIZE
  return tf.nn.avg_pool2d(picture, factor, factor, "VALID") if factor > 1 else picture
