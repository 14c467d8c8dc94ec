"""Small TOM models and batches that the tests share."""

import numpy as np

from models.tom.config import TomConfig
from models.tom.model import Tom

SIZE = 32


def config(**changes) -> TomConfig:
  return TomConfig(**{"im_size": SIZE, "generator_width": 2, "batch_size": 2, **changes})


def model(seed=0, jit_compile_features=False, **changes) -> Tom:
  made = Tom(config(**changes), seed, jit_compile_features)
  made.compile()
  return made


def batch(rows=2, seed=0, size=SIZE) -> dict[str, np.ndarray]:
  """Photos of coloured noise over a gradient, sketches of dark strokes on white."""
  random = np.random.default_rng(seed)
  shade = np.linspace(0, 120, size)[:, None, None]
  photo = random.integers(0, 136, [rows, size, size, 3]) + shade
  sketch = np.where(random.random([rows, size, size, 1]) < 0.2, 30, 250)
  return {"photo": photo.astype(np.uint8), "sketch": np.repeat(sketch, 3, 3).astype(np.uint8)}
