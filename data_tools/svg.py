"""A drawing as an SVG picture, drawn as RPCL-pix2seq's sampler (CMACH508) draws it.

One path: the absolute start, then relative moves and lines, so that a renderer with cairo's
rounding gives pixel for pixel what `data_tools.raster` gives for the same drawing.
"""

import io
import os

import numpy as np
import svgwrite

from data_tools import files
from data_tools.errors import UserError

# The original's colours by position of the category. It wants black for retrieval, whose images
# are read from the red channel, in which red and orange are as bright as paper.
COLOURS = ("black", "red", "blue", "green", "orange", "cyan", "tomato", "magenta", "purple",
           "brown")
MARGIN = 1.5  # free pixels at each edge
_LEAST_EXTENT = 10e-6  # drawing units; the original's floor under the scale


def category_colour(category: int) -> str:
  """The original's colour of the category at a position, starting over after ten."""
  return COLOURS[category % len(COLOURS)]


def draw_svg(strokes3: np.ndarray, size: int = 48, colour: str = "black",
             margin: float = MARGIN) -> svgwrite.Drawing:
  """Draws on a white square, the drawing's longer side filling it but for the margin.

  Args:
    strokes3: [n, 3] = (dx, dy, pen lifted after this point), any scale.
    size: width and height in pixels.
    colour: any SVG colour.
    margin: free pixels at each edge.

  Raises:
    UserError: the drawing holds NaN or infinity.
  """
  canvas = svgwrite.Drawing(size=(size, size), debug=False)
  canvas.add(canvas.rect(insert=(0, 0), size=(size, size), fill="white"))
  path = canvas.path(d=_path(np.asarray(strokes3, np.float64), size, margin))
  canvas.add(path.stroke(colour, 1).fill("none"))
  return canvas


def save_svg(path: str | os.PathLike, strokes3: np.ndarray, size: int = 48,
             colour: str = "black") -> None:
  """Writes `draw_svg` to a file, whole or not at all.

  Raises:
    UserError: the drawing holds NaN or infinity, or the file can't be written.
  """
  text = io.StringIO()
  draw_svg(strokes3, size, colour).write(text)
  with files.atomic_path(path) as scratch:
    scratch.write_text(text.getvalue(), encoding="utf-8")


def _path(strokes3: np.ndarray, size: int, margin: float) -> str:
  """The path's text: M start, m where the pen comes lifted, l (left out if repeated) else."""
  if not np.isfinite(strokes3).all():
    raise UserError("A drawing to be saved as SVG holds NaN or infinity; expected finite "
                    "(dx, dy, pen lifted), so check the model or file it comes from.")
  # The origin counts as a point of the drawing, though nothing is drawn there.
  points = np.concatenate([np.zeros((1, 2)), np.cumsum(strokes3[:, :2], axis=0)])
  low, extent = points.min(axis=0), np.ptp(points, axis=0)
  scale = (size - 2 * margin) / max(extent.max(), _LEAST_EXTENT)
  x, y = ((0 - low + (extent.max() - extent) / 2) * scale + margin).tolist()
  parts, command = [f"M{x},{y} "], "m"
  for (dx, dy), lifted in zip((strokes3[:, :2] * scale).tolist(), strokes3[:, 2] == 1):
    parts.append(f"{command}{dx},{dy} ")
    command = "m" if lifted else "" if command in ("l", "") else "l"
  return "".join(parts)
