"""Where unpaired photos and sketches come from: two folders, or the built-in faces."""

import os
import pathlib
from typing import NamedTuple

from data_tools import builtin_faces, cli
from data_tools.errors import UserError
from data_tools.image_files import IMAGE_ENDINGS


class Sides(NamedTuple):
  """The picture files of the two sides.

  Attributes:
    photos, sketches: at least one each.
    words: what they are and where.
  """

  photos: list[pathlib.Path]
  sketches: list[pathlib.Path]
  words: str


def find(photos: str | os.PathLike | None = None, sketches: str | os.PathLike | None = None
         ) -> Sides:
  """The files of both sides.

  Args:
    photos: a folder, see `pictures_below`.
    sketches: likewise. With neither the built-in faces are taken: photos of one half of the people
      and sketches of the other, so that nobody is on both sides.

  Raises:
    UserError: one of them is given without the other, or holds no pictures.
  """
  if photos is None and sketches is None:
    return _builtin()
  if photos is None or sketches is None:
    given, missing = ("--path_b", "--path_a") if photos is None else ("--path_a", "--path_b")
    raise UserError(f"{given} is given without {missing}; give a folder of photos with --path_a "
                    "and one of sketches with --path_b, or neither for the built-in faces.")
  return Sides(pictures_below(photos), pictures_below(sketches), f"{photos}, {sketches}")


def pictures_below(folder: str | os.PathLike) -> list[pathlib.Path]:
  """The picture files of a folder and of all folders in it, however deep, sorted by path.

  Files without an image ending, and hidden files and folders, are passed over.

  Raises:
    UserError: there is no such folder, it can't be read, or it holds no picture.
  """
  root = pathlib.Path(folder)
  if not root.is_dir():
    raise UserError(f"There is no folder {root}; give one that holds pictures.")

  def refuse(error: OSError) -> None:
    raise UserError(f"The folder {error.filename} can't be read ({error.strerror}); give a folder "
                    "that you may read.") from error

  found = []
  for place, inner, files in os.walk(root, onerror=refuse):
    inner[:] = [name for name in inner if not name.startswith(".")]
    found += [pathlib.Path(place) / name for name in files
              if name.lower().endswith(IMAGE_ENDINGS) and not name.startswith(".")]
  if not found:
    raise UserError(f"The folder {root} and the folders in it hold no picture; give one with files "
                    f"that end in {', '.join(IMAGE_ENDINGS)}.")
  return sorted(found)


def _builtin() -> Sides:
  folder = builtin_faces.ensure()
  cli.say(f"Neither --path_a nor --path_b is given: using photos and sketches of different people "
          f"among the built-in faces in {folder}.")
  people = [person["images"] for person in builtin_faces.read_list(folder)["identities"]
            if person["split"] == "train"]
  side = lambda kind, persons: sorted(folder / kind / name for names in persons for name in names)
  return Sides(side("photos", people[::2]), side("sketches", people[1::2]), "the built-in faces")
