"""What a recurrent cell of the zoo is: big products of the state, and all that follows them.

A step of every cell has the form

    products = state @ W_state + inputs @ W_inputs      (the expensive part, linear)
    state'   = update(products, state, small weights)   (all the rest)

Cells state the two parts separately, so that `scan` can hoist the products of the inputs out of
the recurrence and put off the gradients of W_state until after it (see scan.py).
"""

import abc

import tensorflow as tf

from models.layers.recurrent.gates import gate_major
from models.layers.recurrent.initializers import OrthogonalGates


class RecurrentCell(tf.keras.layers.Layer, abc.ABC):
  """Base of `LSTMCell`, `LayerNormLSTMCell` and `HyperLSTMCell`.

  Args:
    units: n, the size of the output.
    seed: of the start values.

  Attributes:
    units: n.
    input_kernel: [D, 4n], glorot uniform.
    recurrent_kernel: [n, 4n], orthogonal for each gate.
    state_sizes: sizes of the parts of the state, in the order in which the original packs them.
    output_index: which part of the state is the output h.
  """

  output_index = 0

  def __init__(self, units: int, seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self.units, self.seed = units, seed

  def build(self, input_shape):
    glorot = tf.keras.initializers.GlorotUniform(seed=self.seed)
    self.input_kernel = self.add_weight("input_kernel", [input_shape[-1], 4 * self.units],
                                        initializer=glorot)
    self.recurrent_kernel = self.add_weight("recurrent_kernel", [self.units, 4 * self.units],
                                            initializer=OrthogonalGates(self.seed))
    super().build(input_shape)

  @property
  def state_sizes(self) -> tuple[int, ...]:
    """Sizes of the parts of the state."""
    return self.units, self.units

  @property
  def state_size(self) -> int:
    """Width of the packed state."""
    return sum(self.state_sizes)

  @property
  def dropout_sizes(self) -> tuple[int, ...]:
    """Widths of the recurrent dropout masks a step takes."""
    return (self.units,)

  def input_kernels(self) -> tuple[tf.Tensor, ...]:
    """The kernels that meet the input, [D, 4 * units] each."""
    return (self.input_kernel,)

  @abc.abstractmethod
  def state_kernels(self) -> tuple[tuple[int, tf.Tensor], ...]:
    """The big products of the state, as (index of the state part, kernel [part, width])."""

  @abc.abstractmethod
  def small_weights(self) -> tuple[tf.Tensor, ...]:
    """The weights that `update` takes besides the products."""

  @abc.abstractmethod
  def update(self, inputs: tuple[tf.Tensor, ...], products: tuple[tf.Tensor, ...],
             state: tuple[tf.Tensor, ...], keep: tuple[tf.Tensor, ...] | None,
             weights: tuple[tf.Tensor, ...]) -> tuple[tf.Tensor, ...]:
    """The rest of a step: a pure function.

    Args:
      inputs: what `input_products` gives for this step, gate-major [4, B, width / 4] each.
      products: state part @ kernel for each of `state_kernels()`, gate-major likewise.
      state: parts of the state, float32 [B, size] each.
      keep: recurrent dropout masks [B, size] for each of `dropout_sizes`, or None.
      weights: the values of `small_weights()`.

    Returns:
      The parts of the new state.
    """

  def input_products(self, inputs: tf.Tensor, first: int = 0) -> tuple[tf.Tensor, ...]:
    """The products of the inputs, without biases.

    Args:
      inputs: float32 [B, D'], or [T, B, D'], D' of the D inputs.
      first: which input the first column is, so that parts of the input (points at every
        step, the code once) can be projected apart and added.

    Returns:
      Gate-major products, float32 [4, B, units] (or [T, 4, B, units]) each.
    """
    rows = slice(first, first + inputs.shape[-1])
    return tuple(gate_major(tf.matmul(inputs, kernel[rows])) for kernel in self.input_kernels())

  def step(self, inputs: tuple[tf.Tensor, ...], state: tuple[tf.Tensor, ...],
           keep: tuple[tf.Tensor, ...] | None = None) -> tuple[tf.Tensor, ...]:
    """One step: products of the inputs and parts of the state -> parts of the new state."""
    products = tuple(gate_major(tf.matmul(state[i], kernel))
                     for i, kernel in self.state_kernels())
    return self.update(inputs, products, state, keep, self.small_weights())

  def call(self, inputs: tf.Tensor, state: tf.Tensor,
           keep: tuple[tf.Tensor, ...] | None = None) -> tuple[tf.Tensor, tf.Tensor]:
    """One step in its plain form.

    Args:
      inputs: float32 [B, D].
      state: float32 [B, state_size], packed as the original packs it.
      keep: recurrent dropout masks, or None.

    Returns:
      output float32 [B, n] and the new packed state [B, state_size].
    """
    parts = self.step(self.input_products(inputs), self.unpack(state), keep)
    return parts[self.output_index], self.pack(parts)

  def unpack(self, state: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Cuts a packed state [B, state_size] into its parts."""
    return tuple(tf.split(state, self.state_sizes, axis=-1))

  def pack(self, parts: tuple[tf.Tensor, ...]) -> tf.Tensor:
    """Joins the parts of a state into [B, state_size]."""
    return tf.concat(parts, axis=-1)

  def get_config(self) -> dict:
    return {**super().get_config(), "units": self.units, "seed": self.seed}
