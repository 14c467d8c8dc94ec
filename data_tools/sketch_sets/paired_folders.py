"""Which photo belongs to which sketches: one folder of photos, K folders of sketches."""

import dataclasses
import os
import pathlib
from collections.abc import Sequence

from data_tools import cli, image_files
from data_tools.errors import UserError


@dataclasses.dataclass(frozen=True)
class SketchSets:
  """N photos with K sketches each, as files.

  Attributes:
    photos: N paths.
    sketches: K sets of N paths each; the original has three and learns by itself from the last.
  """

  photos: tuple[pathlib.Path, ...]
  sketches: tuple[tuple[pathlib.Path, ...], ...]

  def __len__(self) -> int:
    return len(self.photos)

  def __post_init__(self):
    if not self.sketches or any(len(one) != len(self.photos) for one in self.sketches):
      raise ValueError(f"{len(self.photos)} photos and {[len(one) for one in self.sketches]} "
                       "sketches don't belong together")

  @property
  def names(self) -> tuple[str, ...]:
    """N names, for results: those of the photos' files, without ending."""
    return tuple(path.stem for path in self.photos)


def find(photo_dir: str | os.PathLike, sketch_dirs: Sequence[str | os.PathLike]) -> SketchSets:
  """Pairs photos with sketches by name.

  A photo's sketch has its very name, as the original asks, or if there is none of it, its name up
  to the ending. Photos without a sketch in every folder are left out, which one line on stderr
  tells; sketches without a photo are passed over.

  Args:
    photo_dir: folder of the photos.
    sketch_dirs: K folders of sketches, at least one.

  Returns:
    At least one photo and its sketches, by the photos' file names.

  Raises:
    UserError: a folder is missing, has no images or is given twice; a partner can't be told; or no
      photo has all of its sketches.
  """
  folders = checked_folders(photo_dir, sketch_dirs)
  photos = image_files.list_images(folders[0])
  refuse_twins(photos)
  found = [partners(photos, image_files.list_images(folder)) for folder in folders[1:]]
  whole = [photo for photo in photos if all(photo in one for one in found)]
  if not whole:
    raise UserError(f"None of the {len(photos)} photos of {folders[0]} has a sketch of its name in "
                    f"{_each(folders[1:])}; give photo and sketches the same name.")
  if len(whole) < len(photos):
    first = next(photo for photo in photos if photo not in set(whole))
    cli.say(f"{len(photos) - len(whole)} of {len(photos)} photos are left out, because not all "
            f"{len(found)} folders have a sketch of their name (first: {first.name}).")
  return SketchSets(tuple(whole), tuple(tuple(one[photo] for photo in whole) for one in found))


def checked_folders(photo_dir: str | os.PathLike, sketch_dirs: Sequence[str | os.PathLike]
                    ) -> list[pathlib.Path]:
  """The 1 + K folders, photos first.

  Raises:
    UserError: there is no folder of sketches, one is missing, or two are the same.
  """
  if not sketch_dirs:
    raise UserError(f"No folder of sketches is given for the photos of {photo_dir}; give at least "
                    "one.")
  folders = [pathlib.Path(folder) for folder in (photo_dir, *sketch_dirs)]
  for kind, folder in zip(("photos", *["sketches"] * len(sketch_dirs)), folders):
    if not folder.is_dir():
      raise UserError(f"There is no folder {folder}; give the one that holds the {kind}.")
  real = [folder.resolve() for folder in folders]
  for place, folder in enumerate(folders):
    if real[place] in real[:place]:
      raise UserError(f"The folder {folder} is given twice among photos and sketches; give another "
                      "folder for each.")
  return folders


def refuse_twins(photos: Sequence[pathlib.Path]) -> None:
  """Raises UserError if two photos have one name but for the ending: so would their results."""
  first: dict[str, pathlib.Path] = {}
  for photo in photos:
    other = first.setdefault(photo.stem, photo)
    if other is not photo:
      raise UserError(f"The photos {other} and {photo.name} have the same name but for the ending, "
                      "and so would their results; rename one of them.")


def partners(photos: Sequence[pathlib.Path], sketches: Sequence[pathlib.Path]
             ) -> dict[pathlib.Path, pathlib.Path]:
  """Photo -> its sketch of one folder, for the photos that have one; see `find`.

  Raises:
    UserError: several sketches have a photo's name up to the ending, and none its very name.
  """
  by_name = {path.name: path for path in sketches}
  by_stem: dict[str, list[pathlib.Path]] = {}
  for path in sketches:
    by_stem.setdefault(path.stem, []).append(path)
  found = {}
  for photo in photos:
    others = by_stem.get(photo.stem, [])
    if photo.name not in by_name and len(others) > 1:
      raise UserError(f"{others[0]} and {others[1].name} may both be the sketch of the photo "
                      f"{photo.name}; keep one of them, or give it the photo's ending.")
    if others:
      found[photo] = by_name.get(photo.name, others[0])
  return found


def _each(folders: Sequence[pathlib.Path]) -> str:
  return (f"{folders[0]}" if len(folders) == 1
          else f"each of {', '.join(str(folder) for folder in folders)}")
