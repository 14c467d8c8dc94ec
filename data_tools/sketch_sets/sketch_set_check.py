"""Everything that is wrong with folders of photos and sketches, not only the first thing."""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from data_tools.findings import attempt, counted, some
from data_tools.sketch_sets import paired_folders

_DARK = 128  # mean of sketches that are white on black
_COLOURFUL = 12.0  # mean distance of a pixel's largest and smallest channel, 0..255
_MOST = 0.8  # of a folder, to say that it is so and not a picture or two


@dataclasses.dataclass
class Report:
  """What was found.

  Attributes:
    problems: sentences; with any of them, training would stop or be wrong.
    notes: sentences about what is unusual but works.
    counts: folder -> {"pictures", "paired"}: of all, and of those that belong to photos with a
      sketch in every folder.
  """

  problems: list[str] = dataclasses.field(default_factory=list)
  notes: list[str] = dataclasses.field(default_factory=list)
  counts: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)

  def as_json(self) -> dict[str, Any]:
    """For `cli.emit`: "ok", "problems", "notes", "folders"."""
    return {"ok": not self.problems, "problems": self.problems, "notes": self.notes,
            "folders": self.counts}


@dataclasses.dataclass(frozen=True)
class _Picture:
  """What is remembered of a picture that could be read."""

  path: pathlib.Path
  digest: bytes  # of its pixels
  size: tuple[int, int]  # (height, width)
  mean: float
  colourful: bool


def inspect(photo_dir: str | os.PathLike, sketch_dirs: Sequence[str | os.PathLike]) -> Report:
  """Reads every picture of the folders.

  Args:
    photo_dir: folder of the photos.
    sketch_dirs: K folders of sketches.

  Returns:
    The report.

  Raises:
    UserError: a folder is missing or given twice, or there are no sketches.
  """
  folders = paired_folders.checked_folders(photo_dir, sketch_dirs)
  report = Report()
  listed = [attempt(report.problems, lambda folder=folder: image_files.list_images(folder)) or []
            for folder in folders]
  _note_other_files(report, folders, listed)
  partners = _partners(report, folders, listed)
  read = [_read_all(report, paths) for paths in listed]
  _judge_sketches(report, folders, read)
  _judge_copies(report, read)
  _note_sizes(report, folders, read, partners)
  return report


def _note_other_files(report, folders, listed) -> None:
  for folder, paths in zip(folders, listed):
    others = sorted(entry.name for entry in folder.iterdir()
                    if entry not in set(paths) and not entry.name.startswith("."))
    if others:
      report.notes.append(f"{folder} holds {len(others)} files or folders that are passed over "
                          f"({some(others)}).")


def _partners(report, folders, listed) -> list[dict[pathlib.Path, pathlib.Path]]:
  """For each folder of sketches, the photos' partners; pairs are counted and gaps are told."""
  photos = listed[0]
  attempt(report.problems, lambda: paired_folders.refuse_twins(photos))
  known = [attempt(report.problems, lambda paths=paths: paired_folders.partners(photos, paths))
           for paths in listed[1:]]
  found = [one or {} for one in known]
  whole = {photo for photo in photos if all(photo in one for one in found)}
  for folder, paths in zip(folders, listed):
    report.counts[str(folder)] = {"pictures": len(paths), "paired": len(whole)}
  if None in known:  # who is alone can't be said either
    return found
  for folder, paths, one in zip(folders[1:], listed[1:], found):
    taken = set(one.values())
    photos_alone = [path.name for path in photos if path not in one]
    sketches_alone = [path.name for path in paths if path not in taken]
    if photos_alone:
      report.notes.append(f"{folder}: {counted(len(photos_alone), 'photo')} without a sketch in "
                          f"it, left out ({some(photos_alone)}).")
    if sketches_alone:
      report.notes.append(f"{folder}: {counted(len(sketches_alone), 'sketch', 'sketches')} "
                          f"without a photo, passed over ({some(sketches_alone)}).")
  if all(listed) and not whole:
    report.problems.append(f"No photo of {folders[0]} has a sketch of its name in every folder; "
                           "give photo and sketches the same name.")
  return found


