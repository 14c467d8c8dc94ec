"""Rec of a sample folder, always beside the recogniser's accuracy on real drawings."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import builtin_drawings, cli, raster
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchSplit
from evaluate import (identification_run, metric_report, model_loading, recognising,
                      recognition_samples)
from evaluate.metrics import recognition
from evaluate.recognition_samples import Samples
from models.sketch_a_net.model import SketchANet

_FEW = 12  # categories up to which the whole confusion table is printed


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/recognition.py; see its flags."""

  generated_dir: str
  classifier: str | None = None
  reference_dir: str | None = None
  data_dir: str | None = None
  split: str = "test"
  max_rank: int = 10
  batch_size: int = 64


@dataclasses.dataclass(frozen=True)
class Recognised:
  """How well N sketches are recognised among C classes.

  Attributes:
    labels: int64 [N], the class that each should be recognised as.
    ranks: int64 [N], at which rank that class is, from 1.
    predictions: int64 [N], the class that each is taken for.
    features: float32 [N, F], what the recogniser's last layer but one gives.
  """

  labels: np.ndarray
  ranks: np.ndarray
  predictions: np.ndarray
  features: np.ndarray


def run(options: Options) -> dict[str, Any]:
  """Recognises or identifies, prints tables and returns the report.

  Raises:
    UserError: anything the user can mend: classifier, sketches, data.
  """
  if (options.classifier is None) == (options.reference_dir is None):
    raise UserError("Give either --classifier, to recognise the categories of sketches, or "
                    "--reference_dir, to identify images among those of the same names there.")
  if options.reference_dir is not None:
    return identification_run.run(options.reference_dir, options.generated_dir, options.max_rank)
  report, _, _ = judge(options)
  _show(report)
  return report


def judge(options: Options) -> tuple[dict[str, Any], Recognised, Recognised]:
  """Recognises the sketches of a folder, and the real drawings in the same way.

  Args:
    options: with a classifier.

  Returns:
    The report (JSON values), the sketches and the real drawings.

  Raises:
    UserError: see `run`.
  """
  samples = recognition_samples.read(options.generated_dir)
  classifier = recognising.load(options.classifier)
  classes = classifier.config.categories
  names = _categories_of(samples, classes, options)
  # Without samples.json, the categories are those of which there are sketches.
  shown = names if samples.names else tuple(names[i] for i in np.unique(samples.positions))
  drawings = real_drawings(shown, options.data_dir, options.split)
  if samples.images is None:
    given, likewise = samples.strokes, drawings.strokes
  else:
    given = samples.images
    likewise = raster.rasterize(drawings.strokes, width=samples.images.shape[1])
  class_of = lambda categories: np.array([classes.index(name) for name in categories], np.int64)
  generated = recognise(classifier, given, class_of(names)[samples.positions],
                        options.batch_size)
  real = recognise(classifier, likewise, class_of(shown)[drawings.labels], options.batch_size)
  return _report(options, samples.input, classes, shown, generated, real), generated, real


def recognise(classifier: SketchANet, sketches: Sequence[np.ndarray] | np.ndarray,
              labels: np.ndarray, batch_size: int = 64) -> Recognised:
  """Asks a recogniser for the category of each sketch, among all that it knows.

  Args:
    classifier: of `recognising.load`.
    sketches: N drawings [n, 3] = (dx, dy, pen lifted), or pictures uint8 [N, w, w].
    labels: int [N], positions in the classifier's categories.
    batch_size: sketches at a time.

  Raises:
    UserError: see `recognising.answers`.
  """
  found = recognising.answers(classifier, sketches, batch_size)
  return Recognised(np.asarray(labels, np.int64),
                    recognition.ranks_from_scores(found.scores, labels), found.predictions,
                    found.features)


