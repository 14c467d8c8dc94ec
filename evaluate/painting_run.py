"""Sketches of a folder in the style of photos, by Sketch-to-Image: what evaluate/translate.py does.

Whose style a sketch takes: of the photo of its own name (the ending left out); if there is none, of
the only photo that was given; or else of the photos in order, begun anew after the last one.
"""

import collections
import dataclasses
import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_sets import picture_steps
from evaluate import painting_data, painting_models, result_folder, translate_plan
from evaluate.painting import Painter
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.translate_plan import Options, Plan

DIRECTION = "sketch_to_photo"
# Of evaluate/translate.py, which models of faces have no use for; and those that these have not.
FLAGS = ("style_dir", "seed", "weights", "statistics")
_FACE_FLAGS = ("any_size",)
OWN_NAME, ONLY_PHOTO, IN_ORDER = "own name", "only photo", "in order"


@dataclasses.dataclass(frozen=True)
class Style:
  """Whose style a sketch takes, and by which rule."""

  photo: pathlib.Path
  rule: str


def run(options: Options) -> dict[str, Any]:
  """Paints every sketch, writes results and sheet, and returns the report.

  Raises:
    UserError: anything the user can mend: model, flags, pictures, folders. Pictures are all looked
      at before the first result is written.
  """
  _check_flags(options)
  photos = translate_plan.by_name(options.style_dir)
  plan = translate_plan.make_plan(options, also_read=list(photos.values()))
  styles = styles_of(plan.inputs, photos)
  rules = _told_rules(styles)
  model, content = painting_models.load(options.model)
  painting_data.look_at([*plan.inputs, *(style.photo for style in styles)])
  truths = translate_plan.truths_shown(options, plan)
  result_folder.check_folder(options.output_dir)
  paint = Painter(model, min(options.batch_size, len(plan.inputs)), options.weights or "average",
                  options.statistics or "moving")
  begin = time.perf_counter()
  shown = _paint(paint, model.config.im_size_gan, options, plan, styles)
  seconds = time.perf_counter() - begin
  if shown:
    _save_sheet(options, plan, shown, styles, truths)
  count = len(plan.inputs)
  return {"model": str(options.model), "kind": content["model"], "direction": options.direction,
          "count": count, "size": model.config.im_size_gan, "style_rules": rules,
          "weights": options.weights or "average", "statistics": options.statistics or "moving",
          "seed": options.seed or 0, "format": options.format,
          "with_truth": sum(path.stem in plan.truths for path in plan.inputs),
          "output_dir": str(options.output_dir), "sheet": str(plan.sheet) if shown else None,
          "seconds": round(seconds, 3), "pictures_per_second": round(count / seconds, 2)}


def styles_of(sketches: Sequence[pathlib.Path], photos: Mapping[str, pathlib.Path]) -> list[Style]:
  """Whose style each sketch takes; see the module's description.

  Args:
    sketches: N files.
    photos: by name without ending, in order; at least one.
  """
  others = list(photos.values())
  rule = ONLY_PHOTO if len(others) == 1 else IN_ORDER
  return [Style(photos[path.stem], OWN_NAME) if path.stem in photos
          else Style(others[place % len(others)], rule)
          for place, path in enumerate(sketches)]


def _told_rules(styles: Sequence[Style]) -> dict[str, int]:
  """How many sketches each rule counted for, said on stderr, too."""
  rules = dict(collections.Counter(style.rule for style in styles))
  cli.say("Whose style the sketches take: "
          + ", ".join(f"{count} by {rule}" for rule, count in rules.items()) + ".")
  return rules


def _check_flags(options: Options) -> None:
  translate_plan.refuse_flags(options, painting_models.KIND, _FACE_FLAGS)
  if options.direction != DIRECTION:
    raise UserError(f"{options.model} paints sketches, but --direction={options.direction} was "
                    f"asked for; give --direction={DIRECTION}, or make sketches with "
                    "evaluate/tom.py.")
  if options.style_dir is None:
    raise UserError(f"{options.model} paints sketches in the style of photos, but no --style_dir "
                    "is given; give a folder of photos, one for all or one for each sketch.")


def _paint(paint: Painter, size: int, options: Options, plan: Plan, styles: Sequence[Style]
           ) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
  """Writes all results; sketch, style and result of the sheet's rows."""
  shown, step = [], paint.batch_size
  with cli.progress(total=len(plan.inputs), desc="Painting", unit="picture") as bar:
    for start in range(0, len(plan.inputs), step):
      part = slice(start, start + step)
      sketches = painting_data.sketch_squares(plan.inputs[part], size)
      photos = painting_data.photo_squares([style.photo for style in styles[part]], size)
      made = paint(sketches, photos, (options.seed or 0) + start).refined
      for path, image in zip(plan.results[part], made):
        result_folder.save(path, image)
      shown += list(zip(sketches, photos, made))[:max(0, options.sheet_rows - start)]
      bar.update(len(made))
  return shown


def _save_sheet(options: Options, plan: Plan, shown: Sequence[tuple[np.ndarray, ...]],
                styles: Sequence[Style], truths: Sequence[np.ndarray | None]) -> None:
  headings = ["sketch", "style", f"by {painting_models.KIND}", "true photo"]
  if not plan.truths:
    headings.pop()
  rows = []
  for path, pictures, style, truth in zip(plan.inputs, shown, styles, truths):
    label = (path.stem if style.rule == OWN_NAME
             else f"{path.stem} in the style of {style.photo.stem}")
    square = None if truth is None else picture_steps.resized(truth, len(pictures[-1]))
    rows.append(Row(label, [*pictures, square][:len(headings)]))
  save_face_sheet(plan.sheet, translate_plan.sheet_title(options, plan, len(rows)), headings, rows)
