"""The convolution that all backbones are made of."""

import tensorflow as tf


def frozen_conv(name: str, channels: int, filters: int, kernel: int = 3, strides: int = 1,
                padding: str = "same") -> tf.keras.layers.Conv2D:
  """Convolution with bias and ReLU; its variables exist at once and are never trained.

  float32 whatever the global policy: the distance is a small difference of large features.

  Args:
    name: the torchvision name of the convolution.
    channels: in.
    filters: channels out.
    kernel: width and height, odd.
    strides: 1 or more.
    padding: "same" (symmetric for an odd kernel at stride 1) or "valid".

  Returns:
    A built layer, [B, H, W, channels] -> [B, H', W', filters].
  """
  conv = tf.keras.layers.Conv2D(filters, kernel, strides, padding, activation="relu", name=name,
                                trainable=False, dtype="float32")
  with tf.name_scope(name):
    conv.build([None, None, None, channels])
  return conv
