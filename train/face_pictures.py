"""What a face model makes at the end of an epoch, as a sheet."""

import os
import pathlib

import numpy as np

from evaluate.pictures import face_sheet
from evaluate.translating import Translator
from train.face_evaluation import FaceEvaluation

_SHOWN = 6
_HEADINGS = ("photo", "sketch made", "sketch", "photo made")
FOLDER = "pictures"


class FacePictures:
  """Sheets of the first faces of an evaluation: LOG_ROOT/pictures/epoch_0007.png.

  Args:
    model: a face model.
    evaluation: which has been called since the model changed.
    log_root: the folder of the run's reports.
  """

  def __init__(self, model, evaluation: FaceEvaluation, log_root: str | os.PathLike):
    self._evaluation = evaluation
    count = min(_SHOWN, len(evaluation.faces))
    # Different persons where there are several pictures of each.
    self._rows = np.linspace(0, len(evaluation.faces) - 1, count).astype(int)
    self._to_photo = Translator(model, "sketch_to_photo", count)
    self._folder = pathlib.Path(log_root) / FOLDER

  def __call__(self, epoch: int) -> dict[str, np.ndarray]:
    """Writes the sheet of an epoch; returns it as {"faces": uint8 [1, H, W, 3]}."""
    faces, rows = self._evaluation.faces, self._rows
    columns = (faces.photos[rows], self._evaluation.sketches[rows], faces.sketches[rows],
               self._to_photo(faces.sketches[rows]))
    page = face_sheet.draw_face_sheet(
        f"Faces that were not trained on, after {epoch} epochs", _HEADINGS,
        [face_sheet.Row(faces.names[row], pictures) for row, pictures in zip(rows, zip(*columns))])
    self._folder.mkdir(parents=True, exist_ok=True)
    page.save(self._folder / f"epoch_{epoch:04d}.png")
    return {"faces": page.pixels()[None]}
