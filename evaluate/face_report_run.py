"""A face model judged on test pairs: pictures, every metric, a sheet, results.json."""

import dataclasses
import datetime
import pathlib
from typing import Any

import numpy as np
import tensorflow as tf

from evaluate import (face_data, face_models, face_report_files, face_report_table, face_scores,
                      published_faces, report_facts, run_start)
from evaluate.face_data import JudgedFaces
from evaluate.face_scores import How, Judged, Outcome
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.steps import Steps
from evaluate.translating import DIRECTIONS, Translator

BOTH = "both"


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/face_report.py; see its flags."""

  model: str
  output_dir: str
  data_dir: str | None = None
  data_type: str = "CUFS"
  lists_dir: str | None = None
  direction: str = BOTH
  batch_size: int = 8
  sheet_rows: int = 12
  csv: bool = False
  how: How = How()


def run(options: Options) -> dict[str, Any]:
  """Makes the report, prints its table and returns its main numbers.

  Raises:
    UserError: anything the user can mend: model, data, weight files that were given, output
      folder. A metric that can't be had is told in its row.
  """
  folder = face_report_files.check_folder(options.output_dir)
  step = Steps()
  with step("Model"):
    model, content = face_models.load(options.model)
  with step("Weights of the metrics"):
    missing = face_scores.missing_weights(options.how)
  with step("Test faces"):
    faces = face_data.load(model.config.geometry, options.data_dir, options.data_type,
                           options.lists_dir)
  made = {}
  for direction in DIRECTIONS if options.direction == BOTH else (options.direction,):
    with step(_words(direction)):
      made[direction] = translated(model, direction, faces, options.batch_size)
  face_report_files.start_folder(folder)  # not earlier: now an earlier report is replaced
  outcomes = {}
  for direction, pictures in made.items():
    judged = write(folder, content["model"], direction, faces, pictures)
    outcomes[direction] = {}
    for metric in options.how.metrics:
      with step(f"{metric}, {_words(direction)}"):
        outcomes[direction][metric] = face_scores.score(metric, judged, options.how, missing)
  if options.sheet_rows:
    _save_sheet(folder, options, content["model"], faces, made)
  if options.csv:
    face_report_files.write_scores(folder, outcomes)
  notes = face_report_table.notes(faces, model.config.geometry)
  results = _results(options, model, content, faces, outcomes, notes) | {"seconds": step.seconds}
  face_report_files.write_results(folder, results)
  face_report_table.show(f"{_name(options)} ({content['model']}) on {len(faces.split)} test pairs "
                         f"of {len(set(faces.persons))} persons: {faces.source}", outcomes, notes)
  return main_numbers(results, folder, options)


def translated(model: tf.keras.Model, direction: str, faces: JudgedFaces, batch_size: int
               ) -> np.ndarray:
  """What the model makes of the test pictures: uint8 [N, h, w, C]."""
  given, _ = DIRECTIONS[direction]
  return Translator(model, direction, batch_size)(_pictures(faces, given), "Translating")


def write(folder: pathlib.Path, method: str, direction: str, faces: JudgedFaces, made: np.ndarray
          ) -> Judged:
  """Writes a direction's pictures, true and made.

  The original's true pictures are padded, cropped and un-cropped as its results are, which gives
  the pictures themselves.
  """
  _, kind = DIRECTIONS[direction]
  names = faces.split.names
  true_dir, made_dir = (
      face_report_files.write_pictures(folder, whose, kind, names, pictures)
      for whose, pictures in ((face_report_files.TRUE, _pictures(faces, kind)), (method, made)))
  protocol = "CUFSF" if faces.data_type == "CUFSF" else "CUFS"
  return Judged(str(true_dir), str(made_dir), kind, faces.first_of_persons, protocol)


def _pictures(faces: JudgedFaces, kind: str) -> np.ndarray:
  return faces.split.photos if kind == "photo" else faces.split.sketches


def _save_sheet(folder: pathlib.Path, options: Options, kind: str, faces: JudgedFaces,
                made: dict[str, np.ndarray]) -> None:
  """The first picture of as many persons as there is room for."""
  columns = {}
  for direction in made:
    given, target = DIRECTIONS[direction]
    columns[given] = _pictures(faces, given)
    columns[f"{target} by {kind}"] = made[direction]
    columns[f"true {target}" if len(made) == 1 else target] = _pictures(faces, target)
  # With both directions: photo, sketch by, sketch, photo by.
  places = [faces.split.names.index(name) for name in faces.first_of_persons[:options.sheet_rows]]
  rows = [Row(faces.split.names[place], [pictures[place] for pictures in columns.values()])
          for place in places]
  save_face_sheet(folder / face_report_files.SHEET, f"{_name(options)}, {faces.source}",
                  list(columns), rows)


def _results(options: Options, model: tf.keras.Model, content: dict[str, Any], faces: JudgedFaces,
             outcomes: dict[str, dict[str, Outcome]], notes: list[str]) -> dict[str, Any]:
  geometry = model.config.geometry
  return {
      "report": face_report_files.KIND, "complete": True,
      "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
      "model": {"given_as": options.model, "kind": content["model"],
                "parameters": model.count_params(),
                "values_sha256": run_start.model_fingerprint(model), "data": content["data"]},
      "data": {"source": faces.source, "data_type": faces.data_type, "count": len(faces.split),
               "persons": len(set(faces.persons)), "published_count": faces.published},
      "face_size": list(geometry.face), "notes": notes,
      "directions": {direction: {metric: outcome.as_json() for metric, outcome in by_metric.items()}
                     for direction, by_metric in outcomes.items()},
      "published": {"source": published_faces.PAPER, "figures": published_faces.FIGURES},
      "versions": report_facts.versions()}


def main_numbers(results: dict[str, Any], folder: pathlib.Path, options: Options
                 ) -> dict[str, Any]:
  """What the command prints: the figures, null where one is missing, and the files."""
  figures = {direction: {figure: by_metric[metric][figure] for metric in by_metric
                         for figure in face_scores.METRICS[metric][0]}
             for direction, by_metric in results["directions"].items()}
  missing = sorted({metric for by_metric in results["directions"].values()
                    for metric, found in by_metric.items() if found["missing"]})
  file = lambda name, there=True: str(folder / name) if there else None
  return {"model": options.model, "data": results["data"]["source"],
          "count": results["data"]["count"], **figures, "missing": missing,
          "seconds": round(sum(results["seconds"].values()), 2),
          "results": file(face_report_files.RESULTS),
          "sheet": file(face_report_files.SHEET, bool(options.sheet_rows)),
          "scores": file(face_report_files.SCORES, options.csv)}


def _words(direction: str) -> str:
  return direction.replace("_", " ")


def _name(options: Options) -> str:
  return pathlib.Path(options.model).name or options.model
