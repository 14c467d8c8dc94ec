"""Small Contextual GANs and batches that the tests share."""

import numpy as np

from models.contextual_gan.config import ContextualGanConfig
from models.contextual_gan.model import ContextualGan

SIZE = 16


def config(**changes) -> ContextualGanConfig:
  return ContextualGanConfig(**{"image_size": SIZE, "width": 2, "z_size": 4, "batch_size": 2,
                                "iterations": 5, "num_init": 3, **changes})


def model(seed=0, jit_compile_search=False, **changes) -> ContextualGan:
  made = ContextualGan(config(**changes), seed, jit_compile_search)
  made.compile()
  return made


def batch(rows=2, seed=0, size=SIZE) -> dict[str, np.ndarray]:
  """Sketches of dark strokes on white, beside photos of coloured noise over a gradient."""
  random = np.random.default_rng(seed)
  sketch = np.where(random.random([rows, size, size, 1]) < 0.2, 30, 250)
  shade = np.linspace(0, 120, size)[:, None, None]
  photo = random.integers(0, 136, [rows, size, size, 3]) + shade
  return {"joint": np.concatenate([np.repeat(sketch, 3, 3), photo], 2).astype(np.uint8)}
