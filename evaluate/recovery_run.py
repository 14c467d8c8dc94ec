"""Joint images that Contextual GAN drew itself, searched for from one half of each."""

import dataclasses
import json
import os
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import files
from evaluate import (completion_models, completion_run, completion_scores, completion_search,
                      completion_task, metric_report)
from evaluate.completion_inputs import Inputs
from evaluate.completion_search import Found
from evaluate.completion_task import Task
from evaluate.painting import as_pixels
from evaluate.pictures.face_sheet import Row, save_face_sheet
from models.contextual_gan.completion import DIRECTIONS, SearchOptions
from models.contextual_gan.model import ContextualGan

MOMENTS = ("start", "end")
DISTANCE = "latent_distance"
_SHEET_ROWS = 16


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/recovery.py; see its flags. None: not given.

  The names of what the search is told are those of the model's config.
  """

  model: str
  direction: str = DIRECTIONS[0]
  count: int = 16
  seed: int = 0
  iterations: int | None = None
  num_init: int | None = None
  search_rate: float | None = None
  search_momentum: float | None = None
  perceptual_weight: float | None = None
  batch_size: int = 32
  output: str | None = None
  sheet: str | None = None


def run(options: Options) -> dict[str, Any]:
  """Draws, searches, writes what was asked for, and returns the figures.

  Raises:
    UserError: anything the user can mend: model, settings, files; told before the search, unless
      the model makes NaN.
  """
  metric_report.check_output(options.output, ".json")
  metric_report.check_output(options.sheet, ".png")
  model, _ = completion_models.load(options.model)
  how = completion_run.search_options(model.config, options)
  task = completion_task.find(options.direction, None, model.config.image_size)
  latent = true_latents(options.count, model.config.z_size, options.seed)
  inputs = drawn(model, latent, options.batch_size)
  found = _searched(model, inputs, task, how, options)
  distances = {moment: np.linalg.norm(one - latent, axis=1)
               for moment, one in zip(MOMENTS, (found.start_latent, found.latent))}
  pictures = _figures(task, inputs, found, distances)
  report = {"model": options.model, "direction": options.direction, "count": options.count,
            "seed": options.seed, **dataclasses.asdict(how), **_means(pictures),
            "pictures": pictures}
  if options.sheet:
    _write_sheet(options, inputs, found, pictures)
  if options.output:
    _write_json(options.output, report)
  return report


def true_latents(count: int, z_size: int, seed: int) -> np.ndarray:
  """z*, uniform in [-1, 1] as in training: float32 [count, Z]; the first ones whatever `count`."""
  return np.random.default_rng(seed).uniform(-1.0, 1.0, [count, z_size]).astype(np.float32)


def drawn(model: ContextualGan, latent: np.ndarray, batch_size: int) -> Inputs:
  """The joint images of latent vectors [N, Z], in pixels as files have them.

  Raises:
    UserError: the model makes NaN.
  """
  joint = [as_pixels(model(tf.constant(latent[start:start + batch_size])).numpy())
           for start in range(0, len(latent), batch_size)]
  names = tuple(f"drawn {number}" for number in range(1, len(latent) + 1))
  return Inputs(names, np.concatenate(joint), np.ones([len(latent)], bool), "own drawings")


def _searched(model: ContextualGan, inputs: Inputs, task: Task, how: SearchOptions,
              options: Options) -> Found:
  parts = [found for _, found in completion_search.search(model, inputs, task.mask, how,
                                                          options.seed, options.batch_size)]
  return Found(*map(np.concatenate, zip(*parts)))


def _figures(task: Task, inputs: Inputs, found: Found, distances: dict[str, np.ndarray]
             ) -> list[dict[str, Any]]:
  """Of each image: `<figure>_start` and `<figure>_end`; SSIM and PSNR are of the unseen half."""
  losses = (found.contextual[:, 0],
            np.take_along_axis(found.contextual, found.best[:, None], axis=1)[:, 0])
  pictures = [{"name": name} for name in inputs.names]
  for moment, made, loss in zip(MOMENTS, (found.start, found.final), losses):
    scores = completion_scores.score(task.made(made), task.made(inputs.joint), inputs.has_truth,
                                     loss).values
    for row, picture in enumerate(pictures):
      picture.update({f"{figure}_{moment}": values[row] for figure, values in scores.items()})
      picture[f"{DISTANCE}_{moment}"] = float(distances[moment][row])
  return pictures


def _means(pictures: list[dict[str, Any]]) -> dict[str, float | None]:
  """Over the images that have the figure; equal pictures have no PSNR."""
  means = {}
  for figure in pictures[0].keys() - {"name"}:
    known = [picture[figure] for picture in pictures if picture[figure] is not None]
    means[figure] = float(np.mean(known)) if known else None
  return dict(sorted(means.items()))


def _write_sheet(options: Options, inputs: Inputs, found: Found, pictures: list[dict[str, Any]]
                 ) -> None:
  """The first images: true, start, end."""
  label = "SSIM {ssim_start:.2f} at the start, {ssim_end:.2f} at the end"
  shown = list(zip(pictures, inputs.joint, found.start, found.final))[:_SHEET_ROWS]
  rows = [Row(label.format(**picture), joint) for picture, *joint in shown]
  known, made = options.direction.split("_to_")
  save_face_sheet(options.sheet, f"joint images of the model's own, searched for by their {known}; "
                  f"SSIM of the {made}", ("true", "start", "end"), rows)


def _write_json(path: str | os.PathLike, report: dict[str, Any]) -> None:
  with files.atomic_path(path) as scratch:
    scratch.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n")
