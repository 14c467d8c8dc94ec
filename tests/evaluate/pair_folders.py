"""Small folders of true and generated pictures for the commands on image pairs."""

import pathlib
import subprocess

import numpy as np
from PIL import Image

from tests import commands


def waves(height: int, width: int, phase: float) -> np.ndarray:
  """A picture with structure: uint8 [H, W, 3]."""
  y, x = np.mgrid[:height, :width]
  planes = [np.sin(x / 3 + phase) * np.cos(y / (4 + channel)) + (x > y) for channel in range(3)]
  return np.clip(110 + 60 * np.stack(planes, axis=-1), 0, 255).astype(np.uint8)


def make(folder: pathlib.Path, count: int = 4, height: int = 40, width: int = 33
         ) -> tuple[str, str]:
  """Writes `true/n0.png, ...` and `made/n0.bmp, ...`, disturbed copies; returns both folders."""
  random = np.random.default_rng(0)
  for side in ("true", "made"):
    (folder / side).mkdir(parents=True)
  for index in range(count):
    image = waves(height, width, index)
    noise = random.normal(0, 3 + 6 * index, image.shape)
    Image.fromarray(image).save(folder / "true" / f"n{index}.png")
    disturbed = np.clip(image + noise, 0, 255).astype(np.uint8)
    Image.fromarray(disturbed).save(folder / "made" / f"n{index}.bmp")
  return str(folder / "true"), str(folder / "made")


def command(script: str, *flags: str) -> subprocess.CompletedProcess:
  """Runs a command of evaluate/ as a person would."""
  return commands.command(f"evaluate/{script}.py", *flags)
