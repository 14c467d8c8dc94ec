"""Sketches of the codes between two drawings, or among four."""

import dataclasses
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import category_names, svg
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchSplit
from evaluate import code_paths, model_loading, run_start
from evaluate.encoding import encode_images
from evaluate.pictures import interpolation
from evaluate.run_start import RunOptions
from evaluate.sketching import draw_sketches

PICTURE = "interpolation.png"


@dataclasses.dataclass(frozen=True)
class Options(RunOptions):
  """The command line of evaluate/interpolate.py; see its flags."""

  drawings: tuple[str, ...] = ()
  grid: bool = False
  path: str = "spherical"
  steps: int = 8

  def __post_init__(self):
    super().__post_init__()
    if self.steps < 2:
      raise UserError(f"steps is {self.steps}, but it takes at least 2, from one end to the other.")


def run(options: Options) -> dict[str, Any]:
  """Draws, writes and returns the report.

  Raises:
    UserError: anything the user can mend: model, data, names of drawings, numbers.
  """
  subject = run_start.load(options.model, options.data_dir, options.split)
  model, dataset, split = subject.model, subject.dataset, subject.split
  rows = _chosen(options, split, dataset.categories)
  names = _names(rows, split, dataset.categories)
  ends = encode_images(model, split.images[rows], len(rows)).mean
  path = code_paths.PATHS[options.path]
  walk = code_paths.among if len(rows) == 4 else code_paths.between
  codes = walk(ends, options.steps, path)
  flat = codes.reshape(-1, codes.shape[-1])
  # One seed for all: what changes from step to step is the code alone.
  sketches = draw_sketches(model, flat, np.full(len(flat), options.seed), options.how)
  given = [split.strokes[row] for row in rows]
  folder = pathlib.Path(options.output_dir)
  files = _save(folder, given, names, sketches, options.steps)
  return {"model": str(options.model), "drawings": names, "path": options.path,
          "steps": options.steps, "temperature": options.how.temperature,
          "greedy": options.how.greedy, "seed": options.seed, "split": options.split,
          "picture": str(folder / PICTURE), "svg_files": files}


def _save(folder: pathlib.Path, given: Sequence[np.ndarray], names: Sequence[str],
          sketches: Sequence[np.ndarray], steps: int) -> int:
  """Writes the picture and one SVG per sketch; returns how many."""
  folder.mkdir(parents=True, exist_ok=True)
  if len(given) == 4:
    grid = [sketches[row * steps:(row + 1) * steps] for row in range(steps)]
    interpolation.save_grid(folder / PICTURE, given, names, grid)
    places = [f"grid_{row:02d}_{column:02d}" for row in range(steps) for column in range(steps)]
  else:
    interpolation.save_strip(folder / PICTURE, given, names, sketches)
    places = [f"step_{step:02d}" for step in range(steps)]
  for place, strokes3 in zip(places, sketches):
    svg.save_svg(folder / f"{place}.svg", strokes3)
  return len(places)


def _chosen(options: Options, split: SketchSplit, categories: Sequence[str]) -> np.ndarray:
  """Rows of the drawings to go between."""
  if options.drawings:
    if len(options.drawings) not in (2, 4):
      raise UserError(f"--drawings names {len(options.drawings)} drawings; give two (a strip) or "
                      "four (a grid), such as --drawings=bee:3,bus:17.")
    return np.array([_find(text, split, categories, options.split) for text in options.drawings])
  labels = [place % len(categories) for place in range(4 if options.grid else 2)]
  return _random_rows(split, labels, np.random.default_rng(options.seed))


def _random_rows(split: SketchSplit, labels: Sequence[int], random: np.random.Generator
                 ) -> np.ndarray:
  """One drawing of each of the categories, of styles that differ where styles are known."""
  rows: list[int] = []
  for label in labels:
    own = np.setdiff1d(np.flatnonzero(split.labels == label), rows)
    if split.styles is not None:
      fresh = own[~np.isin(split.styles[own], split.styles[rows])]
      own = fresh if len(fresh) else own
    rows.append(int(random.choice(own if len(own) else np.arange(len(split)))))
  return np.array(rows)


def _find(text, split, categories, name_of_split):
  """CATEGORY:INDEX -> row of the split."""
  match = re.fullmatch(r"\s*(.+?)\s*:\s*(\d+)\s*", text)
  if not match:
    raise UserError(f"--drawings can't be read at {text!r}; write CATEGORY:INDEX, such as bee:3.")
  category_names.check_known(match[1], list(categories), "among the model's categories")
  own = np.flatnonzero(split.labels == list(categories).index(match[1]))
  if int(match[2]) >= len(own):
    raise UserError(f"There is no drawing {match[1]}:{match[2]}: the {name_of_split} split has "
                    f"{len(own)} of {match[1]}, counted from 0.")
  return own[int(match[2])]


def _names(rows, split, categories):
  places = model_loading.index_in_category(split.labels)
  return [f"{categories[split.labels[row]]} {places[row]}" for row in rows]
