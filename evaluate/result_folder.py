"""The folder that a command puts its pictures into."""

import os
import pathlib
from collections.abc import Iterable

import numpy as np
from PIL import Image

from data_tools import files
from data_tools.errors import UserError
from data_tools.faces import result_files


def check_folder(folder: str | os.PathLike) -> pathlib.Path:
  """Makes the folder of the results, to learn early whether it can be made.

  Raises:
    UserError: it can't be made or written to.
  """
  folder = pathlib.Path(folder)
  try:
    folder.mkdir(parents=True, exist_ok=True)
  except OSError as error:
    raise UserError(f"The folder {folder} can't be made ({error.strerror}); give one that you may "
                    "write to.") from error
  if not os.access(folder, os.W_OK | os.X_OK):
    raise UserError(f"The folder {folder} may not be written to; give another --output_dir.")
  return folder


def refuse_inputs(folder: str | os.PathLike, read: Iterable[pathlib.Path]) -> None:
  """Raises UserError if any of the pictures that are read lies in the folder of the results."""
  if os.path.realpath(folder) in {os.path.realpath(path.parent) for path in read}:
    raise UserError(f"{folder} holds pictures that are read, and results could replace them; give "
                    "another --output_dir.")


def check_free(folder: str | os.PathLike) -> pathlib.Path:
  """Raises UserError if there is anything where a folder is to be made as a whole."""
  folder = pathlib.Path(folder)
  if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
    raise UserError(f"{folder} is there already; give another --output_dir, or move it away.")
  return folder


def save(path: pathlib.Path, image: np.ndarray) -> None:
  """Writes a picture uint8 [H, W, C] whole or not at all, as PNG or as the original's JPEG.

  Raises:
    UserError: the file can't be written.
  """
  image = image[..., 0] if image.shape[-1] == 1 else image
  if path.suffix == ".jpg":
    result_files.save_jpeg(path, image)
    return
  with files.atomic_path(path) as scratch:
    Image.fromarray(image).save(scratch, format="PNG")
