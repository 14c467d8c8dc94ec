"""The stroke decoder in its plain form: what the fast form is proved and measured against.

One step at a time under automatic differentiation, the code z in every step's input, and in the
HyperLSTM one small product for every embedding and every modulation, as in the original program
(Zang et al., 2021; Ha & Eck, 2017). It takes the weights of our cells.
"""

import tensorflow as tf


def plain_sequence(cell, kind: str, code: tf.Tensor, points: tf.Tensor,
                   state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
  """Runs a cell over points [T, B, 5] with code [B, Z] and packed state [B, S].

  Returns:
    outputs [T, B, n] and the last packed state.
  """
  step_of = {"lstm": lstm_step, "layer_norm": layer_norm_step, "hyper": hyper_step}[kind]
  steps = points.shape[0]

  def body(step, state, outputs):
    output, state = step_of(cell, tf.concat([points[step], code], axis=1), state)
    return step + 1, state, outputs.write(step, output)

  outputs = tf.TensorArray(tf.float32, steps, element_shape=[points.shape[1], cell.units])
  _, state, outputs = tf.while_loop(lambda step, *_: step < steps, body,
                                    (tf.constant(0), state, outputs), maximum_iterations=steps)
  return outputs.stack(), state


def lstm_step(cell, x, state):
  """LSTM, state (c, h)."""
  c, h = tf.split(state, 2, axis=1)
  gates = x @ cell.input_kernel + h @ cell.recurrent_kernel + cell.bias
  i, j, f, o = tf.split(gates, 4, axis=1)
  c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
  h = tf.tanh(c) * tf.sigmoid(o)
  return h, tf.concat([c, h], axis=1)


def layer_norm_step(cell, x, state):
  """Layer-normalised LSTM, state (h, c)."""
  h, c = tf.split(state, 2, axis=1)
  h, c = _normed_update(x @ cell.input_kernel + h @ cell.recurrent_kernel, c, cell.norm)
  return h, tf.concat([h, c], axis=1)


def hyper_step(cell, x, state):
  """HyperLSTM, state (h, hyper h, c, hyper c)."""
  h, hyper_h, c, hyper_c = tf.split(state, cell.state_sizes, axis=1)
  hyper_h, hyper_c = _normed_update(
      tf.concat([x, h], axis=1) @ cell.hyper_input_kernel
      + hyper_h @ cell.hyper_recurrent_kernel, hyper_c, cell.hyper_norm)
  of_x = tf.split(x @ cell.input_kernel, 4, axis=1)
  of_h = tf.split(h @ cell.recurrent_kernel, 4, axis=1)
  bias = tf.split(cell.bias, 4)
  gates = []
  for gate in range(4):
    scaled = (_modulation(cell, hyper_h, gate) * of_x[gate]
              + _modulation(cell, hyper_h, 4 + gate) * of_h[gate])
    gates.append(scaled + _modulation(cell, hyper_h, 8 + gate) + bias[gate])
  h, c = _normed_update(tf.concat(gates, axis=1), c, cell.norm)
  return h, tf.concat([h, hyper_h, c, hyper_c], axis=1)


def _modulation(cell, hyper_h, index):
  """One of the twelve vectors [B, n]: an embedding, then a linear map of it."""
  size = cell.embedding_units
  embedding = hyper_h @ cell.embedding_kernel[:, index * size:(index + 1) * size]
  if index < 8:
    embedding += cell.embedding_bias[index * size:(index + 1) * size]
  return embedding @ cell.modulation_kernel[index]


def _normed_update(gates, c, norm):
  gates_gamma, gates_beta, cell_gamma, cell_beta = norm
  parts = zip(tf.split(gates, 4, axis=1), tf.split(gates_gamma, 4), tf.split(gates_beta, 4))
  i, j, f, o = [_layer_norm(part, gamma, beta) for part, gamma, beta in parts]
  c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
  return tf.tanh(_layer_norm(c, cell_gamma, cell_beta)) * tf.sigmoid(o), c


def _layer_norm(x, gamma, beta):
  mean, variance = tf.nn.moments(x, axes=[1], keepdims=True)
  return (x - mean) * tf.math.rsqrt(variance + 1e-3) * gamma + beta
