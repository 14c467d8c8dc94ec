"""Small models of both stages of Sketch-to-Image, and batches, that the tests share."""

import numpy as np
import tensorflow as tf

from models.layers.noise import BatchNoise
from models.layers.pixels import normalized
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import SHOE, Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan

SIZE = 128
_SETTLING = 4  # passes


def config(**changes) -> Sketch2ImageConfig:
  return Sketch2ImageConfig(**{
      "data_name": SHOE, "nfc": 8, "ndf": 8, "im_size_ae": SIZE, "im_size_gan": SIZE,
      "batch_size_ae": 2, "batch_size_gan": 2, "nbr_cls": 4, **changes})


def autoencoder(seed=0, **changes) -> SketchAutoEncoder:
  return _compiled(SketchAutoEncoder(config(**changes), seed))


def gan(seed=0, **changes) -> SketchGan:
  return _compiled(SketchGan(config(**changes), seed))


def _compiled(model):
  model.compile(None if model.config.data_name == SHOE else perceptual)
  return model


def perceptual(a, b):
  """In place of LPIPS: the distance between smooth features of two batches of pictures, [B]."""
  kernel = 0.2 * tf.random.stateless_normal([4, 4, 3, 8], [1, 2])
  features = lambda image: tf.tanh(tf.nn.conv2d(image, kernel, 4, "VALID"))
  return tf.reduce_mean(tf.math.squared_difference(features(a), features(b)), [1, 2, 3])


def batch(seed=0, rows=2) -> dict:
  """Of the first stage; "paired" is one of the second."""
  random = np.random.default_rng(seed)
  pixels = lambda channels: random.integers(0, 256, [rows, SIZE, SIZE, channels]).astype(np.uint8)
  return {"self_supervised": {"distorted": pixels(3), "photo": pixels(3), "sketch": pixels(1),
                              "bold": pixels(1), "erased": pixels(1), "erased_bold": pixels(1),
                              "label": np.int32(np.arange(rows) * 3 % 4)},
          "paired": {"photo": pixels(3), "sketch": pixels(1)}}


def settled(model: SketchAutoEncoder | SketchGan) -> SketchAutoEncoder | SketchGan:
  """As after some training: a fresh spectral norm divides by anything where nothing is trained."""
  for seed in range(_SETTLING):
    data = {name: normalized(one) for name, one in batch(seed)["paired"].items()}
    first, style = model.networks(data["sketch"], data["photo"], training=True)
    if isinstance(model, SketchGan):
      model.G(first, style, BatchNoise(tf.constant([seed, 0])), training=True)
      model.D(data["photo"], training=True)
  return model


def trained_variables(model) -> dict[str, list[tf.Variable]]:
  """What each optimiser of either model moves."""
  if isinstance(model, SketchAutoEncoder):
    return model.trained_variables()
  return {name: getattr(model, name).trainable_variables for name in ("G", "D")}
