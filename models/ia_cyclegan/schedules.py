"""What changes with the training step."""

import tensorflow as tf

from models.ia_cyclegan.config import IaCycleGanConfig


def learning_rate(step: tf.Tensor, steps_per_epoch: int, config: IaCycleGanConfig) -> tf.Tensor:
  """learning_rate min(1, (N + D - e) / (D + 1)) in epoch e = 0, 1 ...; never below 0.

  N are num_epochs, D decay_epochs: constant for N epochs; of the D next ones the first has
  D / (D + 1) of it and the last 1 / (D + 1). 0 after that.

  Args:
    step: int64 scalar, steps before this one.
    steps_per_epoch: at least 1.
    config: hyperparameters.

  Returns:
    float32 scalar.

  Source: the paper's 100 and 100 epochs, by the rule of CycleGAN's program.
  """
  epoch = tf.cast(step // steps_per_epoch, tf.float32)
  share = (config.all_epochs - epoch) / (config.decay_epochs + 1.0)
  return config.learning_rate * tf.clip_by_value(share, 0.0, 1.0)
