"""Every one of some sketches in the style of every one of some photos."""

import numpy as np

from evaluate.painting import Painter, crossed
from evaluate.pictures.image_matrix import draw_matrix


def paint_matrix(paint: Painter, sketches: np.ndarray, photos: np.ndarray, seed: int = 0
                 ) -> np.ndarray:
  """Paints R sketches in C styles, and draws the matrix.

  Args:
    paint: of a batch size of C: then a batch is one sketch in all styles, as in the original.
    sketches: uint8 [R, S, S, 1], S = im_size_gan.
    photos: uint8 [C, S, S, 3].
    seed: of the noise.

  Returns:
    uint8 [H, W, 3], see `draw_matrix`.

  Raises:
    UserError: the model makes NaN.
  """
  return draw_matrix(sketches, photos, *crossed(paint, sketches, photos, seed))
