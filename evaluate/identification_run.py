"""Identification: does a generated image find the true one of the same name, by its pixels?"""

import os
import pathlib
from typing import Any

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from evaluate import metric_report
from evaluate.metrics import recognition

_BLOCK = 64  # images whose pixels are held as float64


def run(reference_dir: str | os.PathLike, generated_dir: str | os.PathLike, max_rank: int
        ) -> dict[str, Any]:
  """Identifies each generated image among the references, prints a table and returns the report.

  Args:
    reference_dir: folder or list of the true images, the gallery.
    generated_dir: folder or list of the images to identify, named as their true ones.
    max_rank: ranks of the CMC.

  Raises:
    UserError: names that don't pair, a file that is no image, or images of different sizes.
  """
  pairs = image_files.pair_images(reference_dir, generated_dir)
  gallery = read_gray([pair.reference for pair in pairs])
  probes = read_gray([pair.generated for pair in pairs], like=gallery[0])
  names = np.array([pair.name for pair in pairs])
  ranks = recognition.ranks_from_distances(pixel_distances(probes, gallery), names, names)
  curve = np.round(recognition.cmc(ranks, min(max_rank, len(pairs))), 6).tolist()
  shown = [rank for rank in (1, 2, 3, 5, 10) if rank <= len(curve)]
  metric_report.show_table([*(f"rank {rank}" for rank in shown), "count"],
                           [[*(curve[rank - 1] for rank in shown), len(pairs)]])
  print()
  return {"rank1": curve[0], "cmc": curve, "count": len(pairs), "gallery": len(pairs),
          "chance": round(1 / len(pairs), 6), "features": "pixels",
          "reference_dir": str(reference_dir), "generated_dir": str(generated_dir)}


def read_gray(paths: list[pathlib.Path], like: np.ndarray | None = None) -> np.ndarray:
  """Reads images of one size as gray.

  Args:
    paths: N files.
    like: an image whose size they must have; None: that of the first.

  Returns:
    uint8 [N, H, W].

  Raises:
    UserError: a file is no image, or of another size.
  """
  images = []
  for path in cli.progress(paths, desc="Reading", unit="image"):
    image = image_files.read_image(path, "L")
    expected = (images[0] if like is None and images else image if like is None else like).shape
    if image.shape != expected:
      raise UserError(f"{path} is {image.shape[1]} x {image.shape[0]} pixels, but the images "
                      f"before it are {expected[1]} x {expected[0]}; pixels are compared, "
                      "so give images of one size.")
    images.append(image)
  return np.stack(images)


def pixel_distances(probes: np.ndarray, gallery: np.ndarray) -> np.ndarray:
  """Mean squared difference of pixels, exact but for the last division.

  Args:
    probes: uint8 [P, H, W].
    gallery: uint8 [G, H, W].

  Returns:
    float64 [P, G], in units of gray levels squared.
  """
  probes, gallery = (images.reshape(len(images), -1) for images in (probes, gallery))
  result = np.empty([len(probes), len(gallery)])
  for row in range(0, len(probes), _BLOCK):
    a = probes[row:row + _BLOCK].astype(np.float64)
    for column in range(0, len(gallery), _BLOCK):
      b = gallery[column:column + _BLOCK].astype(np.float64)
      # Integers far below 2^53: |a|^2 + |b|^2 - 2ab has no rounding, so equal images tie exactly.
      result[row:row + _BLOCK, column:column + _BLOCK] = (
          np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2 * (a @ b.T))
  return result / probes.shape[1]
