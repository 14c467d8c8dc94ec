"""Weights that a model is given and never trains: once in its folder, not in every checkpoint.

Such a model has them in `frozen`, a tf.Module or layer that it does not track.
"""

import os
import pathlib

import tensorflow as tf

from data_tools.errors import UserError
from models import checkpoint_files

FILE = "frozen"


def write(model: tf.keras.Model, directory: str | os.PathLike) -> None:
  """Writes `frozen.index` and its data beside what else the folder holds; nothing without any."""
  if hasattr(model, "frozen"):
    tf.train.Checkpoint(frozen=model.frozen).write(str(pathlib.Path(directory) / FILE))


def restore(model: tf.keras.Model, directory: str | os.PathLike) -> None:
  """Reads what `write` wrote.

  Raises:
    UserError: it is missing or damaged.
  """
  if not hasattr(model, "frozen"):
    return
  path = pathlib.Path(directory) / FILE
  try:
    status = tf.train.Checkpoint(frozen=model.frozen).read(str(path))
    status.assert_existing_objects_matched()
  except (AssertionError, ValueError, *checkpoint_files.UNREADABLE) as error:
    raise UserError(f"{path}.index and its data, the weights that the model was given and did not "
                    f"train, can't be read ({str(error).strip().splitlines()[0]}); copy them from "
                    "where the model comes from, or make the folder again.") from error
