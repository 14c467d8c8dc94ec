"""A folder of pictures through a model that translates them: results as files, and a sheet.

Models of faces do it here, Sketch-to-Image in `painting_run`.
"""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.faces import face_dataset, geometry as geometry_module
from data_tools.image_files import read_image
from evaluate import face_models, painting_models, painting_run, result_folder, translate_plan
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.translate_plan import MODES, Options, Plan
from evaluate.translating import DIRECTIONS, AnySizeTranslator, Translator
from models import saving
from pretrained import pretrained_registry

Read = Callable[[pathlib.Path], np.ndarray]


def run(options: Options) -> dict[str, Any]:
  """Translates every picture, writes results and sheet, and returns the report.

  Raises:
    UserError: anything the user can mend: model, flags that its kind does not take, pictures,
      folders. Pictures are all looked at before the first result is written.
  """
  kind = saving.read_config(pretrained_registry.resolve(options.model))["model"]
  if kind in painting_models.STAGES:
    return painting_run.run(options)
  translate_plan.refuse_flags(options, kind, painting_run.FLAGS)
  return _translate_faces(options)


def _translate_faces(options: Options) -> dict[str, Any]:
  plan = translate_plan.make_plan(options)
  result_folder.check_folder(options.output_dir)
  model, content = face_models.load(options.model)
  given, _ = DIRECTIONS[options.direction]
  read = _reader(given, model.config.geometry, options.any_size)
  for path in cli.progress(plan.inputs, desc="Looking at the pictures", unit="picture"):
    read(path)
  truths = translate_plan.truths_shown(options, plan)
  begin = time.perf_counter()
  shown = _translate(model, options, plan, read)
  seconds = time.perf_counter() - begin
  if shown:
    _save_sheet(options, plan, content["model"], shown, truths)
  count = len(plan.inputs)
  return {"model": str(options.model), "kind": content["model"], "direction": options.direction,
          "count": count, "any_size": options.any_size, "format": options.format,
          "with_truth": sum(path.stem in plan.truths for path in plan.inputs),
          "output_dir": str(options.output_dir), "sheet": str(plan.sheet) if shown else None,
          "seconds": round(seconds, 3), "pictures_per_second": round(count / seconds, 2)}


def _reader(kind: str, geometry: geometry_module.Geometry, any_size: bool) -> Read:
  """What makes a picture of a file: uint8 [h, w, C]."""
  if any_size:
    return lambda path: np.atleast_3d(read_image(path, MODES[kind]))

  def read(path: pathlib.Path) -> np.ndarray:
    image = read_image(path, MODES[kind])
    try:
      face_dataset.refuse_wrong_ratio(path, image.shape[:2], geometry)
    except UserError as error:
      raise UserError(f"{str(error).removesuffix('.')}, or pass --any_size.") from error
    return geometry_module.resize(image, geometry.face).reshape(*geometry.face, -1)

  return read


def _translate(model: tf.keras.Model, options: Options, plan: Plan, read: Read
               ) -> list[tuple[np.ndarray, np.ndarray]]:
  """Writes all results; inputs and results of the sheet."""
  size = 1 if options.any_size else options.batch_size
  if options.any_size:
    one = AnySizeTranslator(model, options.direction)
    translate = lambda pictures: [one(picture) for picture in pictures]
  else:
    several = Translator(model, options.direction, size)
    translate = lambda pictures: several(np.stack(pictures))
  shown = []
  with cli.progress(total=len(plan.inputs), desc="Translating", unit="picture") as bar:
    for start in range(0, len(plan.inputs), size):
      pictures = [read(path) for path in plan.inputs[start:start + size]]
      made = translate(pictures)
      for path, image in zip(plan.results[start:start + size], made):
        result_folder.save(path, image)
      shown += list(zip(pictures, made))[:max(0, options.sheet_rows - start)]
      bar.update(len(pictures))
  return shown


def _save_sheet(options: Options, plan: Plan, kind: str,
                shown: Sequence[tuple[np.ndarray, np.ndarray]],
                truths: Sequence[np.ndarray | None]) -> None:
  given, made = DIRECTIONS[options.direction]
  headings = [given, f"{made} by {kind}"] + ([f"true {made}"] if plan.truths else [])
  rows = [Row(path.stem, [*pictures, _fitted(truth, pictures[1])][:len(headings)])
          for path, pictures, truth in zip(plan.inputs, shown, truths)]
  save_face_sheet(plan.sheet, translate_plan.sheet_title(options, plan, len(rows)), headings, rows)


def _fitted(truth: np.ndarray | None, result: np.ndarray) -> np.ndarray | None:
  """The true picture at the result's size, its ratio kept."""
  return None if truth is None else geometry_module.resize(truth, result.shape[:2])
