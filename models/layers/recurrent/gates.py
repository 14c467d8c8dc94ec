"""The LSTM update that all three cells share, and the layout of its gates.

Gates are kept gate-major, [4, B, n], inside a step: taking the gates apart and stacking the
modulated ones is then free, where [B, 4n] costs a strided copy each.
"""

import tensorflow as tf

FORGET_BIAS = 1.0


def gate_major(x: tf.Tensor) -> tf.Tensor:
  """[..., B, 4n] -> [..., 4, B, n]."""
  x = tf.reshape(x, [*x.shape[:-2], -1, 4, x.shape[-1] // 4])  # [..., B, 4, n]
  order = [*range(x.shape.rank - 3), x.shape.rank - 2, x.shape.rank - 3, x.shape.rank - 1]
  return tf.transpose(x, order)


def batch_major(x: tf.Tensor) -> tf.Tensor:
  """[..., 4, B, n] -> [..., B, 4n], the inverse of `gate_major`."""
  order = [*range(x.shape.rank - 3), x.shape.rank - 2, x.shape.rank - 3, x.shape.rank - 1]
  return tf.reshape(tf.transpose(x, order), [*x.shape[:-3], -1, 4 * x.shape[-1]])


def lstm_update(gates: tf.Tensor, c: tf.Tensor, keep: tf.Tensor | None) -> tuple[
    tf.Tensor, tf.Tensor]:
  """c' = c * sigmoid(f + 1) + sigmoid(i) * g and the output gate, with g = tanh(j) * keep.

  Dropout on g alone is "recurrent dropout without memory loss".

  Args:
    gates: float32 [4, B, n], gate order i, j (candidate), f, o.
    c: float32 [B, n], the cell state before the step.
    keep: float32 [B, n], 0 or 1 / keep probability; None for no dropout.

  Returns:
    c' and sigmoid(o), float32 [B, n] each.

  Source: sketch-rnn (Ha & Eck, 2017); Semeniuta et al., "Recurrent dropout without memory
  loss" (2016).
  """
  i, j, f, o = tf.unstack(gates, axis=0)  # [B, n] each
  g = tf.tanh(j)
  if keep is not None:
    g *= keep
  return c * tf.sigmoid(f + FORGET_BIAS) + tf.sigmoid(i) * g, tf.sigmoid(o)
