"""Adversarial losses of discriminators that judge patches; per picture (or pair of pictures).

| gan_type | real | fake | generator |
|---|---|---|---|
| lsgan | (r - 1)^2 | f^2 | (f - 1)^2 |
| gan | cross entropy with 1 | cross entropy with 0 | cross entropy with 1 |
| hinge | max(0, 1 - r) | max(0, 1 + f) | -f |
| wgan | -r | f | -f |

Each is averaged over the patches. No discriminator's loss is halved, and wgan has no gradient
penalty, as in SC-Lmser's original. Sources: Mao et al. 2017 (lsgan), Goodfellow et al. 2014 (gan,
non-saturating), Lim & Ye 2017 (hinge), Arjovsky et al. 2017 (wgan).
"""

from collections.abc import Callable

import tensorflow as tf


def _squared_to_one(logits):
  return tf.square(logits - 1.0)


def _entropy_with_one(logits):
  return tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(logits), logits)


def _entropy_with_zero(logits):
  return tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(logits), logits)


def _below_one(logits):
  return tf.nn.relu(1.0 - logits)


def _above_minus_one(logits):
  return tf.nn.relu(1.0 + logits)


_Term = Callable[[tf.Tensor], tf.Tensor]
_REAL: dict[str, _Term] = {"lsgan": _squared_to_one, "gan": _entropy_with_one,
                           "hinge": _below_one, "wgan": tf.negative}
_FAKE: dict[str, _Term] = {"lsgan": tf.square, "gan": _entropy_with_zero,
                           "hinge": _above_minus_one, "wgan": tf.identity}
_GENERATOR: dict[str, _Term] = {**_REAL, "hinge": tf.negative}


def _per_pair(values):
  return tf.reduce_mean(values, axis=[1, 2, 3])


def real_loss(logits: tf.Tensor, gan_type: str) -> tf.Tensor:
  """A discriminator's loss on true pictures: logits float32 [B, h, w, 1] -> float32 [B]."""
  return _per_pair(_REAL[gan_type](logits))


def fake_loss(logits: tf.Tensor, gan_type: str) -> tf.Tensor:
  """A discriminator's loss on generated pictures: logits float32 [B, h, w, 1] -> float32 [B]."""
  return _per_pair(_FAKE[gan_type](logits))


def adversarial_loss(logits: tf.Tensor, gan_type: str) -> tf.Tensor:
  """A generator's adversarial term: logits float32 [B, h, w, 1] -> float32 [B]."""
  return _per_pair(_GENERATOR[gan_type](logits))
