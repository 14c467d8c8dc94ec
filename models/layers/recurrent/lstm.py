"""The plain LSTM cell of sketch-rnn."""

import tensorflow as tf

from models.layers.recurrent.cell import RecurrentCell
from models.layers.recurrent.gates import lstm_update


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class LSTMCell(RecurrentCell):
  """LSTM with forget bias 1, no peepholes; gate order i, j, f, o; packed state (c, h).

  Args:
    units: n.
    seed: of the start values.

  Attributes:
    input_kernel: [D, 4n], glorot uniform.
    recurrent_kernel: [n, 4n], orthogonal for each gate.
    bias: [4n], zeros.

  Source: `LSTMCell` of sketch-rnn (Ha & Eck, "A neural representation of sketch drawings",
  2017), as used by RPCL-pix2seq.
  """

  output_index = 1

  def build(self, input_shape):
    super().build(input_shape)
    self.bias = self.add_weight("bias", [4 * self.units], initializer="zeros")

  def state_kernels(self):
    return ((1, self.recurrent_kernel),)

  def small_weights(self):
    return (self.bias,)

  def update(self, inputs, products, state, keep, weights):
    gates = inputs[0] + products[0] + tf.reshape(weights[0], [4, 1, self.units])  # [4, B, n]
    c, o = lstm_update(gates, state[0], keep and keep[0])
    return c, tf.tanh(c) * o
