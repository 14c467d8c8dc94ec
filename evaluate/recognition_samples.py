"""Sketches to be recognised, as a sample folder (or a list of pictures) holds them.

Files are named CATEGORY_INDEX.svg or .png, CATEGORY being a position in the list of categories.
Strokes are better than pictures, as they can be drawn at the recogniser's size; so the SVG files
are read if every sketch has one, and else the pictures, which are enlarged.
"""

import dataclasses
import os
import pathlib
import re

import numpy as np

from data_tools import cli, image_files, svg_strokes
from data_tools.errors import UserError
from evaluate import sample_files

_NAMED = re.compile(r"(\d+)_(\d+)")


@dataclasses.dataclass(frozen=True)
class Samples:
  """N sketches.

  Attributes:
    positions: int64 [N], the category's position in the list of categories.
    strokes: N drawings [n, 3], or None.
    images: uint8 [N, w, w], 0 ink, or None.
    names: the categories by position, or None if the folder does not say.
  """

  positions: np.ndarray
  strokes: list[np.ndarray] | None
  images: np.ndarray | None
  names: tuple[str, ...] | None

  @property
  def input(self) -> str:
    """What was read, for the report."""
    return "strokes" if self.images is None else f"png {self.images.shape[1]} px resized"


def read(source: str | os.PathLike) -> Samples:
  """Reads all sketches of a folder or a list.

  Args:
    source: the --output_dir of evaluate/sample.py, any folder of files named like its, or a text
      file with the path of a picture a line.

  Raises:
    UserError: there are none, a file can't be read, or the folder's sketches have no categories.
  """
  source = pathlib.Path(source)
  names = _category_names(source) if source.is_dir() else None
  pictures, drawings = _files(source)
  if drawings and pictures.keys() <= drawings.keys():
    with cli.progress(drawings.values(), desc="Reading", unit="sketch") as paths:
      strokes = [svg_strokes.read_svg(path) for path in paths]
    return Samples(_positions(drawings), strokes, None, names)
  with cli.progress(pictures.values(), desc="Reading", unit="sketch") as paths:
    images = [_read_picture(path) for path in paths]
  return Samples(_positions(pictures), None, _one_size(images, list(pictures.values())), names)


def _category_names(folder: pathlib.Path) -> tuple[str, ...] | None:
  description = sample_files.read_description(folder)
  if description is None:
    return None
  if not description["complete"]:
    raise UserError(f"The sample run in {folder} was cut off; run evaluate/sample.py again.")
  if not description["conditional"]:
    raise UserError(f"The sketches in {folder} were drawn without a condition, so there is no "
                    "category that they should be recognised as; run evaluate/sample.py without "
                    "--unconditional.")
  return tuple(description["categories"]) if "categories" in description else None


def _files(source):
  """(CATEGORY, INDEX) -> path, sorted: of the pictures, and of the SVG files."""
  if source.is_dir():
    paths = sorted(path for path in source.iterdir()
                   if path.suffix in (".png", ".svg") and _NAMED.fullmatch(path.stem))
    if not paths:
      raise UserError(f"{source} holds no CATEGORY_INDEX.svg or CATEGORY_INDEX.png; give the "
                      "--output_dir of evaluate/sample.py.")
  else:
    paths = image_files.list_images(source)
  found = {".png": {}, ".svg": {}}
  for path in paths:
    match = _NAMED.fullmatch(path.stem)
    if match is None:
      raise UserError(f"{path} is not named CATEGORY_INDEX, so the category that it should be "
                      "recognised as is not known; name the pictures like evaluate/sample.py.")
    kind = found[".svg" if path.suffix == ".svg" else ".png"]
    first = kind.setdefault((int(match[1]), int(match[2])), path)
    if first is not path:
      raise UserError(f"{first} and {path} both stand for sketch {match[2]} of category "
                      f"{match[1]}; keep one of them.")
  return [dict(sorted(found[kind].items())) for kind in (".png", ".svg")]


def _positions(found) -> np.ndarray:
  return np.array([category for category, _ in found], np.int64)


def _read_picture(path: pathlib.Path) -> np.ndarray:
  pixels = image_files.read_image(path)
  if (pixels != pixels[..., :1]).any():
    raise UserError(f"{path} is coloured, but sketches are recognised in black on white; sample "
                    "again without --colour (or keep the SVG files, whose colour does not count).")
  if pixels.shape[0] != pixels.shape[1]:
    raise UserError(f"{path} is {pixels.shape[1]} x {pixels.shape[0]} pixels, but sketches are "
                    "recognised on squares; give square pictures.")
  return pixels[..., 0]


def _one_size(images: list[np.ndarray], paths: list[pathlib.Path]) -> np.ndarray:
  for image, path in zip(images, paths):
    if image.shape != images[0].shape:
      raise UserError(f"{path} is {image.shape[1]} pixels wide, but {paths[0]} is "
                      f"{images[0].shape[1]}; give pictures of one size.")
  return np.stack(images)
