"""The sketches that a report shows."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from evaluate import code_paths, latent_run, model_loading, report_map, sample_run
from evaluate.latent_run import View
from evaluate.retrieval_run import Found
from evaluate.run_start import RunOptions, Subject
from evaluate.sketching import draw_sketches, sketch_seeds
from evaluate.web_page.markup import Markup
from evaluate.web_page.sketches import Cell, Group

VARIANTS = 3  # further sketches of each drawing
STEPS = 8  # sketches from one drawing to the other
WALK_TEMPERATURE = 0.1  # low, so that the codes speak
_DRAWINGS = 24  # on the contact sheet
_FOUND = 12  # best and worst ones, each
_WALKS = 4
_COMPONENTS = 24
_COMPONENT_SKETCHES = 8


@dataclasses.dataclass(frozen=True)
class Pictures:
  """Everything that is drawn.

  Attributes:
    samples: given drawings with sketches of them.
    best: sketches that find their drawing best, with the drawing.
    worst: sketches that find it worst, with the drawing and what they find instead.
    walks: sketches of the codes between two drawings.
    components: for each live component its most typical drawing and sketches of its codes.
    map: plots of the codes.
  """

  samples: Sequence[Group]
  best: Sequence[Group]
  worst: Sequence[Group]
  walks: Sequence[Group]
  components: Sequence[Group]
  map: Sequence[Markup]


def make(options: RunOptions, subject: Subject, sketches: Sequence[np.ndarray], found: Found,
         places: np.ndarray, view: View) -> Pictures:
  """Draws what is not drawn yet.

  Args:
    options: of the report.
    subject: the model and the drawings.
    sketches: n times [n, 3], those that are evaluated.
    found: of retrieval, of these sketches.
    places: int [n], where in the ranking each sketch's own drawing is, from 1.
    view: of the latent space.
  """
  best, worst = _best_and_worst(subject, sketches, found, places)
  return Pictures(_samples(options, subject, sketches, found, view), best, worst,
                  _walks(options, subject, view), _components(options, subject, view),
                  report_map.plots(view, subject))


def _samples(options, subject, sketches, found, view) -> list[Group]:
  """Some drawings of each category, each with several sketches of its code."""
  labels = subject.split.labels
  everything = sample_run.Options(options.model, options.output_dir, seed=options.seed,
                                  num_samples=0)
  place_of = {row: place for place, row in enumerate(found.own.tolist())}
  categories = len(subject.dataset.categories)
  rows = [row for row in sample_run.chosen_rows(everything, subject).tolist() if row in place_of]
  of_category = lambda label: [row for row in rows if labels[row] == label]
  shown = [row for label in range(min(categories, _DRAWINGS))
           for row in of_category(label)[:max(_DRAWINGS // categories, 1)]]
  index = model_loading.index_in_category(labels)
  repeated = np.repeat(shown, VARIANTS)
  numbers = np.tile(np.arange(1, VARIANTS + 1), len(shown))
  drawn = draw_sketches(subject.model, view.codes.mean[repeated], sketch_seeds(
      options.seed, labels[repeated], index[repeated], numbers), options.how, "Contact sheet")
  groups = []
  for place, row in enumerate(shown):
    name = _name(subject, row)
    cells = [_given(subject, row, name), Cell(sketches[place_of[row]], f"{name}, sketch")]
    cells += [Cell(strokes, f"{name}, further sketch")
              for strokes in drawn[place * VARIANTS:(place + 1) * VARIANTS]]
    groups.append(Group(f"{name} · component {view.codes.component[row]}", cells))
  return groups


def _best_and_worst(subject, sketches, found, places) -> tuple[list[Group], list[Group]]:
  """Sketches by the place of their own drawing; equal places by the distance to it."""
  distance = np.square(found.generated - found.real[found.own]).sum(axis=1)
  order = np.lexsort([distance, places])
  count = min(_FOUND, len(order) // 2)
  group = lambda place, instead: _found(subject, sketches, found, places, int(place), instead)
  return ([group(place, False) for place in order[:count]],
          [group(place, True) for place in order[::-1][:count]])


def _found(subject, sketches, found, places, place, instead) -> Group:
  row, nearest = int(found.own[place]), int(found.ranks[place, 0])
  name = _name(subject, row)
  cells = [_given(subject, row, name), Cell(sketches[place], f"{name}, sketch")]
  if instead:
    cells.append(_given(subject, nearest, f"{_name(subject, nearest)}, found instead"))
  return Group(f"{name} · place {places[place]:,} of {len(found.real):,}", cells)


def _walks(options, subject, view) -> list[Group]:
  """Ways between pairs of drawings, of two categories where there are two."""
  split = subject.split
  filled = np.unique(split.labels)
  random = np.random.default_rng([options.seed, 7])
  pairs = []
  for _ in range(_WALKS):
    ends = random.choice(filled, size=2, replace=len(filled) < 2)
    pairs.append([int(random.choice(np.flatnonzero(split.labels == end))) for end in ends])
  codes = np.stack([code_paths.between(view.codes.mean[pair], STEPS, code_paths.spherical)
                    for pair in pairs])  # [walks, steps, Z]
  flat = codes.reshape(-1, codes.shape[-1])
  how = dataclasses.replace(options.how, temperature=WALK_TEMPERATURE)
  # One seed for all: what changes from step to step is the code alone.
  drawn = draw_sketches(subject.model, flat, np.full(len(flat), options.seed), how, "Ways")
  groups = []
  for place, (first, last) in enumerate(pairs):
    names = _name(subject, first), _name(subject, last)
    between = [Cell(strokes, f"step {step + 1} of {STEPS} from {names[0]} to {names[1]}")
               for step, strokes in enumerate(drawn[place * STEPS:(place + 1) * STEPS])]
    groups.append(Group(f"{names[0]} to {names[1]}", [
        _given(subject, first, names[0]), *between, _given(subject, last, names[1])]))
  return groups


def _components(options, subject, view) -> list[Group]:
  """The heaviest live components."""
  live = sorted((row for row in view.rows if row.live), key=lambda row: -row.weight)[:_COMPONENTS]
  if not live:
    return []
  drawn = latent_run.component_sketches(view, subject, live, _COMPONENT_SKETCHES, options)
  groups = []
  for row, (nearest, sketches) in zip(live, drawn):
    name = f"component {row.component}"
    mostly = (f"{100 * row.style_share:.0f} % {row.style}" if row.style
              else f"{100 * row.category_share:.0f} % {row.category}")
    groups.append(Group(
        f"{name} · weight {row.weight:.3f} · wins {row.drawings:,} of {len(subject.split):,} "
        f"drawings, {mostly}",
        [_given(subject, nearest, f"{_name(subject, nearest)}, nearest to the mean of {name}"),
         *[Cell(strokes, f"{name}, sketch {number + 1}")
           for number, strokes in enumerate(sketches)]]))
  return groups


def _given(subject: Subject, row: int, name: str) -> Cell:
  return Cell(subject.split.strokes[row], f"{name}, given drawing", True)


def _name(subject: Subject, row: int) -> str:
  labels = subject.split.labels
  index = int(np.sum(labels[:row] == labels[row]))
  return f"{subject.dataset.categories[labels[row]]} {index}"
