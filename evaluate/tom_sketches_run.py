"""Sketch sets of a folder of photos, each by another checkpoint of TOM."""

import dataclasses
import pathlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.image_files import list_images
from data_tools.sketch_sets import paired_folders
from data_tools.unpaired.store import square
from evaluate import result_folder
from evaluate.encoding import filled_up
from models import saving
from models.tom.config import SIZE_MULTIPLE
from models.tom.model import THRESHOLD, Tom
from pretrained import pretrained_registry

FORMATS = {"png": "PNG", "jpg": "JPEG"}
SET = "sketch_{number}"
_MODEL = "tom"


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/tom.py; see its flags. A threshold of None leaves the greys."""

  model: str
  input_dir: str
  output_dir: str
  checkpoints: Sequence[str] = ()
  format: str = "png"
  threshold: float | None = THRESHOLD
  im_size: int | None = None
  batch_size: int = 8


def run(options: Options) -> dict[str, Any]:
  """Makes every set and returns the report.

  Raises:
    UserError: anything the user can mend: model, checkpoints, photos, folders. All photos are
      looked at, and all checkpoints found, before the first set is made; a set is whole or not
      there.
  """
  photos = list_images(options.input_dir)
  paired_folders.refuse_twins(photos)
  folder = _model_folder(options.model)
  checkpoints = _checkpoints(folder, options.checkpoints)
  sets = _free_folders(pathlib.Path(options.output_dir), len(checkpoints))
  model, _ = saving.load_model(folder)
  size = _size(options.im_size, model)
  for path in cli.progress(photos, desc="Looking at the photos", unit="photo"):
    square(path, size)
  draw = Sketcher(model, size, options.batch_size, options.threshold)
  begin, made = time.perf_counter(), []
  for checkpoint, target in zip(checkpoints, sets):
    if checkpoint is not None:
      saving.restore_weights(model, str(checkpoint))
    ink = _make_set(draw, photos, target, options.format)
    made.append({"folder": str(target), "step": int(model.step.numpy()), "ink": round(ink, 6)})
  seconds = time.perf_counter() - begin
  count = len(photos) * len(sets)
  return {"model": str(options.model), "count": len(photos), "size": size,
          "threshold": options.threshold, "format": options.format, "sets": made,
          "seconds": round(seconds, 3), "sketches_per_second": round(count / seconds, 2)}


class Sketcher:
  """Photos to sketches in one graph of one batch size, by the weights as they are at the call.

  Args:
    model: any step of its training.
    size: S, of photos and sketches.
    batch_size: photos at a time; the last batch is filled up.
    threshold: greys above it become paper, the others ink; None leaves them.

  Attributes:
    size, batch_size: see above.
  """

  def __init__(self, model: Tom, size: int, batch_size: int, threshold: float | None):
    self.size, self.batch_size, self._threshold = size, batch_size, threshold
    spec = tf.TensorSpec([batch_size, size, size, 3], tf.uint8)
    self._run = tf.function(model.photo_to_sketch, [spec], autograph=False)

  def __call__(self, photos: np.ndarray) -> np.ndarray:
    """Up to `batch_size` photos uint8 [N, S, S, 3] -> sketches uint8 [N, S, S], paper 255.

    Raises:
      UserError: the model makes NaN.
    """
    rows = filled_up(np.arange(len(photos)), self.batch_size)
    greys = self._run(tf.constant(photos[rows])).numpy()[:len(photos), ..., 0]
    if np.isnan(greys).any():
      raise UserError("The model makes NaN instead of sketches: its training had failed; use an "
                      "earlier checkpoint.")
    if self._threshold is not None:
      greys = greys > np.float32(self._threshold)
    return np.rint(greys * np.float32(255)).astype(np.uint8)


def _model_folder(name_or_dir: str) -> pathlib.Path:
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind != _MODEL:
    raise UserError(f"{name_or_dir} is a model of the kind {kind}, but these sketches are made by "
                    f"{_MODEL}; give one that train/tom.py made.")
  return folder


def _checkpoints(folder: pathlib.Path, steps: Sequence[str]) -> list[pathlib.Path | None]:
  """The paths of the kept checkpoints of these steps; [None], the newest, if none are given."""
  if not steps:
    return [None]
  kept = {str(step): pathlib.Path(path) for step, path in saving.kept_checkpoints(folder).items()}
  missing = [step for step in steps if step.strip() not in kept]
  if missing:
    there = ", ".join(kept) or "none, as it is no run folder"
    raise UserError(f"{folder} has no checkpoint of step {', '.join(missing)}; it has: {there}.")
  return [kept[step.strip()] for step in steps]


def _free_folders(output: pathlib.Path, count: int) -> list[pathlib.Path]:
  """The folders of the sets, which nothing is in yet; the output folder is made, to learn early
  whether it can be.
  """
  sets = [result_folder.check_free(output / SET.format(number=number))
          for number in range(1, count + 1)]
  result_folder.check_folder(output)
  return sets


def _size(given: int | None, model: Tom) -> int:
  size = model.config.im_size if given is None else given
  if size % SIZE_MULTIPLE:
    raise UserError(f"--im_size is {size}, but it must be a multiple of {SIZE_MULTIPLE}, because "
                    "VGG-16 halves a picture five times.")
  return size


def _make_set(draw: Sketcher, photos: Sequence[pathlib.Path], target: pathlib.Path, form: str
              ) -> float:
  """Writes one set; the share of its pixels that are darker than half."""
  dark = 0
  with files.whole_folder(target) as folder, cli.progress(
      total=len(photos), desc=f"Drawing {target.name}", unit="sketch") as bar:
    for start in range(0, len(photos), draw.batch_size):
      paths = photos[start:start + draw.batch_size]
      sketches = draw(np.stack([square(path, draw.size) for path in paths]))
      for path, sketch in zip(paths, sketches):
        Image.fromarray(sketch).save(folder / f"{path.stem}.{form}", format=FORMATS[form])
      dark += int(np.sum(sketches < 128))
      bar.update(len(paths))
  return dark / (len(photos) * draw.size ** 2)
