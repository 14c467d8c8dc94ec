"""The layers of Sketch-a-Net.

Source: Yu et al., "Sketch-a-Net that Beats Humans", BMVC 2015.

| layer | filter | stride | pad | out (225 px) |
|---|---|---|---|---|
| 1 | 15x15, 64, ReLU | 3 | 0 | 71 |
| | max 3x3 | 2 | 0 | 35 |
| 2 | 5x5, 128, ReLU | 1 | 0 | 31 |
| | max 3x3 | 2 | 0 | 15 |
| 3, 4, 5 | 3x3, 256, ReLU | 1 | 1 | 15 |
| | max 3x3 | 2 | 0 | 7 |
| 6 | 7x7, 512, ReLU, dropout | 1 | 0 | 1 |
| 7 | 1x1, 512, ReLU, dropout | 1 | 0 | 1 |
| 8 | 1x1, classes | 1 | 0 | 1 |
"""

from typing import NamedTuple

import tensorflow as tf

from models.layers import randomness

# (channels, kernel, stride, padding, pooled after)
CONVOLUTIONS = ((64, 15, 3, "valid", True), (128, 5, 1, "valid", True), (256, 3, 1, "same", False),
                (256, 3, 1, "same", False), (256, 3, 1, "same", True))
DENSE = (512, 512)


class Outputs(NamedTuple):
  """What the layers say of pictures."""

  scores: tf.Tensor  # [B, N], their softmax are probabilities
  features: tf.Tensor  # [B, F], of layer 7


def spatial_sizes(width: int) -> list[int]:
  """Width after each convolution and pooling of a picture `width` pixels wide."""
  sizes = []
  for _, kernel, stride, padding, pooled in CONVOLUTIONS:
    width = width if padding == "same" else (width - kernel) // stride + 1
    sizes.append(width)
    if pooled:
      width = (width - 3) // 2 + 1
      sizes.append(width)
  return sizes


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch_a_net")
class SketchANetwork(tf.keras.layers.Layer):
  """Pictures -> class scores.

  Layer 6 covers whatever is left of the picture, 7x7 at 225 pixels. Weights start by He's rule,
  biases at 0.

  Args:
    classes: N.
    width_multiplier: factor on the channels of layers 1 to 7.
    keep_prob: of dropout.
    seed: of the start values.

  Call: uint8 [B, W, W, C], 0 ink, 255 paper, and the dropout's seed or None -> `Outputs`, float32.
  """

  def __init__(self, classes: int, width_multiplier: float = 1.0, keep_prob: float = 0.5,
               seed: int = 0, **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    self.classes, self.width_multiplier = classes, width_multiplier
    self.keep_prob, self.seed = keep_prob, seed
    width = lambda channels: max(1, round(channels * width_multiplier))
    start = lambda number: tf.keras.initializers.HeNormal(seed=seed + number)
    self.convolutions = [
        tf.keras.layers.Conv2D(width(channels), kernel, stride, padding, activation="relu",
                               kernel_initializer=start(number), name=f"conv{number}")
        for number, (channels, kernel, stride, padding, _) in enumerate(CONVOLUTIONS, start=1)]
    self.pool = tf.keras.layers.MaxPool2D(3, 2)
    self.flatten = tf.keras.layers.Flatten()
    self.dense = [tf.keras.layers.Dense(width(units), "relu", kernel_initializer=start(number),
                                        name=f"dense{number}")
                  for number, units in enumerate(DENSE, start=6)]
    self.scores = tf.keras.layers.Dense(classes, kernel_initializer=start(8), dtype=tf.float32,
                                        name="scores")

  def call(self, image, dropout_seed=None):
    x = 1.0 - tf.cast(image, tf.float32) / 255.0  # ink 1: the border that layers pad is paper
    x = tf.cast(x, self.compute_dtype)
    for convolution, (*_, pooled) in zip(self.convolutions, CONVOLUTIONS):
      x = convolution(x)
      x = self.pool(x) if pooled else x
    x = self.flatten(x)  # [B, 7 * 7 * 256]
    for number, dense in enumerate(self.dense):
      x = self._dropped(dense(x), dropout_seed, number)
    features = tf.cast(x, tf.float32)
    return Outputs(self.scores(features), features)

  def _dropped(self, x, dropout_seed, number):
    if dropout_seed is None or self.keep_prob == 1:
      return x
    rows = tf.shape(x)[0]
    mask = randomness.keep_mask(randomness.rows_of_batch(rows), rows, x.shape[1], self.keep_prob,
                                randomness.fold_in(dropout_seed, number))
    return x * tf.cast(mask, x.dtype)

  def get_config(self) -> dict:
    return {**super().get_config(), "classes": self.classes, "keep_prob": self.keep_prob,
            "width_multiplier": self.width_multiplier, "seed": self.seed}
