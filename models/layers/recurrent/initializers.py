"""Start values of recurrent kernels."""

import tensorflow as tf


class OrthogonalGates(tf.keras.initializers.Initializer):
  """An orthogonal square block for each of the four gates: [n, 4n].

  Args:
    seed: int.

  Source: sketch-rnn's `lstm_ortho_initializer` (Ha & Eck, 2017).
  """

  def __init__(self, seed: int = 0):
    self.seed = seed

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    rows, columns = shape
    width = columns // 4
    blocks = [tf.keras.initializers.Orthogonal(seed=self.seed + gate)([rows, width], dtype)
              for gate in range(4)]
    return tf.concat(blocks, axis=1)  # [n, 4n]

  def get_config(self) -> dict:
    return {"seed": self.seed}
