"""The photos and sketches that Sketch-to-Image is shown, of folders or the built-in faces."""

import os
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

from data_tools import builtin_faces, cli
from data_tools.errors import UserError
from data_tools.image_files import list_images, read_image
from data_tools.sketch_sets import builtin_sets, paired_folders, picture_steps
from data_tools.sketch_sets.paired_folders import SketchSets
from data_tools.unpaired import store

BUILTIN = "the built-in faces (invented people, test split)"
_PHOTO_FLAG, _SKETCH_FLAG = "--photo_dir", "--sketch_dir"
Source = str | os.PathLike


def pairs(photo_dir: Source | None, sketch_dir: Source | None) -> tuple[SketchSets, str]:
  """Photos with their sketches, one each, and where they come from.

  Without folders: the built-in faces, which one line on stderr tells, with sketches of black lines.

  Raises:
    UserError: one folder only is given; or see `paired_folders.find`.
  """
  if _is_builtin(photo_dir, sketch_dir):
    return builtin(), BUILTIN
  found = paired_folders.find(photo_dir, [sketch_dir])
  return found, f"the photos of {photo_dir}, the sketches of {sketch_dir}"


def pictures(photo_dir: Source | None, sketch_dir: Source | None
             ) -> tuple[Sequence[pathlib.Path], Sequence[pathlib.Path]]:
  """Photos and sketches that need not belong together; without folders as `pairs`.

  Raises:
    UserError: one folder only is given, is missing, or holds no pictures.
  """
  if _is_builtin(photo_dir, sketch_dir):
    found = builtin()
    return found.photos, found.sketches[0]
  return list_images(photo_dir), list_images(sketch_dir)


def photos(photo_dir: Source | None) -> Sequence[pathlib.Path]:
  """Photos alone; without a folder as `pairs`.

  Raises:
    UserError: the folder is missing or holds no pictures.
  """
  return builtin(_PHOTO_FLAG).photos if photo_dir is None else list_images(photo_dir)


def builtin(flags: str = f"{_PHOTO_FLAG} and {_SKETCH_FLAG}") -> SketchSets:
  """The built-in faces of the test split with the last of their sketch sets, told on stderr.

  Raises:
    UserError: they can't be made.
  """
  cli.say(f"Without {flags}: taking {BUILTIN}, a demonstration.")
  found = builtin_sets.find("test", builtin_faces.ensure())
  return SketchSets(found.photos, found.sketches[-1:])


def _is_builtin(photo_dir: Source | None, sketch_dir: Source | None) -> bool:
  if (photo_dir is None) != (sketch_dir is None):
    given, missing = ((_SKETCH_FLAG, _PHOTO_FLAG) if photo_dir is None
                      else (_PHOTO_FLAG, _SKETCH_FLAG))
    raise UserError(f"{given} is given without {missing}; give both, or neither for the built-in "
                    "faces.")
  return photo_dir is None


def chosen(paths: Sequence[pathlib.Path], wanted: int, key: Sequence[int], what: str
           ) -> list[pathlib.Path]:
  """Some of the pictures, none twice, in a random order: a pure function of the key.

  Args:
    paths: N of them.
    wanted: how many.
    key: at least 0 each, such as seed and number of the matrix.
    what: the pictures are, and what for; for the sentence.

  Raises:
    UserError: there are too few.
  """
  if len(paths) < wanted:
    raise UserError(f"{wanted} pictures are needed as {what}, but {paths[0].parent} has "
                    f"{len(paths)}; give more, or ask for fewer.")
  rows = np.random.default_rng(list(key)).choice(len(paths), wanted, replace=False)
  return [paths[row] for row in rows]


def look_at(paths: Iterable[pathlib.Path]) -> None:
  """Reads every picture once, so that a damaged one is told before the first result is written.

  Raises:
    UserError: one can't be read.
  """
  for path in cli.progress(sorted(set(paths)), desc="Looking at the pictures", unit="picture"):
    read_image(path)


def photo_squares(paths: Sequence[pathlib.Path], size: int) -> np.ndarray:
  """Photos as training sees them, whole: uint8 [N, size, size, 3].

  Raises:
    UserError: one can't be read.
  """
  return np.stack([store.square(path, size) for path in paths])


def sketch_squares(paths: Sequence[pathlib.Path], size: int) -> np.ndarray:
  """Sketches likewise: uint8 [N, size, size, 1], paper 255.

  Raises:
    UserError: one can't be read.
  """
  return np.stack([picture_steps.resized(read_image(path, "L"), size)[..., None]
                   for path in paths])
