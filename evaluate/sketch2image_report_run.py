"""Sketch-to-Image judged on photos and their sketches: pictures, figures, a sheet, results.json.

    photos/, matched/, mismatched/   the photos; their sketches in their own style, and in another's
    sheet.png, results.json
"""

import dataclasses
import datetime
import pathlib
from typing import Any

import numpy as np

from data_tools import cli, files, indexed_batches
from data_tools.errors import UserError
from data_tools.sketch_sets import derangements, picture_steps
from data_tools.sketch_sets.paired_folders import SketchSets
from data_tools.sketch_sets.pictures import Pictures
from evaluate import (face_report_files, face_scores, painting_data, painting_models, report_facts,
                      result_folder, run_start, sketch2image_scores)
from evaluate.face_scores import How, Outcome
from evaluate.painting import Painter
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.sketch2image_scores import MATCHED, METRICS, MISMATCHED, PHOTOS
from evaluate.steps import Steps
from models.sketch2image.gan_model import SketchGan

_HEADINGS = ("sketch", "its photo", "auto-encoder", "refined", "another photo", "auto-encoder",
             "refined")
_FEWEST = 2  # of which there is another one


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/sketch2image_report.py; see its flags."""

  model: str
  output_dir: str
  photo_dir: str | None = None
  sketch_dir: str | None = None
  count: int = 4000
  batch_size: int = 8
  seed: int = 0
  weights: str = "average"
  statistics: str = "batch"
  sheet_rows: int = 8
  how: How = How(tuple(METRICS), lpips_net="vgg")


def run(options: Options) -> dict[str, Any]:
  """Makes the report as a whole, prints its table and returns its main numbers.

  Raises:
    UserError: anything the user can mend: model, pictures, weight files that were given, output
      folder. A metric that can't be had is told in its row.
  """
  sketch2image_scores.check_metrics(options.how)
  target = result_folder.check_free(options.output_dir)
  step = Steps()
  with step("Model"):
    model, content = painting_models.load(options.model)
  with step("Weights of the metrics"):
    missing = face_scores.missing_weights(options.how)
  with step("Photos and sketches"):
    pictures, words = _pictures(options)
  size = model.config.im_size_gan
  with files.whole_folder(target) as folder:
    with step("Painting"):
      rows = _paint(model, pictures, folder, options)
    with step("Metrics"):
      outcomes = sketch2image_scores.score(folder, size, options.how, missing)
    if rows:
      save_face_sheet(folder / face_report_files.SHEET, f"{_name(options)}, {words}", _HEADINGS,
                      rows)
    notes = _notes(words, outcomes)
    results = _results(options, model, content, words, len(pictures), outcomes, notes)
    face_report_files.write_results(folder, results | {"seconds": step.seconds})
  sketch2image_scores.show(f"{_name(options)} on {len(pictures)} pairs: {words}", outcomes, notes)
  return _main_numbers(results, options, target, sum(step.seconds.values()))


def _pictures(options: Options) -> tuple[Pictures, str]:
  """The first pairs by name."""
  found, words = painting_data.pairs(options.photo_dir, options.sketch_dir)
  if len(found) < _FEWEST:
    raise UserError(f"There is one pair of photo and sketch ({words}), but a sketch is also "
                    "painted in another photo's style; give two pairs at least.")
  first = SketchSets(found.photos[:options.count], (found.sketches[0][:options.count],))
  return Pictures(first), words


def _paint(model: SketchGan, pictures: Pictures, folder: pathlib.Path, options: Options
           ) -> list[Row]:
  """Writes photos and pictures; the rows of the sheet, evenly over the order."""
  names, size = pictures.files.names, model.config.im_size_gan
  batch = min(options.batch_size, len(names))
  paint = Painter(model, batch, options.weights, options.statistics)
  others = derangements.derangement(np.random.default_rng(options.seed), len(names))
  squares = lambda read, rows: np.stack([picture_steps.resized(read(row), size) for row in rows])
  on_sheet = np.linspace(0, len(names) - 1, min(options.sheet_rows, len(names))).astype(int)
  shown = []
  for index in cli.progress(range(-(-len(names) // batch)), desc="Painting", unit="batch"):
    rows, weight = indexed_batches.filled_batch(index, batch, len(names))
    sketches = squares(lambda row: pictures.sketch(0, row), rows)[..., None]
    photos, styles = (squares(pictures.photo, one) for one in (rows, others[rows]))
    own, other = (paint(sketches, one, options.seed + int(rows[0])) for one in (photos, styles))
    for place in np.flatnonzero(weight):
      name = names[rows[place]]
      for kind, made in ((PHOTOS, photos), (MATCHED, own.refined), (MISMATCHED, other.refined)):
        result_folder.save(folder / kind / f"{name}.png", made[place])
      if rows[place] in on_sheet:
        shown.append(Row(name, [part[place] for part in (
            sketches, photos, own.first, own.refined, styles, other.first, other.refined)]))
  return shown


def _notes(words: str, outcomes: dict[str, dict[str, Outcome]]) -> list[str]:
  found = ["Photos that the model was trained on say little of others: give ones that it has not "
           "seen."]
  if words == painting_data.BUILTIN:
    found.append("These faces are of invented people: figures on them can't be compared with "
                 "published ones.")
  warnings = [warning for by_metric in outcomes.values() for outcome in by_metric.values()
              for warning in outcome.about.get("warnings", ())]
  return found + list(dict.fromkeys(warnings))


def _results(options: Options, model: SketchGan, content: dict[str, Any], words: str, count: int,
             outcomes: dict[str, dict[str, Outcome]], notes: list[str]) -> dict[str, Any]:
  return {
      "report": painting_models.KIND,
      "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
      "model": {"given_as": options.model, "kind": content["model"],
                "generator_parameters": sum(variable.shape.num_elements()
                                            for variable in model.G.trainable_variables),
                "values_sha256": run_start.model_fingerprint(model), "data": content["data"]},
      "data": {"source": words, "count": count}, "size": model.config.im_size_gan,
      "weights": options.weights, "statistics": options.statistics, "seed": options.seed,
      "batch_size": options.batch_size, "notes": notes,
      "styles": {side: {metric: outcome.as_json() for metric, outcome in by_metric.items()}
                 for side, by_metric in outcomes.items()},
      "versions": report_facts.versions()}


def _main_numbers(results: dict[str, Any], options: Options, folder: pathlib.Path, seconds: float
                  ) -> dict[str, Any]:
  """What the command prints: the figures, null where one is missing, and the files."""
  figures = {side: {figure: found[figure] for metric, found in by_metric.items()
                    for figure in METRICS[metric]}
             for side, by_metric in results["styles"].items()}
  missing = sorted({metric for by_metric in results["styles"].values()
                    for metric, found in by_metric.items() if found["missing"]})
  sheet = folder / face_report_files.SHEET
  return {"model": options.model, "data": results["data"]["source"],
          "count": results["data"]["count"], "weights": options.weights,
          "statistics": options.statistics, **figures, "missing": missing,
          "seconds": round(seconds, 2), "results": str(folder / face_report_files.RESULTS),
          "sheet": str(sheet) if options.sheet_rows else None}


def _name(options: Options) -> str:
  return pathlib.Path(options.model).name or options.model
