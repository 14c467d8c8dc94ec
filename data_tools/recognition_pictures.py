"""What a sketch recogniser looks at: pictures of strokes, or of pictures without strokes.

Strokes are drawn as RPCL-pix2seq's 48-pixel pictures are, in proportion: the same free margin and,
with the line width of the same proportion, the same lines.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from PIL import Image

from data_tools import flat_drawings, line_width, raster, stroke_channels
from data_tools.flat_drawings import FlatDrawings

_SMALL = 48  # the width that margin and line width are in proportion to
_MARGIN = 1.5
PROPORTIONAL_LINE = 225 / _SMALL  # of 225 pixels, what 1 pixel is of 48
_AT_A_TIME = 64  # drawings widened at a time


def margin(width: int) -> float:
  """Free pixels at each edge of a picture of this width."""
  return _MARGIN * width / _SMALL


def thin_pictures(flat: FlatDrawings, width: int, channels: int) -> np.ndarray:
  """Draws each drawing once for each channel, lines 1 pixel wide, all at the same place.

  Args:
    flat: B drawings.
    width: W, pixels.
    channels: C, 1 or 6.

  Returns:
    uint8 [B, W, W, C], 255 paper, 0 ink.
  """
  return stacked([flat_drawings.to_stroke3(flat, visible)
                  for visible in stroke_channels.visible_strokes(flat, channels)], width)


def stacked(drawings: Sequence[Sequence[np.ndarray]], width: int) -> np.ndarray:
  """Draws C lists of B drawings [n, 3], one list a channel: uint8 [B, W, W, C]."""
  images = raster.rasterize([one for channel in drawings for one in channel], width=width,
                            margin=margin(width))
  images = images.reshape(len(drawings), -1, width, width)  # [C, B, W, W]
  return np.ascontiguousarray(np.moveaxis(images, 0, -1))


def pictures_of_strokes(drawings: Sequence[np.ndarray], width: int, channels: int,
                        line: float) -> np.ndarray:
  """Draws drawings as training sees them when nothing is augmented.

  Args:
    drawings: B arrays [n, 3] = (dx, dy, pen lifted), any scale.
    width: W, pixels.
    channels: C, 1 or 6.
    line: width of the lines, pixels.

  Returns:
    uint8 [B, W, W, C], 255 paper, 0 ink.
  """
  result = np.empty([len(drawings), width, width, channels], np.uint8)
  for start in range(0, len(drawings), _AT_A_TIME):
    flat = flat_drawings.flatten(drawings[start:start + _AT_A_TIME])
    thin = thin_pictures(flat, width, channels)
    result[start:start + _AT_A_TIME] = line_width.widen(tf.constant(thin), line)
  return result


def pictures_of_pictures(images: np.ndarray, width: int) -> np.ndarray:
  """Resizes pictures, antialiased (bicubic), to what a recogniser without channels reads.

  Args:
    images: uint8 [B, w, w], 255 paper, 0 ink.
    width: W, pixels.

  Returns:
    uint8 [B, W, W, 1].
  """
  resized = [np.asarray(Image.fromarray(image).resize((width, width), Image.Resampling.BICUBIC))
             for image in images]
  return np.stack(resized)[..., None] if resized else np.empty([0, width, width, 1], np.uint8)
