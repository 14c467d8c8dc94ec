"""What a face model makes at the end of an epoch, as sheets.

    LOG_ROOT/pictures/epoch_0007.png   both directions after that epoch
    LOG_ROOT/pictures/progress.png     sketches before training, after 1, 2, 4, 8 ... epochs and now
    LOG_ROOT/pictures/progress.npz     those sketches, so that a resumed run goes on with the sheet
"""

import os
import pathlib
import zipfile

import numpy as np
import tensorflow as tf

from data_tools import files
from evaluate.pictures import face_sheet
from evaluate.translating import Translator
from train.face_evaluation import FaceEvaluation
from train.picture_folder import PictureFolder

_SHOWN = 6
_HEADINGS = ("photo", "sketch made", "sketch", "photo made")


class FacePictures:
  """Sheets of some faces of an evaluation.

  Args:
    model: a face model.
    evaluation: which has been called since the model changed.
    log_root: the folder of the run's reports.
  """

  def __init__(self, model: tf.keras.Model, evaluation: FaceEvaluation,
               log_root: str | os.PathLike):
    self._evaluation = evaluation
    count = min(_SHOWN, len(evaluation.faces))
    # Different persons where there are several pictures of each.
    self._rows = np.linspace(0, len(evaluation.faces) - 1, count).astype(int)
    self._to_photo = Translator(model, "sketch_to_photo", count)
    self._folder = PictureFolder(log_root)

  def __call__(self, epoch: int) -> dict[str, np.ndarray]:
    """Writes the sheets; returns that of the epoch as {"faces": uint8 [1, H, W, 3]}.

    Raises:
      UserError: they can't be written.
    """
    faces, rows = self._evaluation.faces, self._rows
    sketches = self._evaluation.sketches[rows]
    self._save_progress(epoch, sketches)
    page = self._page(f"Faces that were not trained on, after {epoch} epochs", _HEADINGS,
                      (faces.photos[rows], sketches, faces.sketches[rows],
                       self._to_photo(faces.sketches[rows])))
    page.save(self._folder.path(f"epoch_{epoch:04d}.png"))
    return {"faces": page.pixels()[None]}

  def _page(self, title, headings, columns):
    names = [self._evaluation.faces.names[row] for row in self._rows]
    return face_sheet.draw_face_sheet(title, headings, [
        face_sheet.Row(name, pictures) for name, pictures in zip(names, zip(*columns))])

  def _save_progress(self, epoch, sketches):
    path = self._folder.path("progress.npz")
    # 0 and the powers of two stay; what is later than the present belongs to a run that was killed.
    kept = {one: made for one, made in _read(path).items() if one < epoch and one & (one - 1) == 0}
    kept[epoch] = sketches
    with files.atomic_path(path) as scratch, open(scratch, "wb") as file:
      np.savez_compressed(file, **{f"{one}": made for one, made in kept.items()})
    faces, rows = self._evaluation.faces, self._rows
    headings = ["photo", *(f"epoch {one}" for one in kept), "sketch"]
    self._page("Sketches made of photos that were not trained on", headings,
               (faces.photos[rows], *kept.values(), faces.sketches[rows])).save(
                   self._folder.path("progress.png"))


def _read(path: pathlib.Path) -> dict[int, np.ndarray]:
  """Epoch -> sketches uint8 [n, h, w, 1], from the earliest; empty if there is no such file."""
  try:
    with np.load(path, allow_pickle=False) as arrays:
      return dict(sorted((int(name), arrays[name]) for name in arrays.files))
  except (OSError, ValueError, zipfile.BadZipFile):
    return {}  # only the sheet is shorter
