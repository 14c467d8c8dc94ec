"""Small models of both stages of Sketch-to-Image, and batches, that the tests share."""

import numpy as np

from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan

SIZE = 128


def config(**changes) -> Sketch2ImageConfig:
  return Sketch2ImageConfig(**{
      "data_name": "shoe", "nfc": 8, "ndf": 8, "im_size_ae": SIZE, "im_size_gan": SIZE,
      "batch_size_ae": 2, "batch_size_gan": 2, "nbr_cls": 4, **changes})


def autoencoder(seed=0, **changes) -> SketchAutoEncoder:
  model = SketchAutoEncoder(config(**changes), seed)
  model.compile()
  return model


def gan(seed=0, **changes) -> SketchGan:
  model = SketchGan(config(**changes), seed)
  model.compile()
  return model


def batch(seed=0) -> dict:
  """Of the first stage; "paired" is one of the second."""
  random = np.random.default_rng(seed)
  pixels = lambda channels: random.integers(0, 256, [2, SIZE, SIZE, channels]).astype(np.uint8)
  return {"self_supervised": {"distorted": pixels(3), "photo": pixels(3), "sketch": pixels(1),
                              "bold": pixels(1), "erased": pixels(1), "erased_bold": pixels(1),
                              "label": np.int32([0, 3])},
          "paired": {"photo": pixels(3), "sketch": pixels(1)}}
