"""Everything that is wrong with a folder of face pictures, not only the first thing."""

import collections
import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from data_tools.findings import attempt, some
from data_tools.faces import face_dataset, geometry as geometry_module, layout
from data_tools.faces.geometry import Geometry

_COLOURFUL = 12.0  # mean distance of a pixel's largest and smallest channel, 0..255


@dataclasses.dataclass
class Report:
  """What was found.

  Attributes:
    problems: sentences; with any of them, training or evaluation would stop or be wrong.
    notes: sentences about what is unusual but works.
    counts: (set, split) -> {"pairs", "expected", "resized"}: pairs whose names match, those of the
      published results, and pictures that have to be resized.
  """

  problems: list[str] = dataclasses.field(default_factory=list)
  notes: list[str] = dataclasses.field(default_factory=list)
  counts: dict[tuple[str, str], dict[str, int]] = dataclasses.field(default_factory=dict)

  def as_json(self) -> dict[str, Any]:
    """For `cli.emit`: "ok", "problems", "notes", "sets" (set -> split -> counts)."""
    sets: dict[str, dict[str, dict[str, int]]] = {}
    for (face_set, split), counts in self.counts.items():
      sets.setdefault(face_set, {})[split] = counts
    return {"ok": not self.problems, "problems": self.problems, "notes": self.notes, "sets": sets}


@dataclasses.dataclass(frozen=True)
class _Picture:
  """What is remembered of a picture that could be read."""

  path: pathlib.Path
  digest: bytes  # of its pixels
  resized: bool
  colourful: bool


def inspect(data_dir: str | os.PathLike, data_type: str, geometry: Geometry = Geometry()) -> Report:
  """Reads every picture of a data folder.

  Args:
    data_dir: holds the sets' folders; see `layout`.
    data_type: see `layout.DATA_TYPES`.
    geometry: the sizes that the pictures have to fit.

  Returns:
    The report.

  Raises:
    UserError: there is no such folder or data type.
  """
  sets = layout.DATA_TYPES[layout.data_type(data_type)]
  if not os.path.isdir(data_dir):
    raise UserError(f"There is no folder {data_dir}; give the one that holds {', '.join(sets)}.")
  report, first_seen = Report(), {}
  for face_set in sets:
    if not os.path.isdir(os.path.join(data_dir, face_set)):  # told once, not for each folder in it
      attempt(report.problems, lambda: layout.check_folder(data_dir, face_set, "train", "photo"))
      continue
    for split in layout.SPLITS:
      _inspect_split(report, data_dir, face_set, split, geometry, first_seen)
  return report


def _inspect_split(report: Report, data_dir: str | os.PathLike, face_set: str, split: str,
                   geometry: Geometry, first_seen: dict[bytes, tuple[str, _Picture]]) -> None:
  listed = {kind: _listed(report, data_dir, face_set, split, kind) for kind in layout.KINDS}
  pairs = _paired(report, listed) if None not in listed.values() else 0
  read = {kind: _read_all(report, paths or [], kind, geometry) for kind, paths in listed.items()}
  for kind, pictures in read.items():
    _note_copies(report, kind, pictures, first_seen)
  _note_swapped(report, face_set, split, read)
  expected = layout.OFFICIAL_COUNTS[face_set][split]
  report.counts[face_set, split] = {
      "pairs": pairs, "expected": expected,
      "resized": sum(picture.resized for pictures in read.values() for picture in pictures)}
  if pairs and pairs != expected:
    report.notes.append(f"{face_set} has {pairs} {split} pairs where the published results had "
                        f"{expected}, so scores can't be compared with them.")


def _listed(report, data_dir, face_set, split, kind) -> list[pathlib.Path] | None:
  def listed():
    folder = layout.check_folder(data_dir, face_set, split, kind)
    paths = image_files.list_images(folder)
    others = [entry.name for entry in folder.iterdir()
              if entry not in set(paths) and not entry.name.startswith(".")]
    if others:
      report.notes.append(f"{folder} holds {len(others)} files or folders that are passed over "
                          f"({some(others)}).")
    return paths

  return attempt(report.problems, listed)


def _paired(report: Report, listed: dict[str, list[pathlib.Path]]) -> int:
  """How many names are on both sides."""
  stems = {}
  for kind, paths in listed.items():
    stems[kind] = collections.Counter(path.stem for path in paths)
    twice = [path.name for path in paths if stems[kind][path.stem] > 1]
    if twice:
      report.problems.append(f"{paths[0].parent} holds names that differ only in their ending "
                             f"({some(twice)}), so a partner can't be told; keep one of each.")
  for kind, other in (("photo", "sketch"), ("sketch", "photo")):
    lonely = sorted(stems[kind].keys() - stems[other].keys())
    if lonely:
      report.problems.append(
          f"{len(lonely)} of {listed[kind][0].parent} have no partner in "
          f"{listed[other][0].parent} ({some(lonely)}); give both the same name, or pair them "
          "with lists.")
  return len(stems["photo"].keys() & stems["sketch"].keys())


def _read_all(report: Report, paths: Sequence[pathlib.Path], kind: str, geometry: Geometry
              ) -> list[_Picture]:
  where = f"{paths[0].parent.parent.name} {paths[0].parent.name}" if paths else ""
  bar = cli.progress(paths, desc=where, unit="picture") if paths else []
  read = [attempt(report.problems, lambda path=path: _read(path, kind, geometry)) for path in bar]
  return [picture for picture in read if picture is not None]


def _read(path: pathlib.Path, kind: str, geometry: Geometry) -> _Picture:
  image = image_files.read_image(path, "RGB")
  face_dataset.refuse_wrong_ratio(path, image.shape[:2], geometry)
  if image.min() == image.max():
    raise UserError(f"The picture {path} has one colour only; put the real {kind} there.")
  face = geometry_module.resize(image, geometry.face)
  spread = face.max(axis=2).astype(np.float64) - face.min(axis=2)
  return _Picture(path, hashlib.sha256(image.tobytes()).digest(),
                  image.shape[:2] != tuple(geometry.face), float(spread.mean()) > _COLOURFUL)


def _note_copies(report: Report, kind: str, pictures: Sequence[_Picture],
                 first_seen: dict[bytes, tuple[str, _Picture]]) -> None:
  """The same pixels twice: a photo for a sketch is wrong; in two places it is worth a note."""
  for picture in pictures:
    other_kind, other = first_seen.setdefault(picture.digest, (kind, picture))
    if other is picture:
      continue
    if other_kind != kind:
      report.problems.append(f"The {kind} {picture.path} and the {other_kind} {other.path} are "
                             "the same picture; put the real one in its place.")
    else:
      report.notes.append(f"{picture.path} is the same picture as {other.path}"
                          f"{_leak(picture.path, other.path)}.")


def _leak(first: pathlib.Path, second: pathlib.Path) -> str:
  return ("" if first.parent.name == second.parent.name
          else ", so the model is tested on what it was trained on")


def _note_swapped(report: Report, face_set: str, split: str,
                  read: dict[str, list[_Picture]]) -> None:
  share = {kind: np.mean([picture.colourful for picture in pictures]) if pictures else 0.5
           for kind, pictures in read.items()}
  if share["sketch"] > 0.8 and share["photo"] < 0.2:
    report.problems.append(f"{face_set}'s {split} sketches are coloured and its photos gray, so "
                           "the two folders seem to be swapped; swap them back.")
