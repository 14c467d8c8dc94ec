"""How every run on a trained model begins: its settings, its model and the drawings to judge by."""

import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchDataset, SketchSplit
from evaluate import model_loading
from evaluate.sketching import Sketching
from models import saving
from pretrained import pretrained_registry

_MODEL = "rpcl_pix2seq"


@dataclasses.dataclass(frozen=True)
class RunOptions:
  """What the command lines of such runs have in common; see their flags."""

  model: str
  output_dir: str
  data_dir: str | None = None
  split: str = "test"
  seed: int = 0
  how: Sketching = Sketching()

  def __post_init__(self):
    if self.seed < 0:
      raise UserError(f"The seed is {self.seed}, but a seed may not be below 0.")


@dataclasses.dataclass(frozen=True)
class Subject:
  """A trained model, and the drawings that it is judged on.

  Attributes:
    model: of Keras.
    content: of its config.json.
    dataset: all drawings of its categories; None where none were asked for.
    split: those to judge by; likewise.
  """

  model: tf.keras.Model
  content: dict[str, Any]
  dataset: SketchDataset | None = None
  split: SketchSplit | None = None


def load(model: str, data_dir: str | None, split: str | None, jit_compile: bool = False
         ) -> Subject:
  """Builds the model and reads the drawings.

  Args:
    model: what `--model` gives.
    data_dir: None for the built-in drawings.
    split: None for no drawings at all.
    jit_compile: draw sketches with XLA.

  Raises:
    UserError: it is another kind of model; or see `model_loading`.
  """
  kind = saving.read_config(pretrained_registry.resolve(model))["model"]
  if kind != _MODEL:
    raise UserError(f"{model} is a model of the kind {kind}, but sketches are drawn by {_MODEL}; "
                    "give one that train/rpcl_pix2seq.py made.")
  built, content = model_loading.load(model, jit_compile)
  if split is None:
    return Subject(built, content)
  return Subject(built, content, *model_loading.load_drawings(content, data_dir, split))


def model_fingerprint(model: tf.keras.Model) -> str:
  """Sha256 of the values of all variables: equal for equal models, wherever they were read from."""
  # Checkpoints name variables by attribute, so the order in which a class makes them is stable.
  return _sha256(variable.numpy() for variable in model.variables)


def drawings_fingerprint(split: SketchSplit) -> str:
  """Sha256 of the offsets, the images and the labels of drawings, in their order."""
  return _sha256([split.lengths, split.images, split.labels, *split.strokes])


def _sha256(arrays: Iterable[np.ndarray]) -> str:
  digest = hashlib.sha256()
  for array in arrays:
    array = np.asarray(array)
    digest.update(f"{array.dtype.str} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
  return digest.hexdigest()
