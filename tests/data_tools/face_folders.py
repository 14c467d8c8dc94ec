"""Small folders of drawn face pairs, laid out as CUFS and CUFSF."""

import pathlib

import numpy as np
from PIL import Image

from data_tools.faces import layout


def picture(seed: int, height: int = 250, width: int = 200, channels: int = 3) -> np.ndarray:
  """Smooth noise, another one for each seed: uint8 [H, W, 3], or [H, W] for one channel."""
  random = np.random.default_rng(seed)
  coarse = random.integers(0, 256, [10, 8, channels]).astype(np.uint8)
  image = Image.fromarray(coarse if channels == 3 else coarse[..., 0])
  return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def save(path: pathlib.Path, image: np.ndarray) -> pathlib.Path:
  """Writes a picture and its folder."""
  path.parent.mkdir(parents=True, exist_ok=True)
  Image.fromarray(image).save(path)
  return path


def make(data_dir: pathlib.Path, sets=("CUHK", "AR", "XM2VTS"), count: int = 2,
         height: int = 250, width: int = 200) -> pathlib.Path:
  """`count` pairs n0.png, n1.png, ... in each split of each set; returns `data_dir`."""
  seed = 0
  for face_set in sets:
    for split in layout.SPLITS:
      for index in range(count):
        for kind, channels in (("photo", 3), ("sketch", 1)):
          seed += 1
          save(layout.folder(data_dir, face_set, split, kind) / f"n{index}.png",
               picture(seed, height, width, channels))
  return data_dir
