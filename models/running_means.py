"""The figures that a model reports: running means over an epoch, of all replicas together."""

from collections.abc import Iterable, Mapping

import tensorflow as tf

Means = dict[str, tf.keras.metrics.Mean]


def make(names: Iterable[str]) -> Means:
  """A mean for each name; made in the strategy's scope."""
  return {name: tf.keras.metrics.Mean(name) for name in names}


def updated(means: Means, figures: Mapping[str, tf.Tensor], weight: tf.Tensor | None = None
            ) -> dict[str, tf.Tensor]:
  """Adds a batch to all means; what a training or test step returns.

  Args:
    means: of `make`.
    figures: at least one of each name: float32 [B], or a scalar that counts once.
    weight: float32 [B], 0 for rows that only fill up; None: all count.

  Returns:
    name -> the mean so far, scalars.
  """
  for name, mean in means.items():
    mean.update_state(figures[name], sample_weight=weight)
  return {name: mean.result() for name, mean in means.items()}
