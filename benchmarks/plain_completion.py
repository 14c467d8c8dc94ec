"""Contextual GAN's completion written plainly: what the batched graph is measured against.

One image at a time, as a program is written first: networks of Keras's own layers, first draws
tried one after the other, and eager steps of Keras's SGD on a variable.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from models.contextual_gan.completion import SearchOptions
from models.contextual_gan.discriminator import Discriminator
from models.contextual_gan.generator import Generator
from models.contextual_gan.model import ContextualGan

_EPSILON, _INK_EPSILON = 1e-5, 1e-6
_GRAY = (0.299, 0.587, 0.114)
_KERNEL, _STRIDES = 5, 2

_layers = tf.keras.layers


class PlainResult(NamedTuple):
  """What a search for one image found.

  Attributes:
    generated: float32 [S, 2 S, 3] in [-1, 1], by the best latent vector.
    contextual, perceptual: float32 [T + 1], before each of T steps and after the last.
  """

  generated: np.ndarray
  contextual: np.ndarray
  perceptual: np.ndarray


class PlainCompletion:
  """Completes joint images one by one.

  Args:
    model: the values of its weights are copied.
    options: how to search.
  """

  def __init__(self, model: ContextualGan, options: SearchOptions):
    self._generator = plain_generator(model.G, model.config.z_size)
    self._discriminator = plain_discriminator(model.D, model.config.image_size)
    self._options = options

  def __call__(self, joint: np.ndarray, mask: np.ndarray, draws: np.ndarray) -> PlainResult:
    """Searches for one image.

    Args:
      joint: uint8 [S, 2 S, 3].
      mask: float32 [S, 2 S, 1], 1 where pixels are known, else 0.
      draws: float32 [num_init, Z], the latent vectors to choose the start from.
    """
    known, options = tf.constant(joint[None], tf.float32) / 127.5 - 1.0, self._options
    losses = [float(self._contextual(known, mask, tf.constant(z[None]))) for z in draws]
    z = tf.Variable(draws[[np.argmin(losses)]])
    optimizer = tf.keras.optimizers.SGD(options.rate, options.momentum, nesterov=True)
    best, lowest, history = z.numpy(), np.inf, []
    for _ in range(options.iterations + 1):
      with tf.GradientTape() as tape:
        made = self._generator(z, training=False)
        contextual = _divergence(known, made, mask)
        judged = self._discriminator(made, training=False)[0, 0]
        perceptual = tf.math.log_sigmoid(-judged)  # log(1 - D)
        loss = contextual + options.perceptual_weight * perceptual
      history.append((float(contextual), float(perceptual)))
      if float(loss) < lowest:
        best, lowest = z.numpy(), float(loss)
      optimizer.apply_gradients([(tape.gradient(loss, z), z)])
      z.assign(tf.clip_by_value(z, -1.0, 1.0))
    generated = self._generator(tf.constant(best), training=False)[0]
    return PlainResult(generated.numpy(), *np.float32(history).T)

  def _contextual(self, known: tf.Tensor, mask: np.ndarray, z: tf.Tensor) -> tf.Tensor:
    return _divergence(known, self._generator(z, training=False), mask)


def plain_generator(source: Generator, z_size: int) -> tf.keras.Model:
  """The generator of Keras's layers, with copied weights: float32 [B, Z] -> [B, S, 2 S, 3]."""
  leak, last = source.leak, len(source.convolutions) - 1
  side = source.get_config()["image_size"] // 2 ** len(source.convolutions)
  made = tf.keras.Sequential([_layers.InputLayer([z_size]), _copied(
      _layers.Dense(source.dense.units, use_bias=False), source.dense), _layers.Reshape(
          [side, 2 * side, source.dense.units // (2 * side * side)])])
  for index, (norm, conv) in enumerate(zip(source.norms, source.convolutions)):
    made.add(_copied(_layers.BatchNormalization(epsilon=_EPSILON), norm))
    made.add(_layers.LeakyReLU(leak))
    made.add(_copied(_layers.Conv2DTranspose(conv.filters, _KERNEL, _STRIDES, "same",
                                             use_bias=index == last), conv))
  made.add(_layers.Activation("tanh"))
  return _with_weights(made)


def plain_discriminator(source: Discriminator, size: int) -> tf.keras.Model:
  """The discriminator likewise: float32 [B, S, 2 S, 3] -> logits [B, 1]."""
  made = tf.keras.Sequential([_layers.InputLayer([size, 2 * size, 3])])
  for norm, conv in zip(source.norms, source.convolutions):
    made.add(_copied(_layers.Conv2D(conv.filters, _KERNEL, _STRIDES, "same",
                                    use_bias=norm is None), conv))
    if norm is not None:
      made.add(_copied(_layers.BatchNormalization(epsilon=_EPSILON), norm))
    made.add(_layers.LeakyReLU(source.leak))
  made.add(_layers.Flatten())
  made.add(_copied(_layers.Dense(1), source.dense))
  return _with_weights(made)


def _copied(layer: tf.keras.layers.Layer, source: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
  """The layer, which `_with_weights` gives the values of `source`."""
  layer.copied_values = source.get_weights()
  return layer


def _with_weights(network: tf.keras.Sequential) -> tf.keras.Sequential:
  for layer in network.layers:
    if hasattr(layer, "copied_values"):
      layer.set_weights(layer.copied_values)
  return network


def _divergence(known: tf.Tensor, made: tf.Tensor, mask: np.ndarray) -> tf.Tensor:
  """Of the ink of one image [1, S, 2 S, 3] where the mask is 1; a scalar."""
  shares = []
  for picture in (known, made):
    ink = (1.0 - tf.reduce_sum(picture * tf.constant(_GRAY), axis=-1)) / 2.0 + _INK_EPSILON
    ink = tf.boolean_mask(ink[0], mask[..., 0] == 1)
    shares.append(ink / tf.reduce_sum(ink))
  target, found = shares
  return tf.reduce_sum(target * tf.math.log(target / found))
