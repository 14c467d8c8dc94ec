"""Latent code -> strokes: the recurrent decoder, teacher-forced over whole sequences."""

import dataclasses

import tensorflow as tf

from models.layers import randomness
from models.layers.initializers import FirstDimensionNormal
from models.layers.recurrent import CELLS, scan
from models.rpcl_pix2seq.stroke_distribution import HEAD_SIZE

POINT_SIZE = 5  # stroke-5


@dataclasses.dataclass(frozen=True)
class DecoderDropout:
  """Probabilities of KEEPING a unit; None where a kind of dropout is off."""

  recurrent: float | None = None
  input: float | None = None
  output: float | None = None


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class StrokeDecoder(tf.keras.layers.Layer):
  """sketch-rnn's decoder with the code as a part of every input.

  Args:
    units: n of the cell.
    z_size: Z.
    cell: "lstm", "layer_norm" or "hyper".
    dropout: what is dropped in training.
    jit_compile: compile the recurrence with XLA.
    seed: of the start values.

  Attributes:
    cell: the recurrent cell.
    initial: dense Z -> the cell's packed state (through tanh).
    head: dense n -> 3 + 6M.

  Source: Ha & Eck, "A neural representation of sketch drawings" (2017); Zang et al. (2021).
  """

  def __init__(self, units: int, z_size: int, cell: str = "hyper",
               dropout: DecoderDropout = DecoderDropout(), jit_compile: bool = False,
               seed: int = 0, **kwargs):
    super().__init__(autocast=False, **kwargs)
    self.dropout, self.jit_compile = dropout, jit_compile
    self._config = {"units": units, "z_size": z_size, "cell": cell, "seed": seed}
    self.cell = CELLS[cell](units, seed=seed, name="cell", dtype="float32")
    self.cell.build([None, POINT_SIZE + z_size])
    dense = tf.keras.layers.Dense
    self.initial = dense(self.cell.state_size, activation="tanh", name="initial", dtype="float32",
                         kernel_initializer=FirstDimensionNormal(seed + 1))
    self.head = dense(HEAD_SIZE, name="head", dtype="float32",
                      kernel_initializer=FirstDimensionNormal(seed + 2))

  def call(self, code: tf.Tensor, points: tf.Tensor,
           dropout_seed: tf.Tensor | None = None, batch_rows: tf.Tensor | None = None
           ) -> tuple[tf.Tensor, tf.Tensor]:
    """Runs the cell over given points.

    Args:
      code: float32 [B, Z].
      points: float32 [B, T, 5], rows 0 .. T-1 of the padded drawings.
      dropout_seed: int32 [2]; None turns dropout off.
      batch_rows: int32 [2], rows of the global batch and which of them is the first of these; None:
        these are all rows of this replica.

    Returns:
      head float32 [B, T, 3 + 6M] and the last packed state [B, state_size].
    """
    points = tf.transpose(points, [1, 0, 2])  # [T, B, 5]
    masks = None
    if dropout_seed is not None:
      masks = _Masks(self.dropout, code, self.cell.dropout_sizes, dropout_seed,
                     batch_rows)
    recurrent = masks.recurrent if masks and self.dropout.recurrent else None
    outputs, last = scan(self.cell, self._input_products(code, points, masks),
                         self.cell.unpack(self.initial(code)), recurrent,
                         masks.arguments if masks else (), tf.as_dtype(self.compute_dtype),
                         self.jit_compile)
    if masks and self.dropout.output:
      outputs *= masks.of_steps(outputs.shape, self.dropout.output, 2)
    return tf.transpose(self.head(outputs), [1, 0, 2]), self.cell.pack(last)

  def _input_products(self, code, points, masks):
    """Points are projected for all steps at once, the code once per drawing."""
    if masks and self.dropout.input:  # masks differ from step to step: the code is repeated
      codes = tf.tile(code[None], [points.shape[0], 1, 1])
      inputs = tf.concat([points, codes], axis=-1)  # [T, B, 5 + Z]
      return self.cell.input_products(
          inputs * masks.of_steps(inputs.shape, self.dropout.input, 1))
    of_code = self.cell.input_products(code, first=POINT_SIZE)
    return tuple(a + b for a, b in zip(self.cell.input_products(points), of_code))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


class _Masks:
  """Dropout masks of one pass over the batch."""

  def __init__(self, dropout, code, recurrent_sizes, seed, batch_rows):
    self._dropout, self._sizes, self._seed = dropout, recurrent_sizes, seed
    self._rows = tf.shape(code)[0] if code.shape[0] is None else code.shape[0]
    self._batch = (randomness.rows_of_batch(self._rows) if batch_rows is None
                   else tuple(tf.unstack(batch_rows)))

  @property
  def arguments(self):
    """The tensors that `recurrent` takes besides the step."""
    return (randomness.fold_in(self._seed, 0), *self._batch)

  def recurrent(self, step, seed, all_rows, first):
    """The masks of one step: a pure function, so that they can be drawn again going back."""
    mask = randomness.keep_mask((all_rows, first), self._rows, sum(self._sizes),
                                self._dropout.recurrent, randomness.fold_in(seed, step))
    return tuple(tf.split(mask, self._sizes, axis=-1))

  def of_steps(self, shape, keep_probability, kind):
    """A mask for every step, [T, B, size]."""
    steps, _, size = shape
    mask = randomness.keep_mask(self._batch, self._rows, steps * size, keep_probability,
                                randomness.fold_in(self._seed, kind))
    return tf.transpose(tf.reshape(mask, [-1, steps, size]), [1, 0, 2])
