"""A whole sampling run: model -> codes -> sketches -> files and a contact sheet."""

import dataclasses
import time
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli, svg
from data_tools.errors import UserError
from data_tools.raster import rasterize
from evaluate import model_loading, run_start, sample_files
from evaluate.encoding import encode_images
from evaluate.mixture_codes import component_codes, prior_codes
from evaluate.pictures.contact_sheet import Row, Section, save_contact_sheet
from evaluate.run_start import RunOptions, Subject
from evaluate.sketching import draw_sketches, sketch_seeds

SHEET = "contact_sheet.png"
_SHEET_ROWS = 12  # drawings or sketches shown of each category or component, if they are few
_SHEET_GROUPS = 60  # categories or components shown


@dataclasses.dataclass(frozen=True)
class Options(RunOptions):
  """The command line of evaluate/sample.py; see its flags."""

  conditional: bool = True
  component: int | None = None
  num_samples: int = 10
  colour: bool = False
  sheet_variants: int = 3
  jit_compile: bool = False

  def __post_init__(self):
    super().__post_init__()
    if self.num_samples < 0:
      raise UserError(f"num_samples is {self.num_samples}, but it may not be below 0; 0 stands for "
                      "all drawings of the split.")


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


def run(options: Options, subject: Subject | None = None) -> dict[str, Any]:
  """Samples, writes everything and returns the report of the run.

  Args:
    options: of the run.
    subject: the model and the drawings that the options name, if they are loaded already.

  Raises:
    UserError: anything the user can mend: model, data, numbers, output folder.
  """
  subject = subject or run_start.load(
      options.model, options.data_dir, options.split if options.conditional else None,
      options.jit_compile)
  model = subject.model
  plan = (_conditional_plan(subject, options) if options.conditional
          else unconditional_plan(model, options))
  names = list(zip(plan.group.tolist(), plan.index.tolist()))
  description = describe(options, subject)
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


def describe(options: Options, subject: Subject) -> dict[str, Any]:
  """What samples.json says of a run, without the list of its sketches."""
  how = options.how
  given = options.conditional
  return {"model": str(options.model), "categories": list(subject.content["hparams"].categories),
          "conditional": given, "split": options.split if given else None,
          "component": options.component, "temperature": how.temperature, "greedy": how.greedy,
          "max_length": how.max_length, "seed": options.seed, "colour": options.colour,
          "batch_size": how.batch_size,
          "model_sha256": run_start.model_fingerprint(subject.model),
          "drawings_sha256": run_start.drawings_fingerprint(subject.split) if given else None}


def chosen_rows(options: Options, subject: Subject) -> np.ndarray:
  """Rows of the drawings that a conditional run is given: num_samples of each category, shuffled.

  Returns:
    int64 [N], category after category.
  """
  labels = subject.split.labels
  chosen = []
  for label, name in enumerate(subject.dataset.categories):
    own = np.random.default_rng([options.seed, label]).permutation(np.flatnonzero(labels == label))
    wanted = options.num_samples or len(own)
    if wanted > len(own):
      cli.say(f"There are only {len(own)} {options.split} drawings of {name}: each is drawn once.")
    chosen.append(own[:wanted])
  return np.concatenate(chosen)


def _conditional_plan(subject: Subject, options: Options) -> Plan:
  """Codes are encoder means of the chosen drawings."""
  split, rows = subject.split, chosen_rows(options, subject)
  codes = encode_images(subject.model, split.images[rows], options.how.batch_size)
  return Plan(split.labels[rows].astype(np.int64),
              model_loading.index_in_category(split.labels)[rows], codes.mean,
              codes.component, [split.strokes[row] for row in rows],
              dict(enumerate(subject.dataset.categories)))


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
  headings = dict(list(plan.headings.items())[:_SHEET_GROUPS])
  rows = max(_SHEET_ROWS * 10 // max(len(headings), 10), 2)
  shown = [row for group in headings for row in np.flatnonzero(plan.group == group)[:rows]]
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
      for row in shown if plan.group[row] == group]) for group, heading in headings.items()]
  how = "greedy" if options.how.greedy else f"temperature {options.how.temperature:g}"
  told = ("on grey: given drawings; beside them: sketches of their codes"
          if plan.given is not None else "sketches of codes drawn from the latent mixture")
  if len(headings) < len(plan.headings):
    told += f"; {len(headings)} of {len(plan.headings)} groups"
  save_contact_sheet(f"{options.output_dir}/{SHEET}", f"{told} ({how}, seed {options.seed})",
                     sections, side_by_side=2 if plan.given is not None else 8)
