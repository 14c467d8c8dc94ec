"""Folders of photos -> folders of sketches, one for each style: files, order, skipping."""

import dataclasses
import json
import os
import pathlib
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.image_files import list_images, read_as_stored, read_image
from data_tools.styles import STYLES, Parameters
from data_tools.worker_processes import Spread, processes

_NOTE = "sketch style"  # the text in a sketch's file that says how it was drawn


class Task(NamedTuple):
  """One sketch to draw.

  Attributes:
    photo: the file to read.
    sketch: the file to make.
    style: a name of `STYLES`.
    params: of the style.
    overwrite: draw even if the sketch is there.
  """

  photo: pathlib.Path
  sketch: pathlib.Path
  style: str
  params: Parameters
  overwrite: bool


def draw_folders(input_dir: str | os.PathLike, output_dir: str | os.PathLike,
                 styles: Mapping[str, Parameters], workers: int = 1, overwrite: bool = False
                 ) -> dict[str, Any]:
  """Draws every photo in every style, OUTPUT/STYLE/NAME.png, with progress on stderr.

  Args:
    input_dir: of the photos (not searched below), or a list of them; see `list_images`.
    output_dir: gets a folder for each style; made if missing.
    styles: name -> parameters.
    workers: number of processes; the sketches don't depend on it.
    overwrite: draws anew what is complete: gray, of the photo's size, drawn with these parameters.

  Returns:
    "photos", "workers", "seconds", and "styles": for each "drawn", "skipped", "seconds" and
    "pictures_per_second" (of the drawn ones, None if there are none).

  Raises:
    UserError: there are no photos, two have one name, one can't be read or is too small, or the
      results can't be written or would lie among the photos. Sketches made before it stay.
  """
  photos = list_images(input_dir)
  output = pathlib.Path(output_dir)
  _check_names(photos)
  _check_apart(photos, output, styles)
  begin = time.perf_counter()
  with processes(draw_file, min(workers, len(photos))) as spread:
    reports = {style: _draw_style(photos, output / style, params, style, overwrite, spread)
               for style, params in styles.items()}
  return {"input_dir": str(input_dir), "output_dir": str(output), "photos": len(photos),
          "workers": workers, "seconds": round(time.perf_counter() - begin, 3), "styles": reports}


def draw_file(task: Task) -> bool:
  """Draws one photo; returns False if its sketch was there already.

  Raises:
    UserError: the photo can't be read or is too small, or the sketch can't be written.
  """
  photo = read_image(task.photo)
  note = json.dumps({"style": task.style, **dataclasses.asdict(task.params)})
  if not task.overwrite and _is_complete(task.sketch, photo.shape[:2], note):
    return False
  try:
    sketch = STYLES[task.style].function(photo, task.params)
  except UserError as error:
    raise UserError(f"{task.photo}: {error}") from error
  info = PngInfo()
  info.add_text(_NOTE, note)
  with files.atomic_path(task.sketch) as scratch:
    Image.fromarray(sketch).save(scratch, format="PNG", pnginfo=info)
  return True


def _draw_style(photos: list[pathlib.Path], folder: pathlib.Path, params: Parameters, style: str,
                overwrite: bool, spread: Spread) -> dict[str, Any]:
  begin, drawn = time.perf_counter(), 0
  tasks = (Task(photo, _sketch_file(folder, photo), style, params, overwrite) for photo in photos)
  with cli.progress(total=len(photos), desc=style, unit="photo") as bar:
    for _, new in spread(tasks):
      drawn += new
      bar.update(1)
  seconds = time.perf_counter() - begin
  if drawn < len(photos):
    cli.say(f"{len(photos) - drawn} of {len(photos)} sketches in {folder} are complete: skipped "
            "(--overwrite makes them anew).")
  return {"drawn": drawn, "skipped": len(photos) - drawn, "seconds": round(seconds, 3),
          "pictures_per_second": round(drawn / seconds, 2) if drawn else None}


def _sketch_file(folder: pathlib.Path, photo: pathlib.Path) -> pathlib.Path:
  return folder / f"{photo.stem}.png"


def _is_complete(path: pathlib.Path, shape: tuple[int, int], note: str) -> bool:
  """Whether there is a whole gray picture of this shape with this note."""
  if not path.exists():
    return False
  try:
    found = read_as_stored(path).shape
    with Image.open(path) as image:
      return found == shape and image.info.get(_NOTE) == note
  except UserError:
    return False


def _check_names(photos: list[pathlib.Path]) -> None:
  """Raises UserError if two photos would give one sketch."""
  named: dict[str, pathlib.Path] = {}
  for path in photos:
    first = named.setdefault(path.stem, path)
    if first is not path:
      raise UserError(f"{first} and {path} would both be drawn to {path.stem}.png; rename one of "
                      "them.")


def _check_apart(photos: list[pathlib.Path], output: pathlib.Path, styles: Mapping[str, Any]
                 ) -> None:
  """Raises UserError if photos lie in a folder of the results."""
  read = {os.path.realpath(path.parent) for path in photos}
  for folder in (output, *(output / style for style in styles)):
    if os.path.realpath(folder) in read:
      raise UserError(f"{folder} holds photos that are read, and sketches would mix with them; "
                      "give another --output_dir.")
