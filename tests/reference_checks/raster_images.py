"""raster.npz: drawings as pictures, pixel for pixel."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from data_tools.errors import UserError
from data_tools.raster import cairo, pyvips_svg, rasterize
from tests.reference_checks.finding import Finding, different
from tests.reference_checks.ragged import ragged


def check(path: pathlib.Path) -> Iterator[Finding]:
  """The number of pixels that differ, for each set of drawings, width and renderer."""
  arrays = dict(np.load(path))
  for renderer, module in (("cairo", cairo), ("pyvips", pyvips_svg)):
    if module.is_available():
      for finding in _check(arrays, renderer):
        yield finding._replace(name=f"{renderer}: {finding.name}")


def _check(arrays, renderer):
  for key, expected in arrays.items():
    found = re.fullmatch(r"out/(?:(\w+)/)?png(\d+)(?:_first(\d+))?", key)
    if found and found[1] not in ("margins", "degenerate"):
      drawings = _drawings(arrays, found[1])[:int(found[3] or len(expected))]
      images = rasterize(drawings, int(found[2]), renderer)
      yield Finding(key.removeprefix("out/"), different(images, expected), 0)
  if "in/margins" in arrays:
    yield _check_margins(arrays, renderer)
  if "out/degenerate/png48" in arrays:
    yield _check_degenerate(arrays, renderer)


def _drawings(arrays, name):
  scope = f"in/{name}/" if name else "in/"
  return ragged(arrays, f"{scope}strokes", f"{scope}lengths")


def _check_margins(arrays, renderer):
  """Drawing 1 of kanji (set A) or of omniglot (set B): whichever fits."""
  def wrong(name):
    drawing = _drawings(arrays, name)[1:2]
    images = [rasterize(drawing, 48, renderer, margin=margin)[0] for margin in arrays["in/margins"]]
    return different(images, arrays["out/margins/png48"])
  return Finding("margins", min(wrong(name) for name in ("kanji", "omniglot")), 0)


def _check_degenerate(arrays, renderer):
  """Drawings that svgwrite refuses (NaN, infinity) must be refused here too."""
  wrong = 0
  for drawing, expected, error in zip(_drawings(arrays, "degenerate"),
                                      arrays["out/degenerate/png48"],
                                      arrays["out/degenerate/error"]):
    try:
      refused, image = False, rasterize([drawing], 48, renderer)[0]
    except UserError:
      refused, image = True, np.zeros_like(expected)
    wrong += (refused != bool(error)) or different(image, expected) > 0
  return Finding("degenerate drawings", wrong, 0)
