"""The TensorFlow Lite files of `pretrained/export_tflite.py`, as an app would run them."""

import hashlib
import json
import os
import pathlib
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError

_DESCRIPTION = "model.json"
_FORMAT, _VERSION = "sketch_zoo tflite", 1
_STATE = "state"


class LiteModel:
  """Draws point by point: `encode` or a code of one's own, `start`, then `step` again and again.

  Args:
    folder: what the export wrote.

  Attributes:
    description: the content of model.json.
    width: W of the image; code_size: Z.

  Raises:
    UserError: the folder is no such export, or a file of it is missing or was changed.
  """

  def __init__(self, folder: str | os.PathLike):
    folder = pathlib.Path(folder)
    self.description = _read_description(folder)
    self._runners = {function: _runner(folder, function, file)
                     for function, file in self.description["files"].items()}
    inputs = lambda function: self.description["files"][function]["inputs"]
    self.width = inputs("encode")["image"]["shape"][1]
    self.code_size = inputs("start")["code"]["shape"][1]

  def encode(self, image: np.ndarray) -> np.ndarray:
    """The code of a sketch: float32 [1, W, W, 1] in [-1, 1], ink -1 -> float32 [1, Z]."""
    return self._runners["encode"](image=image)["mean"]

  def start(self, code: np.ndarray) -> np.ndarray:
    """The decoder's state before the first point: float32 [1, Z] -> [1, S]."""
    return self._runners["start"](code=code)[_STATE]

  def step(self, point: np.ndarray, code: np.ndarray, state: np.ndarray
           ) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """One step.

    Args:
      point: float32 [1, 5], the one before.
      code: float32 [1, Z].
      state: float32 [1, S].

    Returns:
      What the next point is drawn from, pen_logits [3], pi, mu_x, mu_y, sigma_x, sigma_y, rho [M],
      and the new state [1, S].
    """
    outputs = self._runners["step"](point=point, code=code, state=state)
    state = outputs.pop(_STATE)
    return {name: values[0] for name, values in outputs.items()}, state


def _read_description(folder) -> dict[str, Any]:
  path = folder / _DESCRIPTION
  try:
    found = json.loads(path.read_text(encoding="utf-8"))
    known = (found["format"], found["version"]) == (_FORMAT, _VERSION)
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a folder that "
                    "pretrained/export_tflite.py wrote.") from error
  except (ValueError, KeyError, TypeError) as error:
    raise UserError(f"{path} is no description of a TensorFlow Lite model ({error}); export it "
                    "again with pretrained/export_tflite.py.") from error
  if not known:
    raise UserError(f"{path} is of format {found['format']!r}, version {found['version']!r}, but "
                    f"this program reads {_FORMAT!r}, version {_VERSION}; export the model again.")
  return found


def _runner(folder, function, file):
  path = folder / file["name"]
  try:
    content = path.read_bytes()
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); export the model again.") from error
  if hashlib.sha256(content).hexdigest() != file["sha256"]:
    raise UserError(f"{path} is not the file that {_DESCRIPTION} beside it describes (its sha256 "
                    "differs); export the model again.")
  return tf.lite.Interpreter(model_content=content).get_signature_runner(function)
