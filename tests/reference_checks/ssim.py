"""ssim.npz: SSIM of the picture pairs of fsim.npz, which lies beside it."""

import pathlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from evaluate.metrics.ssim import ssim, ssim_map
from tests.reference_checks.finding import Finding
from tests.reference_checks.fsim import absolute, pictures

TOLERANCE = 1e-6


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every pair in gray, the colour pairs over their channels, and the map of pair 1."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  with np.load(path.with_name("fsim.npz"), allow_pickle=False) as file:
    images = dict(file)
  for pair, label in enumerate(arrays["in/labels"]):
    true, other = pictures(images, pair)
    yield Finding(f"{label}: gray", absolute(ssim(_gray(true), _gray(other)),
                                             arrays["out/ssim_gray"][pair]), TOLERANCE)
    if true.ndim == 3:
      yield Finding(f"{label}: colour",
                    absolute(ssim(true, other), arrays["out/ssim_colour_mean"][pair]), TOLERANCE)
  inner = arrays["out/ssim_map_pair01"][5:-5, 5:-5]  # the rest saw a padded image
  yield Finding("map of pair 1", absolute(ssim_map(*pictures(images, 1)), inner), TOLERANCE)


def _gray(image: np.ndarray) -> np.ndarray:
  return np.asarray(Image.fromarray(image).convert("L"))
