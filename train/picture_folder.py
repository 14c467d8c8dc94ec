"""The folder of a run's pictures."""

import os
import pathlib

import numpy as np
from PIL import Image

from data_tools import files
from data_tools.errors import UserError
from train import cluster

FOLDER = "pictures"


class PictureFolder:
  """LOG_ROOT/pictures, made when the first picture is written; the pictures of workers other than
  the chief are thrown away.

  Args:
    log_root: the folder of the run's reports.
  """

  def __init__(self, log_root: str | os.PathLike):
    self._folder = cluster.own_folder(pathlib.Path(log_root) / FOLDER)

  def path(self, name: str) -> pathlib.Path:
    """Where a file of that name goes.

    Raises:
      UserError: the folder can't be made.
    """
    try:
      self._folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
      raise UserError(f"The folder {self._folder} can't be made ({error.strerror}); give another "
                      "--log_root.") from error
    return self._folder / name

  def save(self, name: str, pixels: np.ndarray) -> None:
    """Writes pixels uint8 [H, W, 3] as PNG, whole or not at all.

    Raises:
      UserError: it can't be written.
    """
    with files.atomic_path(self.path(name)) as scratch:
      Image.fromarray(pixels).save(scratch, format="PNG")
