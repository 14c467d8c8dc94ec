"""Small folders of photos and sketches that belong together."""

import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from data_tools.sketch_sets import paired_folders
from data_tools.sketch_sets.pictures import Pictures


def picture(seed: int, height: int = 30, width: int = 26, channels: int = 3) -> np.ndarray:
  """Smooth noise, another one for each seed; of one channel dark lines on white."""
  random = np.random.default_rng(seed)
  coarse = random.integers(0, 256, [7, 6, 3]).astype(np.uint8)
  image = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
  return image if channels == 3 else np.where(image[..., 0] < 90, image[..., 0] // 3, 255)


def save(path: pathlib.Path, image: np.ndarray) -> pathlib.Path:
  """Writes a picture and its folder."""
  path.parent.mkdir(parents=True, exist_ok=True)
  Image.fromarray(image.astype(np.uint8)).save(path)
  return path


def make(root: pathlib.Path, count: int = 5, sets: int = 3, ending: str = ".png"
         ) -> tuple[pathlib.Path, list[pathlib.Path]]:
  """n0.png, n1.png, ... in photos, s0, s1, ...; returns the folder of photos and the others."""
  folders = [root / "photos", *(root / f"s{place}" for place in range(sets))]
  for place, folder in enumerate(folders):
    for index in range(count):
      save(folder / f"n{index}{ending if place else '.png'}",
           picture(100 * place + index, 30 + index, 26, 1 if place else 3))
  return folders[0], folders[1:]


def pictures(root: pathlib.Path, count: int = 5, sets: int = 3, **options) -> Pictures:
  """Those of `make`, read."""
  photos, sketches = make(root, count, sets)
  return Pictures(paired_folders.find(photos, sketches), **options)


def listed(folders: Sequence[pathlib.Path]) -> str:
  """For a flag."""
  return ",".join(str(folder) for folder in folders)
