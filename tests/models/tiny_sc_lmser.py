"""Small SC-Lmser models and batches that the tests share."""

import numpy as np

from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.model import ScLmser

SIZE = 64


def config(**changes) -> ScLmserConfig:
  values = {"in_size": (48, 60), "pad_size": (72, 72), "out_size": (SIZE, SIZE),
            "generator_width": 2, "discriminator_width": 4, "batch_size": 2, **changes}
  return ScLmserConfig(**values)


def model(seed=0, jit_compile_networks=False, **changes) -> ScLmser:
  made = ScLmser(config(**changes), seed, jit_compile_networks)
  made.compile()
  return made


def batch(rows=2, seed=0, size=SIZE) -> dict[str, np.ndarray]:
  """Pictures with something in every corner: noise over a gradient."""
  random = np.random.default_rng(seed)
  shade = np.linspace(0, 120, size)[:, None, None]
  photo = random.integers(0, 136, [rows, size, size, 3]) + shade
  sketch = random.integers(0, 136, [rows, size, size, 1]) + shade
  return {"photo": photo.astype(np.uint8), "sketch": sketch.astype(np.uint8)}
