"""Sheets of sketches in several styles, drawn by a seed from folders: what two commands share."""

import dataclasses
import pathlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data_tools import cli
from evaluate import metric_report, painting_data, painting_models, result_folder
from evaluate.painted_matrix import paint_matrix
from evaluate.painting import Painter
from models.sketch2image.config import Sketch2ImageConfig

_SKETCHES, _PHOTOS = range(2)  # what is drawn from a seed


@dataclasses.dataclass(frozen=True)
class SheetOptions:
  """What the command lines have in common; see their flags."""

  model: str
  output_dir: str
  photo_dir: str | None = None
  sketch_dir: str | None = None
  rows: int = 3
  count: int = 10
  seed: int = 0
  weights: str = "average"
  statistics: str = "batch"


@dataclasses.dataclass(frozen=True)
class Kind:
  """What the sheets of a command are.

  Attributes:
    file: name of a sheet, with {number}.
    photos: how many belong to a sheet.
    columns: how many styles come of them.
    styles: files of photos, config -> uint8 [columns, S', S', 3].
  """

  file: str
  photos: int
  columns: int
  styles: Callable[[Sequence[pathlib.Path], Sketch2ImageConfig], np.ndarray]


def run(options: SheetOptions, kind: Kind) -> dict[str, Any]:
  """Paints all sheets, prints which pictures are on them and returns the report.

  Raises:
    UserError: anything the user can mend: model, pictures, folders. All pictures are looked at
      before the first sheet is written.
  """
  begin = time.perf_counter()
  plans = _plans(options, kind)
  model, _ = painting_models.load(options.model)
  painting_data.look_at(path for sketches, photos in plans for path in (*sketches, *photos))
  output, config = result_folder.check_folder(options.output_dir), model.config
  # A batch is one sketch in all styles.
  paint = Painter(model, kind.columns, options.weights, options.statistics)
  sheets = []
  for number, (sketches, photos) in enumerate(cli.progress(plans, desc="Painting", unit="sheet")):
    page = paint_matrix(paint, painting_data.sketch_squares(sketches, config.im_size_gan),
                        kind.styles(photos, config),
                        options.seed + number * options.rows * kind.columns)
    file = kind.file.format(number=number)
    result_folder.save(output / file, page)
    sheets.append({"file": file, "sketches": sketches, "photos": photos})
  return {"model": str(options.model), "count": options.count, "rows": options.rows,
          "columns": kind.columns, "size": config.im_size_gan, "weights": options.weights,
          "statistics": options.statistics, "seed": options.seed, "sheets": show(sheets),
          "output_dir": str(output), "seconds": round(time.perf_counter() - begin, 3)}


def show(sheets: Sequence[Mapping[str, str | Sequence[pathlib.Path]]]) -> list[dict[str, Any]]:
  """Prints a table of what is on each sheet.

  Args:
    sheets: heading -> files or a word; the headings are the same for all; at least one.

  Returns:
    The same, with names in the place of files.
  """
  named = [{heading: what if isinstance(what, str) else [path.name for path in what]
            for heading, what in sheet.items()} for sheet in sheets]
  metric_report.show_table(
      list(named[0]), [[what if isinstance(what, str) else ", ".join(what)
                        for what in sheet.values()] for sheet in named])
  print(flush=True)
  return named


def _plans(options: SheetOptions, kind: Kind
           ) -> list[tuple[list[pathlib.Path], list[pathlib.Path]]]:
  """Sketches and photos of each sheet."""
  photos, sketches = painting_data.pictures(options.photo_dir, options.sketch_dir)
  result_folder.refuse_inputs(options.output_dir, [*photos, *sketches])
  key = lambda purpose, number: (options.seed, purpose, number)
  return [(painting_data.chosen(sketches, options.rows, key(_SKETCHES, number), "sketches"),
           painting_data.chosen(photos, kind.photos, key(_PHOTOS, number), "photos"))
          for number in range(options.count)]
