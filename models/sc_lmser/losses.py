"""What SC-Lmser's generators minimise; its discriminators': models/adversarial_losses.py."""

import tensorflow as tf

from models.adversarial_losses import adversarial_loss


def generator_loss(logits: tf.Tensor, made: tf.Tensor, truth: tf.Tensor, gan_type: str,
                   l1_lambda: float) -> tf.Tensor:
  """l1_lambda * mean |made - truth| + the adversarial term.

  Args:
    logits: float32 [B, h, w, 1], the discriminator's of the made picture.
    made, truth: float32 [B, H, W, C], in units of [-1, 1].
    gan_type: see `adversarial_losses`.
    l1_lambda: weight of the distance.

  Returns:
    float32 [B].
  """
  distance = tf.reduce_mean(tf.abs(made - truth), axis=[1, 2, 3])
  return l1_lambda * distance + adversarial_loss(logits, gan_type)
