"""The exact fallback without a system library: one small SVG per drawing, drawn by pyvips.

The pyvips-binary wheel holds librsvg and a cairo of its own, which gives the same pixels when it
is fed absolute positions on cairo's grid. Several drawings in one SVG would be faster and inexact.
"""

import functools
import os
from types import ModuleType

import numpy as np

from data_tools.raster.geometry import Paths


@functools.cache
def load_library() -> ModuleType | None:
  """The module pyvips, set up for many tiny pictures, or None."""
  os.environ.setdefault("VIPS_CONCURRENCY", "1")  # read at import; threads cost more than they give
  try:
    import pyvips  # pylint: disable=import-outside-toplevel
  except (ImportError, OSError):  # OSError: the module is there, its library is not
    return None
  pyvips.cache_set_max(0)
  return pyvips


def is_available() -> bool:
  """Whether pyvips can be imported with its library."""
  return load_library() is not None


def draw(paths: Paths, out: np.ndarray) -> None:
  """Draws one picture per path: 1 pixel wide, miter joins, butt caps, antialiased.

  Args:
    paths: N paths.
    out: uint8 [N, W, W], overwritten: 255 paper, 0 ink.
  """
  pyvips = load_library()
  width = out.shape[1]
  positions, is_line = paths.positions.tolist(), paths.is_line.tolist()
  for index in range(len(out)):
    part = slice(paths.ends[index], paths.ends[index + 1])
    svg = _svg(positions[part], is_line[part], width)
    image = pyvips.Image.svgload_buffer(svg.encode("ascii"))
    gray = image.extract_band(0).write_to_memory()
    out[index] = np.frombuffer(gray, dtype=np.uint8).reshape(width, width)


def _svg(positions: list[list[float]], is_line: list[bool], width: int) -> str:
  commands = " ".join(f"{'L' if line else 'M'}{x!r},{y!r}"  # repr of k/256 is exact
                      for (x, y), line in zip(positions, is_line))
  return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" '
          f'viewBox="0 0 {width} {width}">'
          f'<rect width="{width}" height="{width}" fill="white"/>'
          f'<path d="{commands}" fill="none" stroke="black" stroke-width="1"/></svg>')
