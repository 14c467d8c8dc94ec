"""A whole sequence through a recurrent cell, with the big weight gradients put off to the end.

The gradient that automatic differentiation gives for `h @ W` in a loop adds a full-size dW at
every step: for 2048 units that moves 64 MB a step and runs a thin product each time. Here the
forward loop keeps the states and the products; the backward loop differentiates only
`cell.update` (recomputed under a tape) and keeps the gradients of the products; then each dW is
one product over all T * B rows. Same numbers up to the order of summation.
"""

from collections.abc import Callable

import tensorflow as tf

from models.layers.compiled import compiled
from models.layers.recurrent.cell import RecurrentCell
from models.layers.recurrent.gates import batch_major, gate_major

Tensors = tuple[tf.Tensor, ...]
KeepMasks = Callable[..., Tensors]


def scan(cell: RecurrentCell, inputs: Tensors, state: Tensors, keep: KeepMasks | None = None,
         keep_arguments: Tensors = (), compute_dtype: tf.DType = tf.float32,
         jit_compile: bool = False) -> tuple[tf.Tensor, Tensors]:
  """Runs `cell` over T steps.

  Args:
    cell: a built cell.
    inputs: `cell.input_products` of the sequence, float32 [T, 4, B, units] each, T static.
    state: parts of the first state, float32 [B, size] each.
    keep: from the step number (int32 scalar) and `keep_arguments` to the step's recurrent
      dropout masks; called again in the backward pass, so it must be a pure function. None for
      no dropout.
    keep_arguments: tensors that `keep` needs.
    compute_dtype: of the big products (bfloat16 under mixed precision).
    jit_compile: compile the forward loop and the backward loop with XLA.

  Returns:
    outputs float32 [T, B, n] and the parts of the last state.
  """
  indices = tuple(index for index, _ in cell.state_kernels())
  kernels = tuple(tf.cast(tf.convert_to_tensor(kernel), compute_dtype)
                  for _, kernel in cell.state_kernels())
  weights = tuple(tf.convert_to_tensor(weight) for weight in cell.small_weights())
  loops = _Loops(cell, indices, keep, jit_compile)

  @tf.custom_gradient
  def run(inputs, state, kernels, weights):
    # Without the stop an eager tape would also record the forward loop itself.
    sources = tf.nest.map_structure(tf.stop_gradient, (inputs, state, kernels, weights))
    last, states, products = loops.forward(*sources, keep_arguments)

    def grad(*upstream):
      return loops.backward(upstream[0], upstream[1:], inputs, kernels, weights, keep_arguments,
                            states, products)

    return (states[cell.output_index][1:], *last), grad

  outputs, *last = run(inputs, state, kernels, weights)
  return outputs, tuple(last)


class _Loops:
  """The forward and the backward loop over one cell."""

  def __init__(self, cell, indices, keep, jit_compile):
    self._cell = cell
    self._indices = indices
    self._keep = keep or (lambda step, *_: None)
    self.forward = compiled(self._forward, jit_compile)
    self.backward = compiled(self._backward, jit_compile)

  def _products(self, state, kernels):
    return tuple(
        gate_major(tf.cast(tf.matmul(tf.cast(state[i], kernel.dtype), kernel), tf.float32))
        for i, kernel in zip(self._indices, kernels))

  def _forward(self, inputs, state, kernels, weights, keep_arguments):
    steps = inputs[0].shape[0]

    def body(step, state, states, products):
      now = self._products(state, kernels)
      state = self._cell.update(tuple(x[step] for x in inputs), now, state,
                                self._keep(step, *keep_arguments), weights)
      return (step + 1, state, _write(states, step + 1, state), _write(products, step, now))

    states = _write(_arrays(state, steps + 1), 0, state)
    products = _arrays(self._products(state, kernels), steps)
    _, last, states, products = _loop(body, steps, (tf.constant(0), state, states, products))
    return last, _stack(states), _stack(products)

  def _backward(self, d_outputs, d_last, inputs, kernels, weights, keep_arguments, states,
                products):
    steps = inputs[0].shape[0]
    # Transposed once: a product with transpose_b in the loop is 3 to 4 times slower on CPUs.
    transposed = tuple(tf.transpose(kernel) for kernel in kernels)

    def body(count, d_state, d_weights, d_inputs, d_products):
      step = steps - 1 - count
      d_state = tuple(d + d_outputs[step] if part == self._cell.output_index else d
                      for part, d in enumerate(d_state))
      d_input, d_product, d_state, d_weight = self._update_gradient(
          tuple(x[step] for x in inputs), tuple(p[step] for p in products),
          tuple(s[step] for s in states), weights, self._keep(step, *keep_arguments), d_state)
      d_product = tuple(batch_major(d) for d in d_product)  # [B, width]
      d_state = self._through_products(d_state, d_product, transposed)
      d_weights = tuple(total + d for total, d in zip(d_weights, d_weight))
      return (count + 1, d_state, d_weights, _write(d_inputs, step, d_input),
              _write(d_products, step, d_product))

    start = (tf.constant(0), tuple(d_last), tuple(tf.zeros_like(w) for w in weights),
             _arrays(tuple(x[0] for x in inputs), steps),
             _arrays(tuple(batch_major(p[0]) for p in products), steps))
    _, d_state, d_weights, d_inputs, d_products = _loop(body, steps, start)
    d_kernels = self._kernel_gradients(states, _stack(d_products), kernels)
    return _stack(d_inputs), d_state, d_kernels, d_weights

  def _update_gradient(self, inputs, products, state, weights, keep, d_state):
    sources = (inputs, products, state, weights)
    with tf.GradientTape() as tape:
      tape.watch(sources)
      state = self._cell.update(inputs, products, state, keep, weights)
    return tape.gradient(state, sources, d_state,
                         unconnected_gradients=tf.UnconnectedGradients.ZERO)

  def _through_products(self, d_state, d_products, transposed):
    d_state = list(d_state)
    for i, d, kernel in zip(self._indices, d_products, transposed):
      d_state[i] += tf.cast(tf.matmul(tf.cast(d, kernel.dtype), kernel), tf.float32)
    return tuple(d_state)

  def _kernel_gradients(self, states, d_products, kernels):
    rows = lambda x, dtype: tf.cast(tf.reshape(x, [-1, x.shape[-1]]), dtype)  # [T * B, width]
    return tuple(tf.matmul(rows(states[i][:-1], kernel.dtype), rows(d, kernel.dtype),
                           transpose_a=True)
                 for i, d, kernel in zip(self._indices, d_products, kernels))


def _loop(body, steps, loop_vars):
  return tf.while_loop(lambda step, *_: step < steps, body, loop_vars, maximum_iterations=steps)


def _arrays(like, size):
  return tuple(tf.TensorArray(tf.float32, size, element_shape=x.shape) for x in like)


def _write(arrays, step, values):
  return tuple(array.write(step, value) for array, value in zip(arrays, values))


def _stack(arrays):
  return tuple(array.stack() for array in arrays)
