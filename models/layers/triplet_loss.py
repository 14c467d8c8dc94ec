"""The triplet loss of TensorFlow Addons over the global batch, or the same by TensorFlow itself
where Addons isn't installed."""

import warnings

import tensorflow as tf

from models.layers.replicas import gathered
from models.layers.stand_in_triplet_loss import stand_in_triplet_loss

try:
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Addons announces its end of life at every import.
    from tensorflow_addons.losses import triplet_semihard_loss
except ModuleNotFoundError:
  triplet_semihard_loss = None


def semihard_triplet_loss(identity: tf.Tensor, features: tf.Tensor, margin: float) -> tf.Tensor:
  """Mean of max(0, margin + d(a, p) - d(a, n)) over all ordered pairs a, p of one identity.

  d is the squared distance. n is the semi-hard negative of the pair: of the pictures of other
  identities the nearest to a that is farther than p; if none is farther, the farthest.

  Args:
    identity: integer [B] of this replica; the global batch has a pair of one identity.
    features: float32 [B, D] of length 1, of this replica.
    margin: above 0.

  Returns:
    float32 scalar, the same on every replica: triplets are those of the global batch.

  Source: Schroff, Kalenichenko & Philbin, "FaceNet", CVPR 2015, section 3.2, where negatives that
  are no farther than p are left out instead.
  """
  identity, features = gathered(identity), gathered(features)
  if triplet_semihard_loss is None:
    return stand_in_triplet_loss(identity, features, margin)
  return triplet_semihard_loss(identity, features, margin, distance_metric="squared-L2")
