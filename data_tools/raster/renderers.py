"""Choosing a renderer, and drawing any number of drawings with it in chunks."""

from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np

from data_tools.errors import UserError
from data_tools.raster import cairo, pyvips_svg
from data_tools.raster.geometry import fit_to_canvas

RENDERERS = ("auto", "cairo", "pyvips")
MARGIN = 1.5  # pixels, the original's, whatever the width
_MODULES: dict[str, ModuleType] = {"cairo": cairo, "pyvips": pyvips_svg}
_CHUNK = 2048  # drawings whose geometry is held at a time
_WIDEST = 8192  # pixels


def choose_renderer(renderer: str = "auto") -> str:
  """The renderer to use: "cairo" or "pyvips"; both draw the same pixels.

  Args:
    renderer: "cairo" (10 times faster; needs the system's libcairo), "pyvips" (needs the wheels
      pyvips and pyvips-binary only), or "auto": cairo if it is there, else pyvips.

  Raises:
    UserError: it is unknown, or not installed.
  """
  if renderer not in RENDERERS:
    raise UserError(f"There is no renderer {renderer!r}; choose from {', '.join(RENDERERS)}.")
  wanted = [name for name in _MODULES if renderer in ("auto", name)]
  for name in wanted:
    if _MODULES[name].is_available():
      return name
  missing = "no renderer is" if renderer == "auto" else f"the renderer {renderer!r} is not"
  raise UserError(f"Drawings can't be turned into pictures, because {missing} installed: install "
                  "cairo (Debian: apt-get install libcairo2; macOS: brew install cairo) or run "
                  "pip install pyvips pyvips-binary.")


def rasterize(drawings: Sequence[np.ndarray], width: int = 48, renderer: str = "auto",
              margin: float = MARGIN,
              progress: Callable[[int], object] | None = None) -> np.ndarray:
  """Draws each drawing in black on a white square of its own.

  Pixel for pixel RPCL-pix2seq's seq2png (svgwrite, cairosvg, Pillow "L"). Points without a line
  (empty drawings, one-point strokes, two equal points) leave no ink, as there.

  Args:
    drawings: N arrays [n, 3] = (dx, dy, pen lifted after this point), integers or floats of any
      scale.
    width: of each picture, pixels.
    renderer: one of RENDERERS.
    margin: free pixels at each edge.
    progress: called with the number of drawings just done, every so often.

  Returns:
    uint8 [N, width, width], 0 = ink, 255 = paper.

  Raises:
    UserError: the width or margin can't be, a drawing is no array [n, 3] of finite numbers, no
      renderer is installed, or the pictures don't fit into memory.
  """
  _check_size(width, margin)
  module = _MODULES[choose_renderer(renderer)]
  arrays = [_checked(index, drawing) for index, drawing in enumerate(drawings)]
  images = allocate(len(arrays), width)
  for first in range(0, len(arrays), _CHUNK):
    chunk = arrays[first:first + _CHUNK]
    module.draw(fit_to_canvas(chunk, width, margin), images[first:first + len(chunk)])
    if progress:
      progress(len(chunk))
  return images


def allocate(count: int, width: int) -> np.ndarray:
  """Memory for pictures, uint8 [count, width, width]; a UserError if there is not enough."""
  try:
    return np.empty([count, width, width], dtype=np.uint8)
  except MemoryError as error:
    raise UserError(f"{count} pictures of {width} x {width} pixels don't fit into memory; "
                    "use a smaller width.") from error


def _check_size(width: int, margin: float) -> None:
  if not 0 < width <= _WIDEST:
    raise UserError(f"A picture can't be {width} pixels wide; give a width from 1 to {_WIDEST}, "
                    "such as 48.")
  if not 0 <= 2 * margin < width:
    raise UserError(f"A margin of {margin:g} pixels at each edge leaves no room in a picture "
                    f"{width} pixels wide; give a larger width.")


def _checked(index: int, drawing: np.ndarray) -> np.ndarray:
  array = np.asarray(drawing)
  if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind not in "iuf":
    raise UserError(f"Drawing {index} is {array.dtype} {list(array.shape)}; expected numbers of "
                    "shape [n, 3].")
  return array
