"""Training steps by shape: one graph for each, with static sizes, under any number of replicas."""

import numpy as np
import pytest
import tensorflow as tf

from models import shaped_steps
from tests.strategies import replicas


class Summing(tf.keras.Model):
  """Counts what it is given; its step needs a size that is known when it is traced."""

  def __init__(self):
    super().__init__()
    self.total = tf.keras.metrics.Sum("total")
    self.widths = []

  def make_train_function(self, force=False):
    if self.train_function is None or force:
      self.train_function = shaped_steps.train_function(self)
    return self.train_function

  def train_step(self, data):
    self.widths.append(int(data.shape[1]))
    self.total.update_state(data)
    return {"total": self.total.result()}


def batches():
  """Batches of four rows, 3 and 5 wide by turns."""
  widths = [3, 5, 3, 5, 3]
  return tf.data.Dataset.from_generator(
      lambda: (np.full([4, width], width, np.float32) for width in widths),
      output_signature=tf.TensorSpec([4, None])).apply(tf.data.experimental.assert_cardinality(5))


@pytest.mark.parametrize("count", [1, 2])
def test_one_graph_for_each_shape(count):
  with replicas(count).scope():
    model = Summing()
    model.compile()
  history = model.fit(batches(), epochs=2, verbose=0)
  assert history.history["total"] == [4 * (3 * 9 + 2 * 25)] * 2
  assert shaped_steps.traces(model) == 2 and set(model.widths) == {3, 5}
  assert model._train_counter.numpy() == 10
