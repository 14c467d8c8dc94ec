"""What Sketch-a-Net minimises, and what it is judged by; per drawing."""

import tensorflow as tf


def cross_entropy(label: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
  """-log softmax(scores)[label], nats.

  Args:
    label: int32 [B].
    scores: float32 [B, N].

  Returns:
    float32 [B].
  """
  return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=scores)


def correct(label: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
  """1 where the true class has the highest score and no other equals it, else 0.

  Args:
    label: int32 [B].
    scores: float32 [B, N].

  Returns:
    float32 [B].
  """
  own = tf.gather(scores, label, axis=1, batch_dims=1)[:, None]  # [B, 1]
  as_good = tf.reduce_sum(tf.cast(scores >= own, tf.int32), axis=1)
  return tf.cast(as_good == 1, tf.float32)
