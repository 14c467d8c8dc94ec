"""Joint images completed by Contextual GAN: pictures, figures, a sheet, the search's losses."""

import dataclasses
import datetime
import pathlib
from typing import Any

import numpy as np

from data_tools import files
from data_tools.errors import UserError
from evaluate import (completion_files, completion_inputs, completion_models, completion_scores,
                      completion_search, completion_table, completion_task, face_report_files,
                      report_facts, result_folder, run_start)
from evaluate.completion_inputs import Inputs
from evaluate.completion_scores import Scores
from evaluate.completion_task import Task
from evaluate.completion_verification import Verifier
from evaluate.pictures.face_sheet import Row
from evaluate.steps import Steps
from models.contextual_gan.completion import SearchOptions
from models.contextual_gan.config import ContextualGanConfig
from models.contextual_gan.model import ContextualGan

REPORT = "completion"  # what results.json gives as "report"
# Hyperparameters of the search -> their flags.
_SEARCH = {"iterations": "iterations", "num_init": "num_init", "perceptual_weight": "lambda",
           "search_momentum": "momentum", "search_rate": "learning_rate"}


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/complete.py; see its flags. None: not given.

  The names from `iterations` to `search_rate` are those of the model's config.
  """

  model: str
  output_dir: str
  direction: str | None = None
  mask: str | None = None
  input_dir: str | None = None
  truth_dir: str | None = None
  iterations: int | None = None
  num_init: int | None = None
  perceptual_weight: float | None = None
  search_momentum: float | None = None
  search_rate: float | None = None
  seed: int = 0
  batch_size: int = 32
  recogniser: str | None = None
  sheet_rows: int = 8
  jit_compile: bool = False


@dataclasses.dataclass(frozen=True)
class _Completed:
  """Of N pictures: their generated parts uint8 [N, ...] at the end and at the start, the latent
  vectors [N, Z], both losses [N, T + 1], the place of the best [N], and rows of the sheet."""

  final: np.ndarray
  start: np.ndarray
  latent: np.ndarray
  contextual: np.ndarray
  perceptual: np.ndarray
  best: np.ndarray
  rows: list[Row]


def run(options: Options) -> dict[str, Any]:
  """Completes all pictures, writes the folder as a whole, prints the table, returns the figures.

  Raises:
    UserError: anything the user can mend: model, pictures, mask, recogniser, settings, output
      folder. All of it but the model's own failures is told before the first search.
  """
  target = result_folder.check_free(options.output_dir)
  step = Steps()
  with step("Model"):
    model, content = completion_models.load(options.model, options.jit_compile)
    how = search_options(model.config, options)
  with step("Pictures"):
    task, inputs, verifier = _pictures(options, model.config.image_size, content)
  title = f"{pathlib.Path(options.model).name or options.model}, {task.words}, {inputs.words}"
  with files.whole_folder(target) as folder:
    with step("Completing"):
      done = _complete(model, task, inputs, how, options, folder)
    with step("Figures"):
      scores = _scores(task, inputs, done, verifier)
    _write(folder, title, task, inputs, how, done)
    results = _results(options, model, content, task, inputs, how, scores)
    face_report_files.write_results(folder, results | {"seconds": step.seconds})
  completion_table.show(title, task, scores["final"], scores["start"], results["notes"])
  return _main_numbers(results, options, target, sum(step.seconds.values()))


def search_options(config: ContextualGanConfig, options: Options) -> SearchOptions:
  """How to search: as the flags say, else as the model's config does.

  Raises:
    UserError: a flag is out of its range.
  """
  for name, flag in _SEARCH.items():
    value = getattr(options, name)
    if value is not None:
      try:
        config = dataclasses.replace(config, **{name: value}).validate()
      except UserError as error:
        raise UserError(str(error).replace(name, f"--{flag}", 1)) from error
  return config.search


def _pictures(options: Options, size: int, content: dict[str, Any]
              ) -> tuple[Task, Inputs, Verifier | None]:
  """What is known of which pictures, and what verifies them."""
  task = completion_task.find(options.direction, options.mask, size)
  inputs = completion_inputs.load(task, size, options.input_dir, options.truth_dir,
                                  content["data"].get("styles", ()))
  if options.recogniser is None:
    return task, inputs, None
  return task, inputs, Verifier(options.recogniser, task, inputs, options.batch_size, options.seed)


def _complete(model: ContextualGan, task: Task, inputs: Inputs, how: SearchOptions,
              options: Options, folder: pathlib.Path) -> _Completed:
  """Searches and writes the pictures, batch by batch."""
  count = len(inputs)
  shown = np.linspace(0, count - 1, min(options.sheet_rows, count)).astype(int)
  parts, rows = [], []
  for numbers, found in completion_search.search(model, inputs, task.mask, how, options.seed,
                                                 options.batch_size):
    completion_files.write_pictures(folder, task, inputs, numbers, found)
    rows += completion_files.sheet_rows(task, inputs, numbers, found, how.iterations, shown)
    parts.append((task.made(found.final), task.made(found.start), found.latent, found.contextual,
                  found.perceptual, found.best))
  return _Completed(*map(np.concatenate, zip(*parts)), rows)


def _scores(task: Task, inputs: Inputs, done: _Completed, verifier: Verifier | None
            ) -> dict[str, Scores]:
  """Of "final" and "start"."""
  truth = task.made(inputs.joint)
  losses = {"final": np.take_along_axis(done.contextual, done.best[:, None], axis=1)[:, 0],
            "start": done.contextual[:, 0]}
  scores = {}
  for moment, loss in losses.items():
    made = getattr(done, moment)
    found = completion_scores.score(made, truth, inputs.has_truth, loss, f"Figures, {moment}")
    scores[moment] = found if verifier is None else dataclasses.replace(
        found, verification=verifier(made, f"Features, {moment}"))
  return scores


def _write(folder: pathlib.Path, title: str, task: Task, inputs: Inputs, how: SearchOptions,
           done: _Completed) -> None:
  """Everything but the pictures themselves and results.json."""
  if done.rows:
    completion_files.write_sheet(folder / face_report_files.SHEET, title, completion_files.headings(
        task, inputs, how.iterations), done.rows)
  completion_files.write_losses(folder, title, inputs.names, done.latent, {
      "contextual": done.contextual, "perceptual": done.perceptual})


def _results(options: Options, model: ContextualGan, content: dict[str, Any], task: Task,
             inputs: Inputs, how: SearchOptions, scores: dict[str, Scores]
             ) -> dict[str, Any]:
  """The content of results.json, but for the seconds."""
  return {
      "report": REPORT,
      "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
      "model": {"given_as": options.model, "kind": content["model"],
                "values_sha256": run_start.model_fingerprint(model), "data": content["data"]},
      "data": {"source": inputs.words, "count": len(inputs),
               "with_truth": int(inputs.has_truth.sum())},
      "direction": task.direction, "mask": options.mask, "size": model.config.image_size,
      "search": dataclasses.asdict(how), "seed": options.seed, "batch_size": options.batch_size,
      "recogniser": options.recogniser,
      "notes": completion_table.notes(task, inputs, scores["final"]),
      "published": {"source": completion_table.PAPER, "figures": completion_table.published(task)},
      **{moment: completion_scores.as_json(found) for moment, found in scores.items()},
      "pictures": _by_picture(options, inputs, scores), "versions": report_facts.versions()}


def _by_picture(options: Options, inputs: Inputs, scores: dict[str, Scores]
                ) -> list[dict[str, Any]]:
  """Name, seed and figures of each picture."""
  figures = {**scores["final"].values, **{f"start_{figure}": values for figure, values
                                          in scores["start"].values.items()}}
  return [{"name": name, "seed": completion_search.row_seed(options.seed, name),
           **{figure: values[row] for figure, values in figures.items()}}
          for row, name in enumerate(inputs.names)]


def _main_numbers(results: dict[str, Any], options: Options, folder: pathlib.Path, seconds: float
                  ) -> dict[str, Any]:
  """What the command prints."""
  sheet = folder / face_report_files.SHEET
  return {"model": options.model, "direction": results["direction"], "mask": results["mask"],
          "data": results["data"]["source"], "count": results["data"]["count"],
          "with_truth": results["data"]["with_truth"], **results["final"],
          "start": results["start"], **results["search"], "seed": options.seed,
          "seconds": round(seconds, 2), "results": str(folder / face_report_files.RESULTS),
          "sheet": str(sheet) if options.sheet_rows else None, "output_dir": str(folder)}
