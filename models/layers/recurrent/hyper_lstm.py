"""The HyperLSTM cell: a small LSTM rescales the gates of a big one, at every step."""

import tensorflow as tf

from models.layers.recurrent.cell import RecurrentCell
from models.layers.recurrent.initializers import OrthogonalGates
from models.layers.recurrent.layer_norm_lstm import add_norm_weights, layer_norm_lstm_update


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class HyperLSTMCell(RecurrentCell):
  """HyperLSTM; packed state (h, hyper h, c, hyper c), width 2 * (n + hyper_units).

  With the hyper cell's output u [B, 256] (a `LayerNormLSTMCell` fed (x, h)), every gate is

      scale_x * (x W_x) + scale_h * (h W_h) + shift + bias

  before layer normalisation, where scale_x, scale_h and shift [B, n] are linear maps of
  embeddings [B, 32] of u. The original computes these with 24 small products a step; here the
  twelve embeddings are one product and the twelve maps one batched product.

  Args:
    units: n.
    hyper_units: size of the small cell.
    embedding_units: size of each embedding.
    seed: of the start values.

  Attributes:
    input_kernel: [D, 4n]; recurrent_kernel: [n, 4n]; bias: [4n].
    hyper_input_kernel: [D + n, 4 * hyper_units]; hyper_recurrent_kernel: [hyper, 4 * hyper].
    embedding_kernel: [hyper, 12 * 32]: scales of the inputs' gates i, j, f, o, scales of the
      state's gates, shifts. The first eight start at 0, the shifts' as normal(0.01).
    embedding_bias: [8 * 32], ones (the shifts' embeddings have none).
    modulation_kernel: [12, 32, n]; scales start at 0.1 / 32, shifts at 0.
    norm, hyper_norm: gains and offsets, see `LayerNormLSTMCell`.

  Source: `HyperLSTMCell` of sketch-rnn (Ha, Dai & Le, "HyperNetworks", 2016), as used by
  RPCL-pix2seq.
  """

  def __init__(self, units: int, hyper_units: int = 256, embedding_units: int = 32,
               seed: int = 0, **kwargs):
    super().__init__(units, seed, **kwargs)
    self.hyper_units = hyper_units
    self.embedding_units = embedding_units

  def build(self, input_shape):
    super().build(input_shape)
    self._input_size = input_shape[-1]
    add, n, hyper = self.add_weight, self.units, self.hyper_units
    self.bias = add("bias", [4 * n], initializer="zeros")
    self.hyper_input_kernel = add("hyper_input_kernel", [self._input_size + n, 4 * hyper],
                                  initializer=tf.keras.initializers.GlorotUniform(self.seed + 1))
    self.hyper_recurrent_kernel = add("hyper_recurrent_kernel", [hyper, 4 * hyper],
                                      initializer=OrthogonalGates(self.seed + 4))
    self.norm = add_norm_weights(self, n)
    with tf.name_scope("hyper"):
      self.hyper_norm = add_norm_weights(self, hyper)
    self._build_modulation()

  def _build_modulation(self):
    size, hyper = self.embedding_units, self.hyper_units

    def embedding_start(shape, dtype=None, **_):
      shifts = tf.random.stateless_normal([hyper, 4 * size], [self.seed, 12], stddev=0.01)
      return tf.concat([tf.zeros([hyper, 8 * size]), shifts], axis=1)

    def modulation_start(shape, dtype=None, **_):
      return tf.concat([tf.fill([8, size, self.units], 0.1 / size),
                        tf.zeros([4, size, self.units])], axis=0)

    self.embedding_kernel = self.add_weight("embedding_kernel", [hyper, 12 * size],
                                            initializer=embedding_start)
    self.embedding_bias = self.add_weight("embedding_bias", [8 * size], initializer="ones")
    self.modulation_kernel = self.add_weight("modulation_kernel", [12, size, self.units],
                                             initializer=modulation_start)

  @property
  def state_sizes(self):
    return self.units, self.hyper_units, self.units, self.hyper_units

  @property
  def dropout_sizes(self):
    return self.units, self.hyper_units

  def input_kernels(self):
    return self.input_kernel, self.hyper_input_kernel[:self._input_size]  # rows that x meets

  def state_kernels(self):
    return ((0, self.recurrent_kernel), (0, self.hyper_input_kernel[self._input_size:]),
            (1, self.hyper_recurrent_kernel))

  def small_weights(self):
    return (self.bias, self.embedding_kernel, self.embedding_bias, self.modulation_kernel,
            *self.norm, *self.hyper_norm)

  def update(self, inputs, products, state, keep, weights):
    bias, *modulation_weights = weights[:4]
    keep, hyper_keep = keep or (None, None)
    hyper_gates = inputs[1] + products[1] + products[2]  # [4, B, hyper]
    hyper_h, hyper_c = layer_norm_lstm_update(hyper_gates, state[3], hyper_keep, weights[8:])
    scale_x, scale_h, shift = self._modulation(hyper_h, *modulation_weights)
    gates = (scale_x * inputs[0] + scale_h * products[0]
             + (shift + tf.reshape(bias, [4, 1, self.units])))  # [4, B, n]
    h, c = layer_norm_lstm_update(gates, state[2], keep, weights[4:8])
    return h, hyper_h, c, hyper_c

  def _modulation(self, hyper_h, embedding_kernel, embedding_bias, modulation_kernel):
    """Scales of the x part, scales of the h part and shifts, [4, B, n] each."""
    bias = tf.pad(embedding_bias, [[0, 4 * self.embedding_units]])
    embeddings = tf.matmul(hyper_h, embedding_kernel) + bias  # [B, 12 * 32]
    embeddings = tf.reshape(embeddings, [-1, 12, self.embedding_units])  # [B, 12, 32]
    vectors = tf.matmul(tf.transpose(embeddings, [1, 0, 2]), modulation_kernel)  # [12, B, n]
    return tf.split(vectors, 3, axis=0)

  def get_config(self):
    return {**super().get_config(), "hyper_units": self.hyper_units,
            "embedding_units": self.embedding_units}
