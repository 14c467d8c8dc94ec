"""Ret@1, 10 and 50 of a sample run, or of sketches drawn for the purpose."""

import dataclasses
import pathlib
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.raster import rasterize
from data_tools.sketch_dataset import SketchSplit
from evaluate import model_loading, run_start, sample_files
from evaluate.encoding import encode_images
from evaluate.metrics.retrieval import KS, rank, retrieval_scores
from evaluate.run_start import Subject
from evaluate.sketching import Sketching, draw_sketches, sketch_seeds


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/retrieval.py; see its flags."""

  model: str
  sample_dir: str | None = None
  data_dir: str | None = None
  split: str = "test"
  generate: bool = False
  partial: bool = False
  seed: int = 0
  jit_compile: bool = False
  how: Sketching = Sketching()


@dataclasses.dataclass(frozen=True)
class Found:
  """What the search found: n sketches among m drawings.

  Attributes:
    own: int64 [n], the row of the drawing that each sketch was made from.
    images: uint8 [n, W, W], the sketches.
    generated: float32 [n, Z], codes of the sketches.
    real: float32 [m, Z], codes of the drawings.
    ranks: int64 [n, at most 50], rows of the nearest drawings, nearest first.
  """

  own: np.ndarray
  images: np.ndarray
  generated: np.ndarray
  real: np.ndarray
  ranks: np.ndarray


def run(options: Options) -> dict[str, Any]:
  """Scores and returns the report.

  Raises:
    UserError: anything the user can mend: model, data, sample folder.
  """
  if options.generate == (options.sample_dir is not None):
    raise UserError("Give either --sample_dir, the folder of a sample run, or --generate, to draw "
                    "the sketches now.")
  if options.sample_dir is not None and not pathlib.Path(options.sample_dir).is_dir():
    raise UserError(f"There is no folder {options.sample_dir}; give the --output_dir of "
                    "evaluate/sample.py, or --generate.")
  subject = run_start.load(options.model, options.data_dir, options.split, options.jit_compile)
  found = find(options, subject)
  settings = (dataclasses.asdict(options.how) | {"seed": options.seed} if options.generate
              else sample_files.read_description(options.sample_dir) or {})
  return {**scores(found), "count": len(found.generated), "drawings": len(found.real),
          "model": str(options.model), "split": options.split,
          "categories": list(subject.dataset.categories), "sample_dir": options.sample_dir,
          **_settings(settings)}


def scores(found: Found) -> dict[str, float]:
  """`ret_at_1`, `ret_at_10` and `ret_at_50`."""
  return {f"ret_at_{k}": round(score, 6)
          for k, score in retrieval_scores(found.ranks, found.own).items()}


def find(options: Options, subject: Subject) -> Found:
  """Encodes the drawings and the sketches, and ranks.

  Args:
    options: of the run.
    subject: the model and the drawings that they name.

  Raises:
    UserError: the sample folder does not fit, or the model encodes to NaN or infinity.
  """
  model, split = subject.model, subject.split
  encode = lambda images: encode_images(model, images, options.how.batch_size).mean
  if options.generate:
    real = encode(split.images)
    own, images = np.arange(len(split)), generated_images(model, split, real, options)
  else:  # read first: a folder that doesn't fit is told before any work
    own, images = sampled_images(options.sample_dir, split, subject.dataset.categories,
                                 model.config.png_width, options)
    real = encode(split.images)
  generated = encode(images)
  if not (np.isfinite(real).all() and np.isfinite(generated).all()):
    raise UserError(f"The model {options.model} encodes some images to NaN or infinity: its "
                    "training had failed; use an earlier checkpoint.")
  with cli.progress(total=len(generated), desc="Ranking", unit="sketch") as bar:
    return Found(own, images, generated, real, rank(generated, real, max(KS), bar.update))


def generated_images(model: tf.keras.Model, split: SketchSplit, codes: np.ndarray,
                     options: Options) -> np.ndarray:
  """One sketch of each drawing, the same as evaluate/sample.py draws with these settings.

  Args:
    model: draws.
    split: N drawings.
    codes: float32 [N, Z], theirs.
    options: of the run.

  Returns:
    uint8 [N, W, W].
  """
  seeds = sketch_seeds(options.seed, split.labels, model_loading.index_in_category(split.labels))
  sketches = draw_sketches(model, codes, seeds, options.how)
  return rasterize(sketches, width=model.config.png_width)


def sampled_images(folder: str, split: SketchSplit, categories: tuple[str, ...], width: int,
                   options: Options) -> tuple[np.ndarray, np.ndarray]:
  """The pictures of a sample folder, and which drawing each was made from.

  Args:
    folder: see `sample_files`.
    split: the drawings.
    categories: their names.
    width: W.
    options: of the run.

  Returns:
    own int64 [n], position in the split; images uint8 [n, W, W].

  Raises:
    UserError: there are no pictures, some don't fit the drawings or the model, or some drawings
      have none and `partial` is not set.
  """
  found = sample_files.pictures(folder)
  _check_run(folder, found, categories, options)
  places = zip(split.labels.tolist(), model_loading.index_in_category(split.labels).tolist())
  place_of = {place: row for row, place in enumerate(places)}
  strangers = [path.name for place, path in found.items() if place not in place_of]
  if strangers:
    raise UserError(f"{folder} holds {strangers[0]}, but the {options.split} split has no such "
                    f"drawing (CATEGORY_INDEX counts from 0: {_sizes(split, categories)}); give "
                    "the --data_dir and --split that the sketches were drawn with.")
  missing = [place for place in place_of if place not in found]
  if missing and not options.partial:
    raise UserError(f"{folder} lacks the sketches of {len(missing)} of the {len(split)} "
                    f"{options.split} drawings ({missing[0][0]}_{missing[0][1]}.png is the first), "
                    "but Ret is over the whole set: sample with --num_samples=0, or pass --partial "
                    "to score only those that are there.")
  images = np.stack([sample_files.read_picture(path, width) for path in found.values()])
  return np.array([place_of[place] for place in found], np.int64), images


def _check_run(folder, found, categories, options):
  """Refuses folders that don't hold conditional sketches of these categories."""
  if not found:
    raise UserError(f"{folder} holds no CATEGORY_INDEX.png; give the --output_dir of "
                    "evaluate/sample.py.")
  description = sample_files.read_description(folder)
  if description is None:
    return  # sketches of the original program
  if not description["complete"]:
    raise UserError(f"The sample run in {folder} was cut off; run evaluate/sample.py again.")
  if not description["conditional"]:
    raise UserError(f"The sketches in {folder} were drawn without a condition, so there are no "
                    "drawings to find; run evaluate/sample.py without --unconditional.")
  if list(description.get("categories", [])) != list(categories):
    raise UserError(f"The sketches in {folder} are of {', '.join(description['categories'])}, but "
                    f"the model was trained on {', '.join(categories)}; give the model that drew "
                    "them.")
  if description.get("split") != options.split:
    raise UserError(f"The sketches in {folder} are of the {description.get('split')} split, but "
                    f"--split is {options.split}; give the same.")


def _sizes(split, categories):
  return ", ".join(f"{name} has {int((split.labels == label).sum())}"
                   for label, name in enumerate(categories))


def _settings(values):
  return {name: values[name] for name in ("temperature", "greedy", "seed", "batch_size")
          if name in values}
