"""What the recognisers' networks have in common: one layer after another, each with a name."""

from collections.abc import Collection, Mapping, Sequence

import tensorflow as tf

from models.layers.initializers import SeededNormal, seed_pair


class Chain(tf.keras.layers.Layer):
  """Convolutions, and 2x2 max poolings where a name has no kernel, up to a named layer.

  Nothing is normed over a batch: features depend on nothing but the picture. Weights start by He's
  rule, biases at 0.

  Args:
    layers: all names, in order.
    kernels: (height, width, channels in, channels out) of those that are convolutions.
    feature_layer: the last one that is made.
    seed: of the start values.
    unpadded: convolutions that cover all of what they see; others keep height and width.
    linear: convolutions without a ReLU.

  Attributes:
    convolutions: name -> layer.
  """

  def __init__(self, layers: Sequence[str], kernels: Mapping[str, tuple[int, int, int, int]],
               feature_layer: str, seed: int, unpadded: Collection[str],
               linear: Collection[str] = (), **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    self.feature_layer, self.seed = feature_layer, seed
    self._order = tuple(layers[:list(layers).index(feature_layer) + 1])
    self.convolutions = {}
    for name in self._order:
      if name in kernels:
        self.convolutions[name] = _convolution(name, kernels[name], seed, name in unpadded,
                                               name in linear)
    self.built = True

  def features(self, x: tf.Tensor) -> tf.Tensor:
    """The output of the feature layer, of [B, S, S, 3]: float32 [B, D]."""
    x = tf.cast(x, self.compute_dtype)
    for name in self._order:
      if name in self.convolutions:
        x = self.convolutions[name](x)
      else:
        x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
    return tf.cast(tf.reshape(x, [-1, x.shape[1:].num_elements()]), tf.float32)


def _convolution(name, kernel, seed, unpadded, linear):
  height, width, into, out = kernel
  start = SeededNormal(0.0, (2.0 / (height * width * into)) ** 0.5, seed_pair(seed, name))
  layer = tf.keras.layers.Conv2D(out, (height, width), padding="valid" if unpadded else "same",
                                 activation=None if linear else "relu", kernel_initializer=start,
                                 name=name)
  with tf.name_scope(name):
    layer.build([None, None, None, into])
  return layer
