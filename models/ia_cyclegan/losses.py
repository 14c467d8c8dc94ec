"""What IACycleGAN's generators minimise beside the adversarial term; per pair.

The paper gives L1 and squared L2 distances without saying whether they are means or sums. Here
pictures are compared by the mean over their values, as CycleGAN's program does, and features by the
sum, which is what a squared L2 norm is. Adversarial: models/adversarial_losses.py.
"""

import tensorflow as tf


def absolute_error(made: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
  """mean |made - wanted|: the cycle loss, and the identity-mapping loss.

  Args:
    made, wanted: float32 [B, H, W, C], in units of [-1, 1].

  Returns:
    float32 [B].
  """
  return tf.reduce_mean(tf.abs(made - wanted), axis=[1, 2, 3])


def squared_distance(features: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
  """|features - wanted|^2, summed over the features: the identity-perception loss.

  Args:
    features, wanted: float32 [B, D].

  Returns:
    float32 [B].
  """
  return tf.reduce_sum(tf.math.squared_difference(features, wanted), axis=1)


def discriminator_loss(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
  """The mean of both halves, float32 [B]; halved as CycleGAN's program does."""
  return (real + fake) / 2.0
