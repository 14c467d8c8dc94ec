"""The latent space of a model: a map of codes, a table of components, a sheet of their sketches."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchSplit
from evaluate import component_table, run_start
from evaluate.component_table import ComponentRow
from evaluate.encoding import Codes, encode_images
from evaluate.metrics.clustering import adjusted_rand_index
from evaluate.mixture_codes import component_codes
from evaluate.pictures.contact_sheet import Row, Section, save_contact_sheet
from evaluate.pictures.scatter import Ellipse, Panel, save_scatter
from evaluate.projection import Plane, discriminant_plane, principal_plane
from evaluate.run_start import RunOptions, Subject
from evaluate.sketching import draw_sketches, sketch_seeds

MAP, SHEET = "latent_map.png", "components.png"
PROJECTIONS = ("pca", "lda")


@dataclasses.dataclass(frozen=True)
class Options(RunOptions):
  """The command line of evaluate/latent_space.py; see its flags."""

  projection: str = "pca"
  sketches: int = 8


@dataclasses.dataclass(frozen=True)
class View:
  """The latent space as the drawings of a split see it.

  Attributes:
    codes: of the drawings.
    mixture: means [K, Z], variances [K, Z] and weights [K, 1].
    rows: one for each component.
  """

  codes: Codes
  mixture: Sequence[np.ndarray]
  rows: Sequence[ComponentRow]


def run(options: Options) -> dict[str, Any]:
  """Draws, writes and returns the report.

  Raises:
    UserError: anything the user can mend: model, data, numbers.
  """
  subject = run_start.load(options.model, options.data_dir, options.split)
  view = look(options, subject)
  cli.say(component_table.as_text(view.rows))
  folder = pathlib.Path(options.output_dir)
  save_map(folder / MAP, options.projection, view, subject)
  _save_sheet(folder / SHEET, view, subject, options)
  report = summary(view, subject)
  cli.say(f"{report['live_components']} of {report['components']} components are live.")
  return {"model": str(options.model), "split": options.split, "drawings": len(subject.split),
          "categories": list(subject.dataset.categories), **report,
          "map": str(folder / MAP), "sheet": str(folder / SHEET),
          "projection": options.projection, "seed": options.seed}


def look(options: RunOptions, subject: Subject) -> View:
  """Encodes the drawings and asks the mixture.

  Args:
    options: of the run.
    subject: the model and the drawings that they name.

  Raises:
    UserError: the model encodes to NaN or infinity.
  """
  split, dataset = subject.split, subject.dataset
  codes = encode_images(subject.model, split.images, options.how.batch_size)
  if not np.isfinite(codes.mean).all():
    raise UserError(f"The model {options.model} encodes some images to NaN or infinity: its "
                    "training had failed; use an earlier checkpoint.")
  mixture = [values.numpy() for values in subject.model.mixture.current()]
  return View(codes, mixture, component_table.component_rows(
      mixture[2][:, 0], codes.component, split.labels, dataset.categories, split.styles,
      dataset.style_names))


def summary(view: View, subject: Subject) -> dict[str, Any]:
  """The table, the number of live components, and how they agree with the known labels."""
  return {"live_components": sum(row.live for row in view.rows), "components": len(view.rows),
          **_agreement(view.codes, subject.split),
          "table": [{**dataclasses.asdict(row), "weight": round(row.weight, 6),
                     "category_share": round(row.category_share, 4),
                     "style_share": round(row.style_share, 4)} for row in view.rows]}


def _agreement(codes: Codes, split: SketchSplit) -> dict[str, float | None]:
  """Adjusted Rand index of the components against the known labels."""
  against = lambda labels: round(adjusted_rand_index(codes.component, labels), 4)
  return {"adjusted_rand_index_category": against(split.labels),
          "adjusted_rand_index_style": None if split.styles is None else against(split.styles)}


def save_map(path: pathlib.Path, projection: str, view: View, subject: Subject) -> None:
  """Draws the codes coloured by component, by category and, where known, by style.

  Args:
    path: ends in .png.
    projection: one of PROJECTIONS.
    view: of the drawings.
    subject: the drawings.
  """
  codes, rows, split, dataset = view.codes, view.rows, subject.split, subject.dataset
  if projection == "lda":
    plane, name = discriminant_plane(codes.mean, codes.component), "discriminant axis"
  else:
    plane, name = principal_plane(codes.mean), "principal axis"
  axis_labels = tuple(f"{name} {axis + 1} ({100 * share:.0f} %)"
                      for axis, share in enumerate(plane.shares))
  winners = {row.component: f"{row.component} ({row.drawings})" for row in rows if row.drawings}
  panels = [Panel("By component of the mixture (drawings won)", codes.component, winners,
                  ellipses(plane, view)),
            Panel("By category", split.labels, dict(enumerate(dataset.categories)))]
  if split.styles is not None:
    panels.append(Panel("By style", split.styles, dict(enumerate(dataset.style_names))))
  save_scatter(path, plane(codes.mean), panels, axis_labels)


def ellipses(plane: Plane, view: View) -> list[Ellipse]:
  """The live components' Gaussians as seen on the plane."""
  means, variances, _ = view.mixture
  return [Ellipse(plane(means[row.component]),
                  plane.axes * variances[row.component].astype(np.float64) @ plane.axes.T,
                  str(row.component), row.component) for row in view.rows if row.live]


def component_sketches(view: View, subject: Subject, rows: Sequence[ComponentRow], count: int,
                       options: RunOptions) -> list[tuple[int, list[np.ndarray]]]:
  """For each of some components the row of its most typical drawing, and sketches of its codes.

  Args:
    view: of the drawings.
    subject: the model and the drawings.
    rows: live components.
    count: sketches of each.
    options: of the run.

  Returns:
    (row in the split, [n, 3] each) for each component.
  """
  numbers = np.repeat([row.component for row in rows], count)
  drawn = draw_sketches(
      subject.model, np.concatenate([component_codes(*view.mixture, row.component, count,
                                                     options.seed) for row in rows]),
      sketch_seeds(options.seed, numbers, np.tile(np.arange(count), len(rows))), options.how)
  result = []
  for place, row in enumerate(rows):
    own = np.flatnonzero(view.codes.component == row.component)
    distances = np.square(view.codes.mean[own] - view.mixture[0][row.component]).sum(axis=1)
    result.append((int(own[distances.argmin()]), drawn[place * count:(place + 1) * count]))
  return result


def _save_sheet(path: pathlib.Path, view: View, subject: Subject, options: Options) -> None:
  """For each live component its most typical drawing, and sketches of codes drawn from it."""
  live = [row for row in view.rows if row.live]
  if not live:
    cli.say("No component is live, so there is no sheet of sketches.")
    return
  sections = []
  drawn = component_sketches(view, subject, live, options.sketches, options)
  for row, (nearest, sketches) in zip(live, drawn):
    heading = (f"component {row.component} · weight {row.weight:.3f} · wins {row.drawings} of "
               f"{len(subject.split)} drawings, mostly {row.style or row.category}")
    sections.append(Section(heading, [Row("nearest drawing", subject.split.strokes[nearest],
                                          sketches)]))
  save_contact_sheet(path, f"on grey: the {options.split} drawing nearest to a component's mean; "
                     f"beside it: sketches of codes drawn from the component (temperature "
                     f"{options.how.temperature:g}, seed {options.seed})", sections, side_by_side=1)
