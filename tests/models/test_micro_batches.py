"""A batch in parts is the batch: gradients, figures, noise, dropout and the mixture's update."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import micro_batches
from tests.models import tiny
from tests.strategies import replicas, stepped

ROWS = 8


def step_of(devices, parts, first_step=501):
  """All variables and figures after a step of plain gradient descent, every dropout on."""
  with replicas(devices).scope():
    model = tiny.model(batch_size=ROWS, accumulate_gradients=parts, png_width=32, dec_model="lstm",
                       use_input_dropout=True, use_output_dropout=True)
    model.compile(optimizer=tf.keras.optimizers.legacy.SGD(0.1))
    model.step.assign(first_step)
  data = tiny.batch(ROWS)
  data["image"] = data["image"][:, :32, :32]
  before = [variable.numpy() for variable in model.variables]
  figures = stepped(model, data)
  after = {variable.name: variable.numpy() for variable in model.variables}
  assert sum(np.any(a != b) for a, b in zip(before, after.values())) > 0.7 * len(before)
  return after, figures


def assert_equal_steps(one, other):
  for (name, a), b in zip(one[0].items(), other[0].values()):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * max(np.abs(a).max(), 1e-3), err_msg=name)
  for name, value in one[1].items():
    assert other[1][name] == pytest.approx(value, rel=1e-5), name


def test_a_step_in_two_parts_equals_that_of_the_whole_batch():
  assert_equal_steps(step_of(1, 1), step_of(1, 2))


@pytest.mark.slow
@pytest.mark.parametrize("devices, parts, first_step", [(1, 4, 0), (1, 8, 501), (2, 2, 501)])
def test_more_parts_and_two_replicas(devices, parts, first_step):
  assert_equal_steps(step_of(1, 1, first_step), step_of(devices, parts, first_step))


def test_gradients_are_taken_of_a_part_at_a_time():
  weight = tf.Variable(2.0)
  rows = tf.range(6, dtype=tf.float32)
  sizes = []

  def gradients_of(part, index):
    sizes.append(part.shape[0])
    with tf.GradientTape() as tape:
      value = tf.square(weight * part)  # [2]
      mean = tf.reduce_mean(value)
    return tape.gradient(mean, [weight]), {"value": value, "index": tf.fill([2], float(index))}

  (gradient,), figures = micro_batches.mean_gradients(
      micro_batches.split(rows, 3), [weight], gradients_of, ["value", "index"])
  assert sizes == [2, 2, 2]
  np.testing.assert_allclose(gradient, 2 * 2 * np.mean(np.arange(6) ** 2), rtol=1e-6)
  np.testing.assert_allclose(figures["value"], 4 * np.arange(6) ** 2)
  np.testing.assert_array_equal(figures["index"], [0, 0, 1, 1, 2, 2])
  np.testing.assert_array_equal(micro_batches.joined(micro_batches.split(rows, 3)), rows)


def test_parts_of_unequal_size_are_a_sentence():
  with pytest.raises(UserError, match="batch_size is 8, .* multiple of accumulate_gradients, 3"):
    tiny.config(batch_size=8, accumulate_gradients=3).validate()
  micro_batches.check(3, 1)
  with replicas(2).scope(), pytest.raises(UserError, match="on each of 2 devices; give a multiple "
                                                           "of 8"):
    micro_batches.check(12, 4)