def _read_all(report: Report, paths: Sequence[pathlib.Path]) -> list[_Picture]:
  bar = cli.progress(paths, desc=paths[0].parent.name, unit="picture") if paths else []
  read = [attempt(report.problems, lambda path=path: _read(path)) for path in bar]
  return [picture for picture in read if picture is not None]


def _read(path: pathlib.Path) -> _Picture:
  image = image_files.read_image(path, "RGB")
  if image.min() == image.max():
    raise UserError(f"The picture {path} has one colour only; put the real one there.")
  spread = image.max(axis=2) - image.min(axis=2)
  return _Picture(path, hashlib.sha256(image.tobytes()).digest(), image.shape[:2],
                  float(image.mean()), float(spread.mean()) > _COLOURFUL)


def _judge_sketches(report: Report, folders, read) -> None:
  """Sketches are black lines on white; the gray of coloured pictures is no sketch."""
  for folder, pictures in zip(folders[1:], read[1:]):
    if _mostly(pictures, lambda picture: picture.mean < _DARK):
      report.problems.append(f"The sketches of {folder} are mostly dark, but black lines on white "
                             "paper are expected; invert them.")
    if _mostly(pictures, lambda picture: picture.colourful):
      report.problems.append(f"The sketches of {folder} are coloured, as photos are; give the "
                             "folder of the sketches there.")


def _mostly(pictures: Sequence[_Picture], is_so: Callable[[_Picture], bool]) -> bool:
  return bool(pictures) and np.mean([is_so(picture) for picture in pictures]) > _MOST


def _judge_copies(report: Report, read) -> None:
  """The same pixels twice: a photo in place of a sketch is wrong, the rest is worth a note."""
  first: dict[bytes, tuple[int, _Picture]] = {}
  for place, pictures in enumerate(read):
    copies = []
    for picture in pictures:
      other_place, other = first.setdefault(picture.digest, (place, picture))
      if other is picture:
        continue
      if other_place == 0 < place:
        report.problems.append(f"The sketch {picture.path} and the photo {other.path} are the same "
                               "picture; put the real one in its place.")
      else:
        copies.append((picture.path, other.path))
    if copies:
      report.notes.append(f"{counted(len(copies), 'picture')} of {copies[0][0].parent} "
                          f"{'is' if len(copies) == 1 else 'are'} there already (first: "
                          f"{copies[0][0]} is {copies[0][1]}).")


def _note_sizes(report: Report, folders, read, partners) -> None:
  """Photo and sketch become squares, so that only the ratio of their sides can be at odds."""
  sizes = {picture.path: picture.size for pictures in read for picture in pictures}
  for folder, pairs in zip(folders[1:], partners):
    known = [(photo, sketch) for photo, sketch in pairs.items()
             if photo in sizes and sketch in sizes]
    odd = [photo for photo, sketch in known if not _same_ratio(sizes[photo], sizes[sketch])]
    if odd:
      one = sizes[pairs[odd[0]]]
      report.notes.append(
          f"{folder}: {counted(len(odd), 'sketch', 'sketches')} of another shape than the photo "
          f"(first: {odd[0].name}, {_size(sizes[odd[0]])}, and its sketch, {_size(one)}); both are "
          "resized to a square, which is right if they show the same part.")


def _same_ratio(one: tuple[int, int], other: tuple[int, int]) -> bool:
  """Whether two (height, width) have one ratio, to a rounded pixel of either."""
  (height, width), (other_height, other_width) = one, other
  return abs(height * other_width - width * other_height) <= max(*one, *other)


def _size(size: tuple[int, int]) -> str:
  return f"{size[1]} x {size[0]} pixels"
