"""A folder of pictures through a face model: results as files, and a sheet to compare on."""

import dataclasses
import os
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.faces import face_dataset, geometry as geometry_module, result_files
from data_tools.image_files import list_images, read_image
from evaluate import face_models, metric_report
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.translating import DIRECTIONS, AnySizeTranslator, Translator

FORMATS = ("png", "jpg")
SHEET = "sheet.png"
_MODES = {"photo": "RGB", "sketch": "L"}
Read = Callable[[pathlib.Path], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/translate.py; see its flags."""

  model: str
  direction: str
  input_dir: str
  output_dir: str
  truth_dir: str | None = None
  format: str = "png"
  batch_size: int = 8
  any_size: bool = False
  sheet: str | None = None
  sheet_rows: int = 12


@dataclasses.dataclass(frozen=True)
class Plan:
  """Which files are read and written.

  Attributes:
    inputs: the pictures.
    results: a file for each.
    truths: name -> true picture.
    sheet: the comparison.
  """

  inputs: list[pathlib.Path]
  results: list[pathlib.Path]
  truths: dict[str, pathlib.Path]
  sheet: pathlib.Path


def run(options: Options) -> dict[str, Any]:
  """Translates every picture, writes results and sheet, and returns the report.

  Raises:
    UserError: anything the user can mend: model, pictures, folders. Pictures are all looked at
      before the first result is written.
  """
  plan = make_plan(options)
  _check_folder(pathlib.Path(options.output_dir))
  model, content = face_models.load(options.model)
  given, _ = DIRECTIONS[options.direction]
  read = _reader(given, model.config.geometry, options.any_size)
  for path in cli.progress(plan.inputs, desc="Looking at the pictures", unit="picture"):
    read(path)
  truths = _truths_shown(options, plan)
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


def make_plan(options: Options) -> Plan:
  """Names every file, before any work.

  Raises:
    UserError: there are no pictures, two have the same name, no true picture belongs to any, or a
      file that is read would be replaced.
  """
  inputs = _by_name(options.input_dir)
  truths = _by_name(options.truth_dir) if options.truth_dir is not None else {}
  if truths and not inputs.keys() & truths.keys():
    raise UserError(f"No picture of {options.truth_dir} has the name of one in "
                    f"{options.input_dir} (the ending left out); give both the same names, or "
                    "leave --truth_dir away.")
  output = pathlib.Path(options.output_dir)
  sheet = pathlib.Path(output / SHEET if options.sheet is None else options.sheet)
  metric_report.check_output(sheet, ".png")
  results = [output / f"{name}.{options.format}" for name in inputs]
  _refuse_replacing(options, [*inputs.values(), *truths.values()], results, sheet)
  return Plan(list(inputs.values()), results, truths, sheet)


def _by_name(source: str) -> dict[str, pathlib.Path]:
  named: dict[str, pathlib.Path] = {}
  for path in list_images(source):
    first = named.setdefault(path.stem, path)
    if first is not path:
      raise UserError(f"{first} and {path} have the same name but for folder and ending, so their "
                      "results would be one file; rename one of them.")
  return named


def _refuse_replacing(options: Options, read: Sequence[pathlib.Path],
                      results: Sequence[pathlib.Path], sheet: pathlib.Path) -> None:
  output = os.path.realpath(options.output_dir)
  if output in {os.path.realpath(path.parent) for path in read}:
    raise UserError(f"{options.output_dir} holds pictures that are read, and results could replace "
                    "them; give another --output_dir.")
  if os.path.realpath(sheet) in map(os.path.realpath, [*read, *results]):
    raise UserError(f"The sheet {sheet} would take the place of a picture; give another name with "
                    "--sheet.")


def _check_folder(folder: pathlib.Path) -> None:
  """Makes the folder of the results, to learn early whether it can be made."""
  try:
    folder.mkdir(parents=True, exist_ok=True)
  except OSError as error:
    raise UserError(f"The folder {folder} can't be made ({error.strerror}); give one that you may "
                    "write to.") from error
  if not os.access(folder, os.W_OK | os.X_OK):
    raise UserError(f"The folder {folder} may not be written to; give another --output_dir.")


def _reader(kind: str, geometry: geometry_module.Geometry, any_size: bool) -> Read:
  """What makes a picture of a file: uint8 [h, w, C]."""
  if any_size:
    return lambda path: np.atleast_3d(read_image(path, _MODES[kind]))

  def read(path: pathlib.Path) -> np.ndarray:
    image = read_image(path, _MODES[kind])
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
        save(path, image)
      shown += list(zip(pictures, made))[:max(0, options.sheet_rows - start)]
      bar.update(len(pictures))
  return shown


def save(path: pathlib.Path, image: np.ndarray) -> None:
  """Writes a picture uint8 [H, W, C] whole or not at all, as PNG or as the original's JPEG."""
  image = image[..., 0] if image.shape[-1] == 1 else image
  if path.suffix == ".jpg":
    result_files.save_jpeg(path, image)
    return
  with files.atomic_path(path) as scratch:
    Image.fromarray(image).save(scratch, format="PNG")


def _truths_shown(options: Options, plan: Plan) -> list[np.ndarray | None]:
  """The true picture of each row of the sheet, None where there is none."""
  _, made = DIRECTIONS[options.direction]
  paths = [plan.truths.get(path.stem) for path in plan.inputs[:options.sheet_rows]]
  return [None if path is None else read_image(path, _MODES[made]) for path in paths]


def _save_sheet(options: Options, plan: Plan, kind: str,
                shown: Sequence[tuple[np.ndarray, np.ndarray]],
                truths: Sequence[np.ndarray | None]) -> None:
  given, made = DIRECTIONS[options.direction]
  headings = [given, f"{made} by {kind}"] + ([f"true {made}"] if plan.truths else [])
  rows = [Row(path.stem, [*pictures, _fitted(truth, pictures[1])][:len(headings)])
          for path, pictures, truth in zip(plan.inputs, shown, truths)]
  part = f"; the first {len(rows)} of {len(plan.inputs)}" if len(rows) < len(plan.inputs) else ""
  save_face_sheet(plan.sheet, f"{given} to {made}, {pathlib.Path(options.model).name}{part}",
                  headings, rows)


def _fitted(truth: np.ndarray | None, result: np.ndarray) -> np.ndarray | None:
  """The true picture at the result's size, its ratio kept."""
  return None if truth is None else geometry_module.resize(truth, result.shape[:2])
