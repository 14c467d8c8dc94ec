"""cells_*.npz: the recurrent cell alone, in its plain and in its fast form."""

import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.layers.recurrent import CELLS, RecurrentCell, scan
from pretrained.rpcl_pix2seq_variables import CELL_SCOPES, ROOT, cell_map, joined
from tests.reference_checks.finding import FORWARD, Finding, relative
from tests.reference_checks.original_model import cell_of


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Outputs and states of both forms against the original, and their gradients against each other.
  """
  arrays = dict(np.load(path))
  cell = built_cell(arrays, cell_of(path))
  outputs, states = _plain(cell, arrays)
  yield Finding("output, step by step", relative(outputs, arrays["out/output"]), FORWARD)
  yield Finding("state, step by step", relative(states, arrays["out/state"]), FORWARD)
  outputs, last = scan(cell, cell.input_products(tf.constant(arrays["in/x"])),
                       cell.unpack(tf.constant(arrays["in/state0"])))
  yield Finding("output, scan", relative(outputs, arrays["out/output"]), FORWARD)
  yield Finding("last state, scan", relative(cell.pack(last), arrays["out/final_state"]), FORWARD)
  yield Finding("gradient, scan against step by step", _gradient_difference(cell, arrays), FORWARD)


def built_cell(arrays: dict, kind: str) -> RecurrentCell:
  """The cell of a cells file, with the original's weights."""
  cell = CELLS[kind](int(arrays["in/num_units"]))
  cell.build(arrays["in/x"].shape[1:])
  for variable, names, axis in cell_map(cell, kind, f"{ROOT}/decoder/rnn/{CELL_SCOPES[kind]}"):
    originals = [arrays[f"weights/{name}"] for name in names]
    variable.assign(joined(originals, axis, tuple(variable.shape)))
  return cell


def _plain(cell, arrays):
  state, outputs, states = tf.constant(arrays["in/state0"]), [], []
  for inputs in tf.constant(arrays["in/x"]):
    output, state = cell(inputs, state)
    outputs.append(output)
    states.append(state)
  return tf.stack(outputs), tf.stack(states)


def _gradient_difference(cell, arrays):
  """The worst relative difference over inputs, first state and weights of a bent objective."""
  def plain(x, state):
    outputs, states = _plain(cell, {"in/x": x, "in/state0": state})
    return outputs, states[-1]

  def fast(x, state):
    outputs, last = scan(cell, cell.input_products(x), cell.unpack(state))
    return outputs, cell.pack(last)

  return max(relative(a, b) for a, b in zip(_gradient(fast, cell, arrays),
                                            _gradient(plain, cell, arrays)))


def _gradient(run, cell, arrays):
  x, state = tf.constant(arrays["in/x"]), tf.constant(arrays["in/state0"])
  with tf.GradientTape() as tape:
    tape.watch([x, state])
    outputs, last = run(x, state)
    objective = tf.reduce_sum(tf.sin(3.0 * outputs)) + tf.reduce_sum(tf.square(last))
  return tape.gradient(objective, [x, state, *cell.trainable_variables])
