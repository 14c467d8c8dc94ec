"""Training steps that are traced once for each shape of a batch."""

from collections.abc import Callable, Iterator

import tensorflow as tf


def train_function(model: tf.keras.Model) -> Callable[[Iterator], dict[str, tf.Tensor]]:
  """What a model's `make_train_function` may return where batches are of a few static shapes.

  Keras's own takes the batch inside the graph, where a size that differs between batches is
  unknown. Here Python takes it, so that every graph has static shapes.

  Args:
    model: compiled. Its `train_step` returns figures that are the same on all replicas.

  Returns:
    Iterator of batches -> the figures; it is also the model's `train_tf_function` (see `traces`).
  """
  def step(batch):
    model._train_counter.assign_add(1)  # pylint: disable=protected-access
    return model.train_step(batch)

  strategy = model.distribute_strategy
  model.train_tf_function = tf.function(lambda batch: strategy.run(step, args=(batch,)))

  def function(iterator):
    figures = model.train_tf_function(next(iterator))
    return {name: strategy.experimental_local_results(value)[0]
            for name, value in figures.items()}

  return function


def traces(model: tf.keras.Model) -> int:
  """How often the training step of a model that was fitted has been traced; 0 if run eagerly."""
  function = model.train_tf_function
  return 0 if function is None else function.experimental_get_tracing_count()
