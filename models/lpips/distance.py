"""The formula of LPIPS on tensors: scaling, unit length, weighted squared difference.

Source: Zhang, Isola, Efros, Shechtman & Wang, The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric, CVPR 2018, eq. 1, as in its package's version 0.1.
"""

import tensorflow as tf

# ImageNet's mean and deviation for values in [-1, 1], rounded as in the package: the calibration
# weights were trained with these numbers.
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
EPSILON = 1e-10


def scale_images(images: tf.Tensor) -> tf.Tensor:
  """(v - shift) / scale for each of R, G, B.

  Args:
    images: float32 [B, H, W, 3] in [-1, 1].

  Returns:
    float32 [B, H, W, 3], about zero mean and unit deviation over natural images.
  """
  return (images - tf.constant(SHIFT, images.dtype)) / tf.constant(SCALE, images.dtype)


def unit_normalize(features: tf.Tensor) -> tf.Tensor:
  """f / (|f| + 1e-10), |f| the Euclidean norm over channels.

  Args:
    features: float32 [B, h, w, C].

  Returns:
    float32 [B, h, w, C]. Where all channels are 0 the result is 0, and the norm passes no gradient
    on (its true one is infinite).
  """
  squares = tf.reduce_sum(tf.square(features), axis=-1, keepdims=True)  # [B, h, w, 1]
  positive = squares > 0
  # Masked on both sides: an infinite slope in the branch not taken would make 0 * inf = NaN.
  norm = tf.where(positive, tf.sqrt(tf.where(positive, squares, tf.ones_like(squares))), 0.0)
  return features / (norm + EPSILON)


def distance_map(a: tf.Tensor, b: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
  """sum over c of w_c (n_a,c - n_b,c)^2 at every pixel, n the features at unit length.

  Args:
    a: float32 [B, h, w, C], features of one image.
    b: float32 [B, h, w, C], of the other.
    weights: float32 [C], at least 0.

  Returns:
    float32 [B, h, w], 0 to 2 max(w) for features that are not negative.
  """
  squared = tf.square(unit_normalize(a) - unit_normalize(b))
  return tf.tensordot(squared, weights, axes=1)  # [B, h, w, C] x [C] -> [B, h, w]


def level_distance(a: tf.Tensor, b: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
  """The mean of `distance_map` over all pixels: float32 [B]."""
  return tf.reduce_mean(distance_map(a, b, weights), axis=[1, 2])


def enlarge(maps: tf.Tensor, height: int, width: int) -> tf.Tensor:
  """Bilinear enlargement to exactly height x width, corners not aligned.

  Args:
    maps: float32 [B, h, w].
    height: H, pixels.
    width: W, pixels.

  Returns:
    float32 [B, H, W, 1].
  """
  return tf.image.resize(maps[..., None], (height, width), "bilinear")
