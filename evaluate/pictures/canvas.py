"""A white page for sketches, pictures, text and marks, drawn several times larger to be smooth."""

import functools
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from data_tools import files

INK, GREY, PALE, PAPER = "#1a1a1a", "#6e6e6e", "#d9d9d9", "#ffffff"
_TINT = "#f1f1f1"  # behind drawings that were given, as against drawn by the model
_FINER = 3  # pixels drawn for one that is saved, along each axis

Box = tuple[float, float, float, float]  # left, top, right, bottom


class Canvas:
  """A page; every length is in pixels of the saved picture, from the upper left corner.

  Args:
    width: of the page.
    height: of the page.
  """

  def __init__(self, width: float, height: float):
    self.width, self.height = int(np.ceil(width)), int(np.ceil(height))
    self._image = Image.new("RGB", (self.width * _FINER, self.height * _FINER), PAPER)
    self._draw = ImageDraw.Draw(self._image)

  def sketch(self, strokes3: np.ndarray, box: Box, colour: str = INK, line: float = 1.5,
             margin: float = 6.0) -> None:
    """Draws a sketch as large as fits into the box, centred, its proportions kept.

    Args:
      strokes3: [n, 3] = (dx, dy, pen lifted), any scale.
      box: where to.
      colour: of the lines.
      line: width of the lines.
      margin: free room at each side of the box.
    """
    for points in fitted_lines(strokes3, box, margin):
      self.line(points, colour, line)

  def picture(self, image: np.ndarray, left: float, top: float) -> None:
    """Shows a picture uint8 [H, W, 3], pixel for pixel; the corner is rounded to whole pixels."""
    enlarged = image.repeat(_FINER, axis=0).repeat(_FINER, axis=1)
    self._image.paste(Image.fromarray(enlarged), (round(left) * _FINER, round(top) * _FINER))

  def line(self, points: np.ndarray, colour: str = INK, width: float = 1.0) -> None:
    """A line through points [n, 2] with round ends and corners; equal points make a dot."""
    scaled = np.asarray(points, np.float64) * _FINER
    thick = max(1, round(width * _FINER))
    flat = [tuple(point) for point in scaled.tolist()]
    if len(flat) > 1:
      self._draw.line(flat, fill=colour, width=thick, joint="curve")
    radius = thick / 2
    for x, y in (flat[0], flat[-1]):
      self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

  def disc(self, x: float, y: float, radius: float, colour: str, edge: str | None = PAPER) -> None:
    """A filled circle with a thin edge."""
    x, y, radius = x * _FINER, y * _FINER, radius * _FINER
    self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=edge,
                       width=_FINER // 2)

  def frame(self, box: Box, colour: str = PALE, width: float = 1.0) -> None:
    """The outline of a box."""
    self._draw.rectangle([value * _FINER for value in box], outline=colour,
                         width=round(width * _FINER))

  def tint(self, box: Box, colour: str = _TINT) -> None:
    """Fills a box."""
    self._draw.rectangle([value * _FINER for value in box], fill=colour)

  def text(self, x: float, y: float, words: str, size: float = 13, colour: str = INK,
           anchor: str = "la") -> None:
    """Writes one line; `anchor` as Pillow's: l, m, r for x and a, m, s (baseline) for y."""
    self._draw.text((x * _FINER, y * _FINER), words, fill=colour, font=_font(size), anchor=anchor)

  def upward_text(self, x: float, y: float, words: str, size: float = 13,
                  colour: str = INK) -> None:
    """Writes one line from bottom to top, its middle at (x, y)."""
    font = _font(size)
    left, top, right, bottom = font.getbbox(words)
    mask = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), words, fill=255, font=font)
    mask = mask.transpose(Image.Transpose.ROTATE_90)
    place = (round(x * _FINER - mask.width / 2), round(y * _FINER - mask.height / 2))
    self._image.paste(colour, place, mask)

  def pixels(self) -> np.ndarray:
    """The page as it would be saved: uint8 [height, width, 3]."""
    return np.asarray(self._image.reduce(_FINER))

  def save(self, path: str | os.PathLike) -> None:
    """Writes the page as PNG, whole or not at all."""
    page = Image.fromarray(self.pixels())
    with files.atomic_path(path) as scratch:
      page.save(scratch, format="PNG", optimize=True)


def text_width(words: str, size: float = 13) -> float:
  """How wide `Canvas.text` writes it."""
  return _font(size).getlength(words) / _FINER


def fitted_lines(strokes3: np.ndarray, box: Box, margin: float) -> list[np.ndarray]:
  """The pen-down runs of a sketch, fitted into a box: arrays [n, 2] of at least two points.

  Like the rasteriser, a stroke starts at the first point after a lift (or the sketch's first
  point), and a stroke of a single point leaves no ink.
  """
  strokes3 = np.asarray(strokes3, np.float64)
  if not len(strokes3):
    return []
  path = np.cumsum(strokes3[:, :2], axis=0)
  ends = np.flatnonzero(strokes3[:, 2] == 1) + 1
  runs = [run for run in np.split(path, ends) if len(run) > 1]
  if not runs:
    return []
  inked = np.concatenate(runs)
  low, extent = inked.min(axis=0), np.ptp(inked, axis=0)
  left, top, right, bottom = box
  room = np.array([right - left, bottom - top]) - 2 * margin
  scale = np.min(room / np.maximum(extent, 1e-5))
  start = np.array([left, top]) + margin + (room - extent * scale) / 2
  return [(run - low) * scale + start for run in runs]


@functools.cache
def _font(size: float) -> ImageFont.ImageFont:
  return ImageFont.load_default(size * _FINER)
