"""What the latent search minimises: how far a joint image is from what is known, and from real."""

import tensorflow as tf

# Mass that every known pixel has besides its ink.
EPSILON = 1e-6
# Of red, green and blue in gray (ITU-R BT.601).
_GRAY = (0.299, 0.587, 0.114)


def ink(joint: tf.Tensor) -> tf.Tensor:
  """How dark pixels are: joint images [B, H, W, 3] in [-1, 1] -> float32 [B, H, W], 1 black."""
  # Not as a product of matrices, which GPUs may round to ten bits.
  gray = tf.reduce_sum(tf.cast(joint, tf.float32) * tf.constant(_GRAY), axis=-1)
  return (1.0 - gray) / 2.0


def log_distribution(joint: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
  """Logarithm of the share that each pixel has of the ink in the known part.

  Args:
    joint: [B, H, W, 3] in [-1, 1].
    mask: float32 [B, H, W, 1], 1 where pixels are known, else 0; not empty.

  Returns:
    float32 [B, H, W]; whatever is not known has no meaning.
  """
  mass = ink(joint) + EPSILON
  whole = tf.reduce_sum(mass * mask[..., 0], axis=[1, 2], keepdims=True)
  return tf.math.log(mass) - tf.math.log(whole)


def contextual_loss(known: tf.Tensor, made: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
  """KL(M y || M G(z)) of the known parts, taken as distributions of ink.

  Args:
    known: y, joint images [B, H, W, 3] in [-1, 1], of which only what the mask covers is looked at.
    made: G(z), alike.
    mask: M, float32 [B, H, W, 1], 1 where pixels are known, else 0; not empty.

  Returns:
    float32 [B], at least 0 up to rounding.

  Source: Lu et al. (ECCV 2018), eq. 1 and 2; that dark pixels are the mass is our choice.
  """
  target, found = log_distribution(known, mask), log_distribution(made, mask)
  return tf.reduce_sum(mask[..., 0] * tf.exp(target) * (target - found), axis=[1, 2])


def perceptual_loss(logits: tf.Tensor) -> tf.Tensor:
  """log(1 - D(G(z))), from logits: float32 [B, 1] -> float32 [B].

  Source: Lu et al. (ECCV 2018), eq. 3.
  """
  return -tf.math.softplus(tf.cast(logits, tf.float32))[:, 0]
