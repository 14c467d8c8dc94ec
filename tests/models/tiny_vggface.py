"""Small face recognisers and batches that the tests share."""

import numpy as np

from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser

# Faces 20 x 25 on a canvas of 36, crops of 32.
SIZES = {"in_size": (20, 25), "pad_size": (36, 36), "out_size": (32, 32)}
SMALL = {"network": "small", "feature_layer": "embedding", "input_size": 32, "width": 4,
         "embedding_size": 8, **SIZES}
VGG = {"input_size": 32, "width": 2, **SIZES}


def config(values=None, **changes) -> VggFaceConfig:
  return VggFaceConfig(**{**(values or SMALL), **changes})


def model(seed=0, jit_compile=False, values=None, **changes) -> FaceRecogniser:
  made = FaceRecogniser(config(values, **changes), seed, jit_compile)
  made.compile()
  return made


def batch(persons=4, each=2, seed=0, size=32, channels=3) -> dict[str, np.ndarray]:
  """Pictures of the same base for each person, under noise."""
  random = np.random.default_rng(seed)
  base = random.integers(0, 136, [persons, 1, size, size, channels])
  image = base + random.integers(0, 120, [persons, each, size, size, channels])
  return {"image": image.reshape(-1, size, size, channels).astype(np.uint8),
          "identity": np.repeat(np.arange(persons, dtype=np.int32), each)}
