"""A whole report: sketches, every metric, pictures, results.json and report.html."""

import dataclasses
import datetime
import json
import pathlib
import shlex
from typing import Any

from data_tools.errors import UserError
from data_tools.files import atomic_path
from evaluate import (latent_run, report_facts, report_metrics, report_page, report_pictures,
                      report_recognition, report_samples, run_start)
from evaluate.run_start import RunOptions
from evaluate.steps import Steps
from pretrained import inception_weights


@dataclasses.dataclass(frozen=True)
class Options(RunOptions):
  """The command line of evaluate/report.py; see its flags."""

  classifier: str | None = None
  inception_weights: str | None = None
  num_samples: int = 0
  overwrite: bool = False

  def __post_init__(self):
    super().__post_init__()
    if self.num_samples < 0:
      raise UserError(f"num_samples is {self.num_samples}, but it may not be below 0; 0 stands for "
                      "all drawings of the split.")


def run(options: Options) -> dict[str, Any]:
  """Makes the report and returns its main numbers.

  Raises:
    UserError: anything the user can mend: model, data, numbers, output folder.
  """
  folder = report_samples.check_folder(options.output_dir)
  step = Steps()
  with step("Model and drawings"):
    subject = run_start.load(options.model, options.data_dir, options.split)
    classifier = report_recognition.load(options.classifier, options.data_dir, subject)
    if options.inception_weights is not None:
      inception_weights.find(options.inception_weights)  # before hours of work
  with step("Sketches"):
    samples, reused = report_samples.ensure(options, subject, options.num_samples,
                                            options.overwrite)
  with step("Retrieval"):
    found = report_metrics.search(options, subject, samples, options.num_samples > 0)
    retrieval, places = report_metrics.retrieval(found)
  with step("Recognition"):
    sketches = report_samples.read_strokes(samples, subject.split.labels[found.own])
    recognition, by_classifier = report_recognition.judge(
        classifier, subject, sketches, found.own, min(options.how.batch_size, 64),
        options.seed)
  with step("Inception features"):
    by_inception = report_metrics.inception_distances(options, subject, found,
                                                      options.inception_weights)
  with step("Latent mixture"):
    view = latent_run.look(options, subject)
  with step("Pictures"):
    pictures = report_pictures.make(options, subject, sketches, found, places, view)
  results = {
      "report": report_samples.KIND, "made": _now(), "command": command(options),
      "model": report_facts.model_facts(options, subject),
      "data": report_facts.data_facts(options, subject),
      "settings": _settings(options, reused), "retrieval": retrieval, "recognition": recognition,
      **by_inception, report_recognition.DISTANCE: by_classifier,
      "by_category": report_metrics.by_category(found, subject.split.labels,
                                                subject.dataset.categories, recognition),
      "mixture": latent_run.summary(view, subject),
      "training": report_facts.training_facts(options),
      "seconds": step.seconds, "versions": report_facts.versions()}
  _write(folder, results, report_page.build(results, pictures))
  return main_numbers(results, folder)


def main_numbers(results: dict[str, Any], folder: pathlib.Path) -> dict[str, Any]:
  """What the command prints: the main numbers, null where one is missing, and the files."""
  recognition, mixture = results["recognition"], results["mixture"]
  return {"model": results["model"]["given_as"], **results["retrieval"]["sketches"],
          "rank1": recognition["rank1"], "real_rank1": recognition["real_rank1"],
          "fid": results["fid"]["fid"], "kid": results["kid"]["kid"],
          "fid_sketch_a_net": results["fid_sketch_a_net"]["fid_sketch_a_net"],
          "live_components": mixture["live_components"], "components": mixture["components"],
          "adjusted_rand_index_category": mixture["adjusted_rand_index_category"],
          "adjusted_rand_index_style": mixture["adjusted_rand_index_style"],
          "count": results["retrieval"]["count"], "drawings": results["retrieval"]["drawings"],
          "missing": report_page.missing(results),
          "seconds": round(sum(results["seconds"].values()), 2),
          "results": str(folder / report_samples.RESULTS),
          "page": str(folder / report_samples.PAGE)}


def command(options: Options) -> str:
  """The command line that makes the same report again."""
  flags = {"model_dir": options.model, "output_dir": options.output_dir,
           "data_dir": options.data_dir, "classifier": options.classifier,
           "inception_weights": options.inception_weights, "split": options.split,
           "temperature": f"{options.how.temperature:g}", "seed": options.seed,
           "batch_size": options.how.batch_size, "num_samples": options.num_samples}
  return " ".join(["python evaluate/report.py", *(
      shlex.quote(f"--{name}={value}") for name, value in flags.items() if value is not None)])


def _settings(options: Options, reused: bool) -> dict[str, Any]:
  how = options.how
  return {"temperature": how.temperature, "seed": options.seed, "batch_size": how.batch_size,
          "num_samples": options.num_samples, "split": options.split, "sketches_reused": reused,
          "interpolation_temperature": report_pictures.WALK_TEMPERATURE,
          "classifier": options.classifier, "inception_weights": options.inception_weights}


def _now() -> str:
  return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def _write(folder: pathlib.Path, results: dict[str, Any], html: str) -> None:
  with atomic_path(folder / report_samples.RESULTS) as path:
    path.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
  with atomic_path(folder / report_samples.PAGE) as path:
    path.write_text(html, encoding="utf-8")
