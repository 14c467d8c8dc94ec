"""Previews of the second stage, painted by the moving average of the generator's weights.

    LOG_ROOT/pictures/gan_000500.png      photos, sketches, the pictures, the auto-encoder's, and
                                          the same two in other photos' styles
    LOG_ROOT/pictures/matrix_000500.png   five sketches in the styles of five photos; of photos that
                                          are not trained on, if there are any
"""

import os

import numpy as np

from data_tools.sketch_sets import derangements, paired_batches, picture_steps
from evaluate.painting import Painter
from evaluate.painted_matrix import paint_matrix
from evaluate.pictures.image_matrix import draw_grid
from models.sketch2image.gan_model import SketchGan
from train.previews import Previews
from train.sketch2image_data import RunSets

_SHOWN = 8
_SIDE = 5  # of the matrix


class GanPictures(Previews):
  """Writes both sheets every save_image_interval steps.

  The grid shows the first photos of the epoch's first batch, with their sketches of the last set.
  The model is afterwards what it was.

  Args:
    model: compiled; its weights are read at each preview.
    sets: that it is trained on, and not.
    log_root: the run folder.

  Raises:
    UserError: a picture can't be read.
  """

  def __init__(self, model: SketchGan, sets: RunSets, log_root: str | os.PathLike):
    super().__init__(model, log_root)
    config = model.config
    self._batches = paired_batches.TrainBatches(sets.train, config.batch_size_gan, model.seed,
                                                config.im_size_gan, sketch_set=-1)
    self._paint = Painter(model, min(_SHOWN, config.batch_size_gan))
    self._matrix = self._chosen(sets.held_out or sets.train, config.im_size_gan)
    self._paint_styles = Painter(model, len(self._matrix[1]))

  def sheets(self, step):
    sketches, photos = self._matrix
    return {"gan": draw_grid(self._grid(step)),
            "matrix": paint_matrix(self._paint_styles, sketches, photos)}

  def _grid(self, step) -> list[np.ndarray]:
    config = self._model.config
    epoch = min(step // config.iteration_gan, config.epoch_gan - 1)
    photo, sketch = (one[:_SHOWN] for one in self._batches(epoch * config.iteration_gan))
    others = derangements.derangement(np.random.default_rng([self._model.seed, epoch]), len(photo))
    own, mixed = (self._paint(sketch, style, seed=step) for style in (photo, photo[others]))
    return [photo, sketch, own.refined, own.first, mixed.refined, mixed.first]

  @staticmethod
  def _chosen(pictures, size) -> tuple[np.ndarray, np.ndarray]:
    """Sketches of some photos, and other photos, evenly over their order."""
    count = min(_SIDE, len(pictures))
    rows = np.linspace(0, len(pictures) - 1, min(2 * count, len(pictures))).astype(int)
    photos, sketches = zip(*(picture_steps.framed((pictures.photo(row), pictures.sketch(-1, row)),
                                                  size, None) for row in rows))
    return np.stack(sketches)[-count:, ..., None], np.stack(photos)[:count]
