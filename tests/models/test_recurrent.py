"""The fast scan against the plain form, outputs and gradients, with and without dropout."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.plain_cells import plain_sequence
from models.layers import randomness
from models.layers.recurrent import CELLS, scan
from models.layers.recurrent.gates import batch_major, gate_major

UNITS, CODE, STEPS, ROWS = 7, 4, 5, 3


def random(*shape, seed=0):
  return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def made(kind):
  cell = CELLS[kind](UNITS)
  cell.build([None, 5 + CODE])
  for index, variable in enumerate(cell.trainable_variables):  # also those that start constant
    variable.assign_add(0.3 * random(*variable.shape, seed=index))
  return cell


def fast(cell, code, points, state, keep=None, arguments=(), **options):
  inputs = tuple(a + b for a, b in zip(cell.input_products(points),
                                       cell.input_products(code, first=5)))
  outputs, last = scan(cell, inputs, cell.unpack(state), keep, arguments, **options)
  return outputs, cell.pack(last)


def stepwise(cell, code, points, state, keep):
  outputs = []
  for step in range(STEPS):
    output, state = cell(tf.concat([points[step], code], axis=1), state, keep(step))
    outputs.append(output)
  return tf.stack(outputs), state


def gradients(run, cell, *arguments):
  with tf.GradientTape() as tape:
    tape.watch(arguments)
    outputs, last = run(cell, *arguments)
    loss = tf.reduce_sum(tf.sin(3 * outputs)) + tf.reduce_sum(tf.square(last))
  return [outputs, last, *tape.gradient(loss, [*arguments, *cell.trainable_variables])]


def assert_close(first, second):
  for a, b in zip(first, second, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("kind", sorted(CELLS))
def test_fast_form_equals_the_plain_form(kind, graph):
  cell = made(kind)
  arguments = random(ROWS, CODE), random(STEPS, ROWS, 5), random(ROWS, cell.state_size)
  plain = gradients(lambda cell, *rest: plain_sequence(cell, kind, *rest), cell, *arguments)
  run = lambda *rest: gradients(fast, cell, *rest)
  assert_close(plain, (tf.function(run) if graph else run)(*arguments))


@pytest.mark.parametrize("kind", sorted(CELLS))
def test_dropout_masks_are_the_same_going_back(kind):
  cell, seed = made(kind), tf.constant([1, 2])

  def keep(step, seed=seed):
    mask = randomness.keep_mask((ROWS, 0), ROWS, sum(cell.dropout_sizes), 0.5,
                                randomness.fold_in(seed, step))
    return tuple(tf.split(mask, cell.dropout_sizes, axis=1))

  arguments = random(ROWS, CODE), random(STEPS, ROWS, 5), random(ROWS, cell.state_size)
  plain = gradients(lambda *rest: stepwise(*rest, keep), cell, *arguments)
  assert_close(plain, gradients(lambda *rest: fast(*rest, keep, (seed,)), cell, *arguments))
  without = gradients(fast, cell, *arguments)
  assert not np.allclose(plain[0], without[0])


def test_bfloat16_products_stay_near_float32():
  cell = made("hyper")
  arguments = random(ROWS, CODE), random(STEPS, ROWS, 5), random(ROWS, cell.state_size)
  exact = gradients(fast, cell, *arguments)
  rough = gradients(lambda *rest: fast(*rest, compute_dtype=tf.bfloat16), cell, *arguments)
  for a, b in zip(exact, rough, strict=True):
    assert np.abs(a - b).max() < 0.1 * np.abs(a).max() + 0.02


def test_gate_major_and_back():
  x = random(2, 3, 8)
  np.testing.assert_array_equal(gate_major(x)[:, 1], x[:, :, 2:4])
  np.testing.assert_array_equal(batch_major(gate_major(x)), x)


def test_keep_mask_keeps_the_mean():
  mask = randomness.keep_mask((400, 0), 400, 500, 0.9, tf.constant([3, 4])).numpy()
  assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / 0.9)}
  assert mask.mean() == pytest.approx(1, abs=0.01)
