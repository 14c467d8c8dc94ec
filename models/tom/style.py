"""What TOM takes for the style of a picture: Gram matrices, means and deviations of features.

All are pure functions of features float32 [B, H, W, C].
"""

import tensorflow as tf

from models.layers.adaptive_pooling import average_pool

# Of a level's share in what the discriminator sees: rows become channels, columns a square map.
_CHANNELS, _SIDE = 128, 16
SAMPLE_CHANNELS = 3 * _CHANNELS
_EPSILON = 1e-5


def gram(features: tf.Tensor) -> tf.Tensor:
  """Of each picture, A A^T / (C H W) with A its features as C x HW: float32 [B, C, C]."""
  rows = _by_channel(features)
  return tf.matmul(rows, rows, transpose_b=True) / _values(features)


def joint_gram(features: tf.Tensor) -> tf.Tensor:
  """The same with all pictures' channels in one matrix of BC x HW, divided by B C H W.

  Its blocks beside the diagonal compare the pictures of the batch with each other. float32
  [BC, BC].
  """
  rows = tf.reshape(_by_channel(features), [-1, features.shape[1] * features.shape[2]])
  count = tf.cast(tf.shape(features)[0], features.dtype)
  return tf.matmul(rows, rows, transpose_b=True) / (count * _values(features))


def gram_sample(features: tf.Tensor) -> tf.Tensor:
  """A level's Gram matrix as the discriminator sees it: float32 [B, 16, 16, 128].

  The C x C matrix is pooled to 128 x 256 (with C = 128 every column comes twice); a row is a
  channel, its 256 columns a 16 x 16 map.
  """
  return gram_map(gram(features), _CHANNELS, _SIDE)


def gram_map(grams: tf.Tensor, channels: int, side: int) -> tf.Tensor:
  """Matrices float32 [B, C, C] -> maps float32 [B, side, side, channels]; see `gram_sample`."""
  pooled = average_pool(grams[..., None], channels, side * side)  # [B, channels, side^2, 1]
  maps = tf.reshape(pooled, [-1, channels, side, side])
  return tf.transpose(maps, [0, 2, 3, 1])  # [B, side, side, channels]


def style_sample(levels: list[tf.Tensor]) -> tf.Tensor:
  """The `gram_sample` of three levels behind each other: float32 [B, 16, 16, 384]."""
  return tf.concat([gram_sample(level) for level in levels], axis=-1)


def mean_and_deviation(features: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
  """Over the pixels of each picture and channel, each float32 [B, 1, 1, C].

  The deviation is sqrt(unbiased variance + 1e-5).
  """
  count = features.shape[1] * features.shape[2]
  mean = tf.reduce_mean(features, [1, 2], keepdims=True)
  squares = tf.reduce_sum(tf.math.squared_difference(features, mean), [1, 2], keepdims=True)
  return mean, tf.sqrt(squares / (count - 1) + _EPSILON)


def adain(content: tf.Tensor, style: tf.Tensor) -> tf.Tensor:
  """`content` with the means and deviations of `style`; float32, the shape of `content`.

  Source: Huang & Belongie, "Arbitrary style transfer in real-time with adaptive instance
  normalization" (2017).
  """
  mean, deviation = mean_and_deviation(content)
  style_mean, style_deviation = mean_and_deviation(style)
  return (content - mean) / deviation * style_deviation + style_mean


def _by_channel(features):
  pixels = features.shape[1] * features.shape[2]
  flat = tf.reshape(features, [-1, pixels, features.shape[3]])  # [B, HW, C]
  return tf.transpose(flat, [0, 2, 1])  # [B, C, HW]


def _values(features) -> float:
  """C H W."""
  return float(features.shape[1] * features.shape[2] * features.shape[3])
