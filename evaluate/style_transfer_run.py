"""Photos in the styles of others, by way of their sketches, as files."""

import dataclasses
import pathlib
import time
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from evaluate import painted_sheets, painting_data, painting_models, result_folder
from evaluate.painting import Painter, crossed
from evaluate.pictures.image_matrix import draw_transfer
from evaluate.tom_sketches_run import Sketcher
from models import saving
from models.tom.model import THRESHOLD, Tom
from pretrained import pretrained_registry

NAME = "style_transfer_{number}.png"
INTENDED, ORIGINAL = "intended", "original"
# Variant -> from which grey on [0, 1] there is paper, the pixel of ink, and the weights. The
# original asks for 0.7 on [-1, 1], leaves ink at 0 on that range, and takes the trained weights.
VARIANTS = {INTENDED: (THRESHOLD, 0.0, "average"), ORIGINAL: ((THRESHOLD + 1) / 2, 127.5, "live")}
_PHOTOS, _STYLES = range(2)  # what is drawn from a seed
_TOM = "tom"


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/style_transfer.py; see its flags."""

  model: str
  tom: str
  output_dir: str
  photo_dir: str | None = None
  style_dir: str | None = None
  rows: int = 3
  columns: int = 3
  count: int = 20
  seed: int = 0
  variant: str = INTENDED
  weights: str | None = None
  statistics: str = "batch"


class Drawer:
  """Photos to sketches as Sketch-to-Image is shown them here.

  Args:
    tom: draws them.
    batch_size: photos at a time.
    variant: a key of VARIANTS.
  """

  def __init__(self, tom: Tom, batch_size: int, variant: str):
    threshold, self._ink, _ = VARIANTS[variant]
    self._draw = Sketcher(tom, tom.config.im_size, batch_size, threshold)

  def __call__(self, paths: list[pathlib.Path]) -> np.ndarray:
    """Files of up to `batch_size` photos -> float32 [N, T, T, 1], paper 255; T is TOM's size.

    Raises:
      UserError: TOM makes NaN, or a photo can't be read.
    """
    drawn = self._draw(painting_data.photo_squares(paths, self._draw.size))[..., None]
    return np.where(drawn > 0, 255.0, self._ink).astype(np.float32)


def run(options: Options) -> dict[str, Any]:
  """Paints all sheets, prints which photos are on them and returns the report.

  Raises:
    UserError: anything the user can mend: models, photos, folders. All photos are looked at before
      the first sheet is written.
  """
  begin = time.perf_counter()
  plans = _plans(options)
  model, _ = painting_models.load(options.model)
  draw = Drawer(load_tom(options.tom), options.rows, options.variant)
  painting_data.look_at(path for photos, styles in plans for path in (*photos, *styles))
  output = result_folder.check_folder(options.output_dir)
  weights = options.weights or VARIANTS[options.variant][2]
  # A batch is one photo in all styles.
  paint = Painter(model, options.columns, weights, options.statistics)
  sheets = []
  for number, (photos, styles) in enumerate(cli.progress(plans, desc="Painting", unit="sheet")):
    seed = options.seed + number * options.rows * options.columns
    file = NAME.format(number=number)
    result_folder.save(output / file, _sheet(paint, draw, model.config.im_size_gan, photos, styles,
                                             seed))
    sheets.append({"file": file, "photos": photos, "styles": styles})
  return {"model": str(options.model), "tom": str(options.tom), "count": options.count,
          "rows": options.rows, "columns": options.columns, "size": model.config.im_size_gan,
          "variant": options.variant, "weights": weights, "statistics": options.statistics,
          "seed": options.seed, "sheets": painted_sheets.show(sheets), "output_dir": str(output),
          "seconds": round(time.perf_counter() - begin, 3)}


def load_tom(name_or_dir: str) -> Tom:
  """A trained TOM by its folder.

  Raises:
    UserError: there is no such model, its files are broken, or it is of another kind.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind != _TOM:
    raise UserError(f"--tom={name_or_dir} is a model of the kind {kind}, but photos are drawn by "
                    f"{_TOM}; give one that train/tom.py made.")
  return saving.load_model(folder)[0]


def _plans(options: Options) -> list[tuple[list[pathlib.Path], list[pathlib.Path]]]:
  """Photos and styles of each sheet; of one folder no photo is both."""
  photos = painting_data.photos(options.photo_dir)
  others = None if options.style_dir is None else painting_data.photos(options.style_dir)
  result_folder.refuse_inputs(options.output_dir, [*photos, *(others or ())])
  plans, rows = [], options.rows
  for number in range(options.count):
    key = (options.seed, _PHOTOS, number)
    if others is None:
      drawn = painting_data.chosen(photos, rows + options.columns, key, "photos and styles")
      plans.append((drawn[:rows], drawn[rows:]))
    else:
      plans.append((painting_data.chosen(photos, rows, key, "photos"),
                    painting_data.chosen(others, options.columns, (options.seed, _STYLES, number),
                                         "styles")))
  return plans


def _sheet(paint: Painter, draw: Drawer, size: int, photos: list[pathlib.Path],
           styles: list[pathlib.Path], seed: int) -> np.ndarray:
  """uint8 [H, W, 3], see `draw_transfer`."""
  sketches, pictures = draw(photos), painting_data.photo_squares(styles, size)
  refined = crossed(paint, sketches, pictures, seed).refined
  return draw_transfer(painting_data.photo_squares(photos, size), sketches.astype(np.uint8),
                       pictures, refined)
