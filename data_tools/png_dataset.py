"""From CATEGORY.npz (drawings) to CATEGORY_png.npz (their pictures): files, order, skipping."""

import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import category_names, cli, files, stroke_files
from data_tools.errors import UserError
from data_tools.npz_members import open_npz
from data_tools.raster import choose_renderer, rasterize
from data_tools.raster.workers import Rasterizer, rasterizer


def image_file(folder: str | os.PathLike, category: str) -> pathlib.Path:
  """The path of a category's pictures: FOLDER/CATEGORY_png.npz."""
  return pathlib.Path(folder) / f"{category}_png.npz"


def make_png_files(input_dir: str | os.PathLike, output_dir: str | os.PathLike,
                   categories: Sequence[str] = (), width: int = 48, renderer: str = "auto",
                   workers: int = 1, overwrite: bool = False) -> list[dict[str, Any]]:
  """Makes the picture files of several categories, with progress on stderr.

  Args:
    input_dir: holds CATEGORY.npz files.
    output_dir: gets CATEGORY_png.npz files: train, valid and test, each uint8 [N, width, width],
      0 = ink, in the order of the drawings. Made if missing.
    categories: which; all of input_dir if empty.
    width: of a picture, pixels.
    renderer: "auto", "cairo" or "pyvips".
    workers: number of processes.
    overwrite: makes files anew that are complete already.

  Returns:
    One report per category, which is printed as a JSON line as soon as its file stands.

  Raises:
    UserError: see `rasterize`, `read_drawings` and `atomic_path`. Files made before it stay.
  """
  rasterize([], width, renderer)  # refuses wrong options before any work
  renderer = choose_renderer(renderer)
  available = stroke_files.list_categories(input_dir)
  for category in categories:
    category_names.check_known(category, available, f"in {input_dir}")
  reports = []
  with rasterizer(workers) as draw:
    for category in categories or available:
      source = stroke_files.find_drawings(input_dir, category)
      target = image_file(output_dir, category)
      if not overwrite and _is_complete(target, source, width):
        cli.say(f"{target} is complete: skipped (--overwrite makes it anew).")
        report = {"category": category, "output": str(target), "skipped": True}
      else:
        report = {"category": category, "output": str(target), "skipped": False,
                  **_make(source, target, category, width, renderer, draw)}
      cli.emit(report)
      reports.append(report)
  return reports


def _make(source: pathlib.Path, target: pathlib.Path, category: str, width: int, renderer: str,
          draw: Rasterizer) -> dict[str, Any]:
  begin = time.perf_counter()
  drawings = stroke_files.read_drawings(source)
  counts = {split: len(drawings[split]) for split in stroke_files.SPLITS}
  with cli.progress(total=sum(counts.values()), desc=category, unit="drawing") as bar:
    images = {split: draw(drawings[split], width=width, renderer=renderer, progress=bar.update)
              for split in stroke_files.SPLITS}
  with files.atomic_path(target) as scratch:
    np.savez(scratch, **images)  # uncompressed as the original's: compressing takes longer
  return {**counts, "png_width": width, "renderer": renderer,
          "seconds": round(time.perf_counter() - begin, 3)}


def _is_complete(target: pathlib.Path, source: pathlib.Path, width: int) -> bool:
  """Whether `target` holds a picture of this width for every drawing of `source`."""
  if not target.exists():
    return False
  try:
    with open_npz(target) as npz:
      found = {name: (member.shape, member.dtype) for name, member in npz.members.items()}
  except UserError as error:
    cli.say(f"{error} It is made anew.")
    return False
  expected = {split: ((count, width, width), np.dtype(np.uint8))
              for split, count in stroke_files.count_drawings(source).items()}
  if found != expected:
    cli.say(f"{target} does not hold one {width} x {width} picture per drawing of {source}: "
            "it is made anew.")
  return found == expected
