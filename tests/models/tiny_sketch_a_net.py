"""Small recognisers and batches that the tests share."""

import numpy as np

from models.sketch_a_net.config import SketchANetConfig
from models.sketch_a_net.model import SketchANet

WIDTH = 81  # the smallest that the layers leave anything of


def config(**changes) -> SketchANetConfig:
  values = {"categories": ("bee", "bus", "cat"), "channels": 1, "image_width": WIDTH,
            "width_multiplier": 0.05, "batch_size": 4, "num_steps": 20, **changes}
  return SketchANetConfig(**values)


def model(seed=0, jit_compile_network=False, **changes) -> SketchANet:
  made = SketchANet(config(**changes), seed, jit_compile_network)
  made.compile()
  return made


def batch(rows=4, seed=0, channels=1) -> dict[str, np.ndarray]:
  random = np.random.default_rng(seed)
  image = np.where(random.random([rows, WIDTH, WIDTH, channels]) < 0.1, 0, 255)
  return {"image": image.astype(np.uint8), "label": random.integers(0, 3, rows, np.int32)}
