"""What TOM makes of some photos, as a sheet of every kept checkpoint.

    LOG_ROOT/pictures/step_000700.png   photo, what G makes, grey sketch, sketch
"""

import os
import pathlib
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from data_tools.unpaired.store import square
from evaluate.pictures import face_sheet
from models.tom import model as tom_model
from models.tom.model import Tom
from train.picture_folder import PictureFolder

_SHOWN = 8
_HEADINGS = ("photo", "made", "grey", "sketch")


class TomPictures:
  """Sheets of some photos, the same ones each time and without augmentation.

  G is in evaluation mode, as the original's previews are.

  Args:
    model: whose weights are read at each call.
    photos: to choose from, evenly over their order.
    log_root: the folder of the run's reports.

  Raises:
    UserError: a photo can't be read.
  """

  def __init__(self, model: Tom, photos: Sequence[pathlib.Path], log_root: str | os.PathLike):
    rows = np.linspace(0, len(photos) - 1, min(_SHOWN, len(photos))).astype(int)
    self._names = [photos[row].stem for row in rows]
    self._photos = np.stack([square(photos[row], model.config.im_size) for row in rows])
    self._run = tf.function(model.call, [tf.TensorSpec(self._photos.shape, tf.uint8)],
                            autograph=False)
    self._folder = PictureFolder(log_root)

  def __call__(self, step: int) -> dict[str, np.ndarray]:
    """Writes the sheet; returns it as {"sketches": uint8 [1, H, W, 3]}.

    Raises:
      UserError: it can't be written.
    """
    made = self._run(tf.constant(self._photos))
    grey = tom_model.greys(made)
    columns = (self._photos, _pixels((made + 1.0) / 2.0), _pixels(grey),
               _pixels(tom_model.thresholded(grey)))
    page = face_sheet.draw_face_sheet(
        f"Sketches of photos after {step} steps", _HEADINGS,
        [face_sheet.Row(name, pictures) for name, pictures in zip(self._names, zip(*columns))])
    page.save(self._folder.path(f"step_{step:06d}.png"))
    return {"sketches": page.pixels()[None]}


def _pixels(values: tf.Tensor) -> np.ndarray:
  """[0, 1] -> uint8, rounded half to even."""
  return np.rint(np.asarray(values) * np.float32(255)).astype(np.uint8)
