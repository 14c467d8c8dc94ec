"""The layer-normalised LSTM cell of sketch-rnn."""

import tensorflow as tf

from models.layers.recurrent.cell import RecurrentCell
from models.layers.recurrent.gates import lstm_update
from models.layers.recurrent.normalization import gate_layer_norm, layer_norm


def layer_norm_lstm_update(gates, c, keep, weights):
  """The step after the products: normalise each gate, update, normalise c for the output.

  Args:
    gates: float32 [4, B, n] before normalisation.
    c: float32 [B, n].
    keep: dropout mask [B, n] or None.
    weights: gates_gamma [4n], gates_beta [4n], cell_gamma [n], cell_beta [n].

  Returns:
    h' and c', float32 [B, n]. The carried c' is not normalised.
  """
  gates_gamma, gates_beta, cell_gamma, cell_beta = weights
  c, o = lstm_update(gate_layer_norm(gates, gates_gamma, gates_beta), c, keep)
  return tf.tanh(layer_norm(c, cell_gamma, cell_beta)) * o, c


def add_norm_weights(layer: tf.keras.layers.Layer, units: int) -> tuple[tf.Variable, ...]:
  """Makes the gains (ones) and offsets (zeros) that `layer_norm_lstm_update` takes."""
  return tuple(layer.add_weight(name, [size], initializer=start) for name, size, start in (
      ("gates_gamma", 4 * units, "ones"), ("gates_beta", 4 * units, "zeros"),
      ("cell_gamma", units, "ones"), ("cell_beta", units, "zeros")))


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class LayerNormLSTMCell(RecurrentCell):
  """LSTM without bias whose gates and output are layer-normalised; packed state (h, c).

  Args:
    units: n.
    seed: of the start values.

  Attributes:
    input_kernel: [D, 4n], glorot uniform.
    recurrent_kernel: [n, 4n], orthogonal for each gate.
    norm: gains and offsets of the gates [4n] and of the cell state [n].

  Source: `LayerNormLSTMCell` of sketch-rnn (Ha & Eck, 2017), as used by RPCL-pix2seq.
  """

  def build(self, input_shape):
    super().build(input_shape)
    self.norm = add_norm_weights(self, self.units)

  def state_kernels(self):
    return ((0, self.recurrent_kernel),)

  def small_weights(self):
    return tuple(self.norm)

  def update(self, inputs, products, state, keep, weights):
    return layer_norm_lstm_update(inputs[0] + products[0], state[1], keep and keep[0], weights)
