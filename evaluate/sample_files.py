"""The folder that sampling writes and retrieval reads.

As the original RPCL-pix2seq: for each sketch CATEGORY_INDEX.svg, CATEGORY_INDEX.png,
code_CATEGORY_INDEX.npy (its code, float32 [1, Z]) and gau_idx_CATEGORY_INDEX.npy (its component,
int64 [1]). CATEGORY is the category's position in the list; INDEX is the drawing's own position
among those of its category in the split. Without a condition CATEGORY is the component's number.
Beside them `samples.json` says how the run was made, and whether it came to its end.
"""

import json
import os
import pathlib
import re
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from data_tools import svg
from data_tools.errors import UserError
from data_tools.files import atomic_path

DESCRIPTION = "samples.json"
_PICTURE = re.compile(r"(\d+)_(\d+)\.png")


def start_folder(folder: str | os.PathLike, description: dict[str, Any],
                 names: list[tuple[int, int]]) -> pathlib.Path:
  """Makes the folder, without the sketches of an earlier run, and notes that a run began.

  Args:
    folder: new, empty, or that of an earlier run, whose files are deleted.
    description: JSON values: the settings.
    names: (category, index) of every sketch to come.

  Raises:
    UserError: the folder holds sketches that no run of ours vouches for, or can't be written to.
  """
  folder = pathlib.Path(folder)
  earlier = read_description(folder)
  if earlier is not None:
    for category, index in earlier["sketches"]:
      for path in _paths(folder, int(category), int(index)):
        path.unlink(missing_ok=True)
  elif folder.is_dir() and pictures(folder):
    raise UserError(f"{folder} holds sketches of another program (there is no {DESCRIPTION} beside "
                    "them); give a new folder.")
  _describe(folder, {**description, "complete": False, "sketches": names})
  return folder


def finish_folder(folder: pathlib.Path, description: dict[str, Any],
                  names: list[tuple[int, int]]) -> None:
  """Notes that every sketch of the run is there."""
  _describe(folder, {**description, "complete": True, "sketches": names})


def read_description(folder: str | os.PathLike) -> dict[str, Any] | None:
  """What samples.json says, or None where there is none.

  Raises:
    UserError: it is not what `finish_folder` writes.
  """
  path = pathlib.Path(folder) / DESCRIPTION
  if not path.is_file():
    return None
  try:
    content = json.loads(path.read_text())
    content["sketches"] = [(int(category), int(index)) for category, index in content["sketches"]]
    content["complete"], content["conditional"]  # pylint: disable=pointless-statement
  except (ValueError, KeyError, TypeError) as error:
    raise UserError(f"{path} is not a description of a sample run ({error}); delete it with the "
                    "sketches beside it, and sample again.") from error
  return content


def write_sketch(folder: pathlib.Path, category: int, index: int, strokes3: np.ndarray,
                 image: np.ndarray, code: np.ndarray, component: int, colour: str) -> None:
  """Writes the four files of one sketch.

  They are written in place: what makes a run whole is the last line of samples.json, and safe
  renaming of each of some ten thousand files would take longer than drawing them.

  Args:
    folder: from `start_folder`.
    category: first number of the names.
    index: second number.
    strokes3: [n, 3].
    image: uint8 [W, W], 0 ink, 255 paper.
    code: float32 [Z].
    component: of the latent mixture.
    colour: of the ink.

  Raises:
    UserError: a file can't be written.
  """
  svg_path, png_path, code_path, component_path = _paths(folder, category, index)
  try:
    with open(svg_path, "w", encoding="utf-8") as file:
      svg.draw_svg(strokes3, image.shape[0], colour).write(file)
    Image.fromarray(image if colour == "black" else coloured(image, colour)).save(png_path)
    np.save(code_path, np.asarray(code, np.float32)[None])
    np.save(component_path, np.array([component], np.int64))
  except OSError as error:
    raise UserError(f"The sketch {category}_{index} could not be written to {folder} "
                    f"({error.strerror or error}); free some space or give another --output_dir, "
                    "and sample again.") from error


def coloured(image: np.ndarray, colour: str) -> np.ndarray:
  """Black ink on white, uint8 [W, W] -> the same in colour, uint8 [W, W, 3]."""
  ink = np.array(ImageColor.getrgb(colour), np.float64)
  coverage = (255.0 - image[..., None]) / 255.0
  return np.rint(255.0 - coverage * (255.0 - ink)).astype(np.uint8)


def pictures(folder: str | os.PathLike) -> dict[tuple[int, int], pathlib.Path]:
  """(CATEGORY, INDEX) -> path of every CATEGORY_INDEX.png of a folder, in order."""
  found = {}
  for path in pathlib.Path(folder).iterdir():
    match = _PICTURE.fullmatch(path.name)
    if match:
      found[int(match[1]), int(match[2])] = path
  return dict(sorted(found.items()))


def read_picture(path: pathlib.Path, width: int) -> np.ndarray:
  """Reads a black-on-white picture: uint8 [W, W].

  Raises:
    UserError: it is no picture, of another width, or coloured.
  """
  try:
    with Image.open(path) as opened:
      pixels = np.asarray(opened.convert("RGB"))
  except (OSError, Image.DecompressionBombError) as error:
    raise UserError(f"{path} is not a picture ({error}); sample again.") from error
  if pixels.shape[:2] != (width, width):
    raise UserError(f"{path} is {pixels.shape[1]} x {pixels.shape[0]} pixels, but the model reads "
                    f"{width} x {width}: it was drawn for another model; sample with this one.")
  if (pixels != pixels[..., :1]).any():
    raise UserError(f"{path} is coloured, but retrieval compares black drawings on white; sample "
                    "again without --colour.")
  return pixels[..., 0]


def _paths(folder: pathlib.Path, category: int, index: int) -> list[pathlib.Path]:
  name = f"{category}_{index}"
  return [folder / f"{name}.svg", folder / f"{name}.png", folder / f"code_{name}.npy",
          folder / f"gau_idx_{name}.npy"]


def _describe(folder: pathlib.Path, content: dict[str, Any]) -> None:
  with atomic_path(folder / DESCRIPTION) as path:
    path.write_text(json.dumps(content) + "\n")