def real_drawings(categories: Sequence[str], data_dir: str | os.PathLike | None, split: str
                  ) -> SketchSplit:
  """The real drawings of some categories.

  Args:
    categories: names.
    data_dir: None for the built-in drawings.
    split: "train", "valid" or "test".

  Raises:
    UserError: there are none of a category, or the split is empty.
  """
  if data_dir is None:
    lacking = [name for name in categories if name not in builtin_drawings.CATEGORIES]
    if lacking:
      raise UserError(f"There are no built-in drawings of {', '.join(lacking)} to judge the "
                      "classifier on; give the folder of the CATEGORY.npz files with --data_dir.")
    data_dir = builtin_drawings.ensure(categories)
    cli.say(f"No --data_dir is given: using the built-in drawings in {data_dir}.")
  chosen = getattr(model_loading.read(data_dir, categories, split, png_width=None), split)
  if not len(chosen):
    raise UserError(f"The {split} split of the drawings in {data_dir} is empty; give another "
                    "--split or another --data_dir.")
  return chosen


def _categories_of(samples: Samples, classes: Sequence[str], options: Options) -> tuple[str, ...]:
  """The names behind the positions in the samples' file names."""
  names = samples.names or tuple(classes)
  if samples.positions.max() >= len(names):
    raise UserError(f"{options.generated_dir} holds sketches of category "
                    f"{samples.positions.max()}, but there are only {len(names)} categories, "
                    f"counted from 0: {', '.join(names)}; give a folder with samples.json, or a "
                    "classifier with the categories in the same order.")
  unknown = [name for name in names if name not in classes]
  if unknown:
    raise UserError(f"The classifier {options.classifier} knows {', '.join(classes)}, but the "
                    f"sketches in {options.generated_dir} are of {', '.join(names)}: "
                    f"{', '.join(unknown)} can't be recognised; train one with "
                    "train/sketch_a_net.py on the same categories.")
  return names


def _report(options: Options, given: str, classes: Sequence[str], shown: Sequence[str],
            generated: Recognised, real: Recognised) -> dict[str, Any]:
  rows = [classes.index(name) for name in shown]
  curve = lambda found: np.round(
      recognition.cmc(found.ranks, min(options.max_rank, len(classes))), 6).tolist()
  table = lambda found: recognition.confusion_matrix(found.labels, found.predictions,
                                                     len(classes))[rows].tolist()
  return {"rank1": round(recognition.rank_k(generated.ranks), 6), "cmc": curve(generated),
          "count": len(generated.ranks), "real_rank1": round(recognition.rank_k(real.ranks), 6),
          "real_cmc": curve(real), "real_count": len(real.ranks),
          "chance": round(1 / len(classes), 6), "classifier": str(options.classifier),
          "input": given, "generated_dir": str(options.generated_dir), "split": options.split,
          "categories": list(shown), "classes": list(classes),
          "confusion": table(generated), "real_confusion": table(real)}


def _show(report: dict[str, Any]) -> None:
  """Prints the rates, and what sketches of each category are taken for."""
  ranks = [rank for rank in (1, 2, 3, 5, 10) if rank <= len(report["cmc"])]
  metric_report.show_table(
      ["", *(f"rank {rank}" for rank in ranks), "count"],
      [[name, *(report[curve][rank - 1] for rank in ranks), report[count]]
       for name, curve, count in (("sketches", "cmc", "count"),
                                  ("real drawings", "real_cmc", "real_count"))])
  print()
  classes, confusion = report["classes"], np.array(report["confusion"])
  if len(classes) <= _FEW:
    metric_report.show_table(["sketches of, taken for", *classes],
                             [[name, *row.tolist()] for name, row in
                              zip(report["categories"], confusion)])
  else:
    metric_report.show_table(
        ["sketches of", "count", "recognised", "else mostly taken for"],
        [[name, int(row.sum()), int(row[classes.index(name)]), _rival(row, name, classes)]
         for name, row in zip(report["categories"], confusion)])
  print()


def _rival(row: np.ndarray, name: str, classes: Sequence[str]) -> str:
  others = row.copy()
  others[classes.index(name)] = 0
  return classes[int(others.argmax())] if others.any() else "-"
