"""A whole sampling run: model -> codes -> sketches -> files and a contact sheet."""

import dataclasses
import time
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli, svg
from data_tools.errors import UserError
from data_tools.raster import rasterize
from evaluate import model_loading, sample_files
from evaluate.encoding import encode_images
from evaluate.mixture_codes import component_codes, prior_codes
from evaluate.pictures.contact_sheet import Row, Section, save_contact_sheet
from evaluate.sketching import Sketching, draw_sketches, sketch_seeds

SHEET = "contact_sheet.png"
_SHEET_ROWS = 12  # drawings or sketches shown of each category or component


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/sample.py; see its flags."""

  model: str
  output_dir: str
  data_dir: str | None = None
  split: str = "test"
  conditional: bool = True
  component: int | None = None
  num_samples: int = 10
  seed: int = 0
  colour: bool = False
  sheet_variants: int = 3
  jit_compile: bool = False
  how: Sketching = Sketching()


@dataclasses.dataclass(frozen=True)
class Plan:
  """What is to be drawn: N sketches.

  Attributes:
    group: int64 [N], category (conditional) or component; first number of the file names.
    index: int64 [N], second number.
    codes: float32 [N, Z].
    components: int64 [N].
    given: the N originals, [n, 3] each, or None.
    headings: name of each group.
  """

  group: np.ndarray
  index: np.ndarray
  codes: np.ndarray
  components: np.ndarray
  given: list[np.ndarray] | None
  headings: dict[int, str]


def run(options: Options) -> dict[str, Any]:
  """Samples, writes everything and returns the report of the run.

  Raises:
    UserError: anything the user can mend: model, data, numbers, output folder.
  """
  if options.num_samples < 0 or options.seed < 0:
    raise UserError(f"num_samples is {options.num_samples} and seed is {options.seed}, but neither "
                    "may be below 0.")
  model, content = model_loading.load(options.model, options.jit_compile)
  plan = (_conditional_plan(model, content, options) if options.conditional
          else unconditional_plan(model, options))
  names = list(zip(plan.group.tolist(), plan.index.tolist()))
  description = _description(options, content)
  folder = sample_files.start_folder(options.output_dir, description, names)
  begin = time.perf_counter()
  sketches = draw_sketches(model, plan.codes, sketch_seeds(options.seed, plan.group, plan.index),
                           options.how)
  seconds = time.perf_counter() - begin
  images = rasterize(sketches, width=model.config.png_width)
  for row, (group, index) in enumerate(cli.progress(names, desc="Writing", unit="sketch")):
    sample_files.write_sketch(folder, group, index, sketches[row], images[row], plan.codes[row],
                              plan.components[row], _colour(options, group))
  _save_sheet(model, options, plan, sketches)
  sample_files.finish_folder(folder, description, names)
  lengths = np.array([len(one) for one in sketches])
  limit = options.how.max_length or model.config.max_seq_len
  return {**description, "output_dir": str(folder), "contact_sheet": str(folder / SHEET),
          "sketches": len(sketches), "seconds": round(seconds, 3),
          "sketches_per_second": round(len(sketches) / seconds, 2),
          "mean_length": round(float(lengths.mean()), 1),
          "ended_by_themselves": round(float((lengths < limit).mean()), 4)}


def _description(options: Options, content: dict[str, Any]) -> dict[str, Any]:
  how = options.how
  return {"model": str(options.model), "categories": list(content["hparams"].categories),
          "conditional": options.conditional, "split": options.split if options.conditional
          else None, "component": options.component, "temperature": how.temperature,
          "greedy": how.greedy, "seed": options.seed, "colour": options.colour,
          "batch_size": how.batch_size}


def _conditional_plan(model, content, options) -> Plan:
  """Codes are encoder means of shuffled drawings, num_samples of each category."""
  dataset, split = model_loading.load_drawings(content, options.data_dir, options.split)
  positions = model_loading.index_in_category(split.labels)
  chosen = []
  for label, name in enumerate(dataset.categories):
    own = np.random.default_rng([options.seed, label]).permutation(
        np.flatnonzero(split.labels == label))
    wanted = options.num_samples or len(own)
    if wanted > len(own):
      cli.say(f"There are only {len(own)} {options.split} drawings of {name}: each is drawn once.")
    chosen.append(own[:wanted])
  chosen = np.concatenate(chosen)
  codes = encode_images(model, split.images[chosen], options.how.batch_size)
  return Plan(split.labels[chosen].astype(np.int64), positions[chosen], codes.mean,
              codes.component, [split.strokes[row] for row in chosen],
              dict(enumerate(dataset.categories)))


def unconditional_plan(model: tf.keras.Model, options: Options) -> Plan:
  """Codes are drawn from the latent mixture, or from one component of it.

  Raises:
    UserError: there is no such component, or num_samples is 0.
  """
  if not options.num_samples:
    raise UserError("num_samples is 0, which means all drawings of a split; without a condition "
                    "give the number of sketches to draw.")
  mixture = [values.numpy() for values in model.mixture.current()]
  if options.component is None:
    codes, components = prior_codes(*mixture, options.num_samples, options.seed)
  else:
    codes = component_codes(*mixture, options.component, options.num_samples, options.seed)
    components = np.full(options.num_samples, options.component)
  order = np.argsort(components, kind="stable")
  components = components[order]
  weights = mixture[2][:, 0]
  headings = {int(k): f"component {k} · weight {weights[k]:.3f}" for k in np.unique(components)}
  return Plan(components, model_loading.index_in_category(components), codes[order], components,
              None, headings)


def _colour(options, group):
  return svg.category_colour(group) if options.colour else "black"


def _save_sheet(model, options, plan, sketches):
  """Originals beside their sketches, or the sketches of each component."""
  shown = [row for group in plan.headings
           for row in np.flatnonzero(plan.group == group)[:_SHEET_ROWS]]
  further = {row: [sketches[row]] for row in shown}
  variants = 0 if options.how.greedy else options.sheet_variants
  if plan.given is not None and variants:
    rows = np.repeat(shown, variants)
    numbers = np.tile(np.arange(1, variants + 1), len(shown))
    drawn = draw_sketches(model, plan.codes[rows], sketch_seeds(
        options.seed, plan.group[rows], plan.index[rows], numbers), options.how, "Contact sheet")
    for row, sketch in zip(rows, drawn):
      further[row].append(sketch)
  sections = [Section(heading, [
      Row(f"{heading if plan.given is not None else 'sketch'} {plan.index[row]}"
          + (f" · component {plan.components[row]}" if plan.given is not None else ""),
          plan.given[row] if plan.given is not None else None, further[row],
          _colour(options, group))
      for row in shown if plan.group[row] == group]) for group, heading in plan.headings.items()]
  how = "greedy" if options.how.greedy else f"temperature {options.how.temperature:g}"
  told = ("on grey: given drawings; beside them: sketches of their codes"
          if plan.given is not None else "sketches of codes drawn from the latent mixture")
  save_contact_sheet(f"{options.output_dir}/{SHEET}", f"{told} ({how}, seed {options.seed})",
                     sections, side_by_side=2 if plan.given is not None else 8)
