"""Rec for a report: a classifier's answers on sketches and on the drawings they were made from."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from evaluate import recognising, recognition_run, report_distances, run_start
from evaluate.metrics import recognition
from evaluate.recognition_run import Recognised
from evaluate.run_start import Subject
from models.sketch_a_net.model import SketchANet
from pretrained import pretrained_registry

DEMO = "sketch_a_net_demo"  # knows the built-in drawings
DISTANCE = "fid_sketch_a_net"
_RANKS = 10  # of the CMC


@dataclasses.dataclass(frozen=True)
class Classifier:
  """A trained Sketch-a-Net.

  Attributes:
    name: as it was given.
    model: the network.
  """

  name: str
  model: SketchANet


def load(name: str | None, data_dir: str | None, subject: Subject) -> Classifier | None:
  """The classifier, or None where none is given.

  Built-in drawings are recognised by the one that comes with the zoo unless another is given.

  Args:
    name: what `--classifier` gives, or None.
    data_dir: None for the built-in drawings.
    subject: the model, whose categories the classifier has to know.

  Raises:
    UserError: there is no such classifier, or it does not know a category.
  """
  categories = subject.dataset.categories
  if name is None:
    if data_dir is not None or DEMO not in pretrained_registry.names():
      return None
    demo = Classifier(DEMO, recognising.load(DEMO))
    return demo if set(categories) <= set(demo.model.config.categories) else None
  model = recognising.load(name)
  lacking = [one for one in categories if one not in model.config.categories]
  if lacking:
    raise UserError(f"The classifier {name} does not know {', '.join(lacking[:5])}, but the model "
                    f"draws {'them' if len(lacking) > 1 else 'it'}; train one on the model's "
                    "categories with train/sketch_a_net.py.")
  return Classifier(name, model)


def judge(classifier: Classifier | None, subject: Subject, sketches: Sequence[np.ndarray],
          own: np.ndarray, batch_size: int, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
  """Rec, and the Frechet distance by the classifier's features.

  Args:
    classifier: or None.
    subject: the drawings.
    sketches: n times [n, 3], any scale.
    own: int [n], the row of each sketch's drawing.
    batch_size: sketches at a time.
    seed: of the halves.

  Returns:
    JSON values of each, with the reason where there is no number.
  """
  if classifier is None:
    missing = ("No classifier is given; train one on the same drawings with train/sketch_a_net.py "
               "and give its folder with --classifier.")
    return _no_rec(missing), report_distances.empty(DISTANCE, missing)
  split, config = subject.split, classifier.model.config
  classes = np.array([config.categories.index(name) for name in subject.dataset.categories])
  cli.say(f"Classifier: {classifier.name}.")
  answers = lambda drawings, rows: recognition_run.recognise(
      classifier.model, drawings, classes[split.labels[rows]], batch_size)
  generated, real = answers(sketches, own), answers(split.strokes, np.arange(len(split)))
  rec = {**_rates(generated, len(config.categories), classes, ""),
         **_rates(real, len(config.categories), classes, "real_"),
         "by_category": [{"rank1": _rank1(generated, label), "real_rank1": _rank1(real, label)}
                         for label in classes],
         "chance": round(1 / len(config.categories), 6), "classifier": classifier.name,
         "classifier_sha256": run_start.model_fingerprint(classifier.model),
         "classes": list(config.categories), "channels": config.channels,
         "image_width": config.image_width, "line_width": config.line_width}
  distance = report_distances.compare(DISTANCE, real.features, generated.features, own, seed)
  return rec, {**distance, "classifier": classifier.name}


def _rates(found: Recognised, count: int, classes: np.ndarray, prefix: str) -> dict[str, Any]:
  """Rates, and for each of the drawings' categories how often it is taken for which class."""
  table = recognition.confusion_matrix(found.labels, found.predictions, count)[classes]
  curve = recognition.cmc(found.ranks, min(_RANKS, count))
  return {f"{prefix}rank1": round(recognition.rank_k(found.ranks), 6),
          f"{prefix}cmc": np.round(curve, 6).tolist(), f"{prefix}count": len(found.ranks),
          f"{prefix}confusion": table.tolist()}


def _rank1(found: Recognised, label: int) -> float | None:
  """Of one class; None if there is nothing of it."""
  ranks = found.ranks[found.labels == label]
  return round(recognition.rank_k(ranks), 6) if len(ranks) else None


def _no_rec(missing: str) -> dict[str, Any]:
  names = ("rank1", "cmc", "count", "confusion")
  return {**{prefix + name: None for prefix in ("", "real_") for name in names},
          "by_category": None, "chance": None, "classifier": None, "classes": None,
          "missing": missing}
