"""What both stages of Sketch-to-Image minimise.

The terms on features are of a whole batch (a ReLU acts on its sum, and pictures are compared with
other pictures of it): give them the rows of the global batch.

Source: Liu, Zhu, Song & Elgammal, "Self-supervised sketch-to-image synthesis", AAAI 2021, and its
program.
"""

from collections.abc import Sequence

import tensorflow as tf

MARGIN = 2.0
_SHORTEST = 1e-8  # length below which a vector counts as this long in a cosine
_AXES = {2: [1], 4: [1, 2, 3]}


def content_consistency(features: Sequence[tf.Tensor], plain: Sequence[tf.Tensor],
                        orders: Sequence[tf.Tensor]) -> tf.Tensor:
  """Sum over levels of max(0, 2 + d(a, b) - d(a[order], b)), d the mean squared difference.

  Args:
    features: a, of one version of the sketches, float32 [B, H, W, C] by level.
    plain: b, of the plain sketches; no gradient goes there.
    orders: int32 [B] by level, each without a fixed point.

  Returns:
    float32 scalar.
  """
  terms = []
  for a, b, order in zip(features, plain, orders, strict=True):
    b = tf.stop_gradient(b)
    nearness = _squared_distance(a, b) - _squared_distance(tf.gather(a, order), b)
    terms.append(tf.nn.relu(MARGIN + nearness))
  return tf.add_n(terms)


def style_consistency(distorted: Sequence[tf.Tensor], clean: Sequence[tf.Tensor],
                      orders: Sequence[tf.Tensor]) -> tf.Tensor:
  """Sum over levels of mean cos(a, b[order]) - mean cos(a, b).

  Args:
    distorted: a, style vectors of the distorted photos, float32 [B, C] by level.
    clean: b, of the photos; no gradient goes there.
    orders: int32 [B] by level; a photo may be compared with itself, as in the original.

  Returns:
    float32 scalar.
  """
  terms = []
  for a, b, order in zip(distorted, clean, orders, strict=True):
    b = tf.stop_gradient(b)
    terms.append(tf.reduce_mean(cosine(a, tf.gather(b, order))) - tf.reduce_mean(cosine(a, b)))
  return tf.add_n(terms)


def cosine(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
  """Of vectors float32 [B, C]: float32 [B]; 0 where one is zero."""
  squares = lambda vectors: tf.reduce_sum(tf.square(vectors), axis=1)
  length = lambda vectors: tf.sqrt(tf.maximum(squares(vectors), _SHORTEST ** 2))
  return tf.reduce_sum(a * b, axis=1) / (length(a) * length(b))


def classification(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
  """Cross entropy: labels int32 [B], logits float32 [B, N] -> float32 [B]."""
  return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def squared_error(made: tf.Tensor, truth: tf.Tensor) -> tf.Tensor:
  """Mean over each picture: float32 [B, H, W, C] twice -> float32 [B]."""
  return tf.reduce_mean(tf.math.squared_difference(made, truth), _AXES[len(made.shape)])


def absolute_error(made: tf.Tensor, truth: tf.Tensor) -> tf.Tensor:
  """Mean over each picture: float32 [B, H, W, C] twice -> float32 [B]."""
  return tf.reduce_mean(tf.abs(made - truth), _AXES[len(made.shape)])


def grey_error(made: tf.Tensor, truth: tf.Tensor) -> tf.Tensor:
  """`squared_error` of the means over the channels: the colours may differ, the lightness not."""
  grey = lambda picture: tf.reduce_mean(picture, axis=-1, keepdims=True)
  return squared_error(grey(made), grey(truth))


def cross_correlation(content: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
  """How much of each other two codes tell linearly: 0 if uncorrelated over the batch.

  The mean over all pairs of channels of the squared correlation. OUR OWN design, in place of the
  paper's penalty on mutual information, whose formula is not published.

  Args:
    content: float32 [B, C].
    style: float32 [B, D].

  Returns:
    float32 scalar in [0, 1].
  """
  standard = lambda code: ((code - tf.reduce_mean(code, axis=0))
                           / (tf.math.reduce_std(code, axis=0) + 1e-5))
  count = tf.cast(tf.shape(content)[0], tf.float32)
  correlations = tf.matmul(standard(content), standard(style), transpose_a=True) / count  # [C, D]
  return tf.reduce_mean(tf.square(correlations))


def _squared_distance(a, b):
  return tf.reduce_mean(tf.math.squared_difference(a, b))
