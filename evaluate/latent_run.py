"""The latent space of a model: a map of codes, a table of components, a sheet of their sketches."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchDataset, SketchSplit
from evaluate import component_table, model_loading
from evaluate.component_table import ComponentRow
from evaluate.encoding import Codes, encode_images
from evaluate.metrics.clustering import adjusted_rand_index
from evaluate.mixture_codes import component_codes
from evaluate.pictures.contact_sheet import Row, Section, save_contact_sheet
from evaluate.pictures.scatter import Ellipse, Panel, save_scatter
from evaluate.projection import Plane, discriminant_plane, principal_plane
from evaluate.sketching import Sketching, draw_sketches, sketch_seeds

MAP, SHEET = "latent_map.png", "components.png"
PROJECTIONS = ("pca", "lda")


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/latent_space.py; see its flags."""

  model: str
  output_dir: str
  data_dir: str | None = None
  split: str = "test"
  projection: str = "pca"
  sketches: int = 8
  seed: int = 0
  how: Sketching = Sketching()


def run(options: Options) -> dict[str, Any]:
  """Draws, writes and returns the report.

  Raises:
    UserError: anything the user can mend: model, data, numbers.
  """
  if options.seed < 0:
    raise UserError(f"seed is {options.seed}, but it must be 0 or more.")
  model, content = model_loading.load(options.model)
  dataset, split = model_loading.load_drawings(content, options.data_dir, options.split)
  codes = encode_images(model, split.images, options.how.batch_size)
  if not np.isfinite(codes.mean).all():
    raise UserError(f"The model {options.model} encodes some images to NaN or infinity: its "
                    "training had failed; use an earlier checkpoint.")
  mixture = [values.numpy() for values in model.mixture.current()]
  rows = component_table.component_rows(mixture[2][:, 0], codes.component, split.labels,
                                        dataset.categories, split.styles, dataset.style_names)
  cli.say(component_table.as_text(rows))
  folder = pathlib.Path(options.output_dir)
  _save_map(folder / MAP, options.projection, codes, mixture, dataset, split, rows)
  _save_sheet(folder / SHEET, model, mixture, codes, split, rows, options)
  live = sum(row.live for row in rows)
  cli.say(f"{live} of {len(rows)} components are live.")
  return {"model": str(options.model), "split": options.split, "drawings": len(split),
          "categories": list(dataset.categories), "live_components": live,
          "components": len(rows), **_agreement(codes, split),
          "map": str(folder / MAP), "sheet": str(folder / SHEET),
          "projection": options.projection, "seed": options.seed,
          "table": [{**dataclasses.asdict(row), "weight": round(row.weight, 6),
                     "category_share": round(row.category_share, 4),
                     "style_share": round(row.style_share, 4)} for row in rows]}


def _agreement(codes: Codes, split: SketchSplit) -> dict[str, float | None]:
  """Adjusted Rand index of the components against the known labels."""
  against = lambda labels: round(adjusted_rand_index(codes.component, labels), 4)
  return {"adjusted_rand_index_category": against(split.labels),
          "adjusted_rand_index_style": None if split.styles is None else against(split.styles)}


def _save_map(path: pathlib.Path, projection: str, codes: Codes, mixture: Sequence[np.ndarray],
              dataset: SketchDataset, split: SketchSplit, rows: Sequence[ComponentRow]) -> None:
  """Test codes coloured by component, by category and, where known, by style."""
  if projection == "lda":
    plane, name = discriminant_plane(codes.mean, codes.component), "discriminant axis"
  else:
    plane, name = principal_plane(codes.mean), "principal axis"
  axis_labels = tuple(f"{name} {axis + 1} ({100 * share:.0f} %)"
                      for axis, share in enumerate(plane.shares))
  winners = {row.component: f"{row.component} ({row.drawings})" for row in rows if row.drawings}
  panels = [Panel("By component of the mixture (drawings won)", codes.component, winners,
                  _ellipses(plane, mixture, rows)),
            Panel("By category", split.labels, dict(enumerate(dataset.categories)))]
  if split.styles is not None:
    panels.append(Panel("By style", split.styles, dict(enumerate(dataset.style_names))))
  save_scatter(path, plane(codes.mean), panels, axis_labels)


def _ellipses(plane: Plane, mixture: Sequence[np.ndarray], rows: Sequence[ComponentRow]
              ) -> list[Ellipse]:
  """The live components' Gaussians as seen on the plane."""
  means, variances, _ = mixture
  return [Ellipse(plane(means[row.component]),
                  plane.axes * variances[row.component].astype(np.float64) @ plane.axes.T,
                  str(row.component), row.component) for row in rows if row.live]


def _save_sheet(path: pathlib.Path, model: tf.keras.Model, mixture: Sequence[np.ndarray],
                codes: Codes, split: SketchSplit, rows: Sequence[ComponentRow], options: Options
                ) -> None:
  """For each live component its most typical drawing, and sketches of codes drawn from it."""
  live = [row for row in rows if row.live]
  if not live:
    cli.say("No component is live, so there is no sheet of sketches.")
    return
  count = options.sketches
  numbers = np.repeat([row.component for row in live], count)
  drawn = draw_sketches(
      model, np.concatenate([component_codes(*mixture, row.component, count, options.seed)
                             for row in live]),
      sketch_seeds(options.seed, numbers, np.tile(np.arange(count), len(live))), options.how)
  sections = []
  for place, row in enumerate(live):
    own = np.flatnonzero(codes.component == row.component)
    distances = np.square(codes.mean[own] - mixture[0][row.component]).sum(axis=1)
    heading = (f"component {row.component} · weight {row.weight:.3f} · wins {row.drawings} of "
               f"{len(split)} drawings, mostly {row.style or row.category}")
    sections.append(Section(heading, [Row(
        "nearest drawing", split.strokes[own[distances.argmin()]],
        drawn[place * count:(place + 1) * count])]))
  save_contact_sheet(path, f"on grey: the {options.split} drawing nearest to a component's mean; "
                     f"beside it: sketches of codes drawn from the component (temperature "
                     f"{options.how.temperature:g}, seed {options.seed})", sections, side_by_side=1)
