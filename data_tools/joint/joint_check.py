"""Everything that is wrong with a folder of joint pictures, not only the first thing."""

import collections
import dataclasses
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from data_tools import cli, image_files
from data_tools.findings import attempt, counted, some
from data_tools.joint import joint_dataset, joint_folder, layout

_COLOURFUL = 3.0  # mean distance of a pixel's largest and smallest channel, 0..255: JPEG's are near
_BLANK = 10  # distance of the lightest and the darkest pixel of a half that shows nothing
_UNFIT = {
    "coloured": "whose left half is coloured where a gray sketch was expected",
    "blank": "whose sketch is blank",
    "empty": "whose photo has one colour only"}


@dataclasses.dataclass
class Report:
  """What was found.

  Attributes:
    problems: sentences; with any of them, training would stop or be wrong.
    notes: sentences about what is unusual but works.
    counts: (split, style) -> pictures.
    size: S of the pictures, pixels; None if none could be read.
  """

  problems: list[str] = dataclasses.field(default_factory=list)
  notes: list[str] = dataclasses.field(default_factory=list)
  counts: dict[tuple[str, str], int] = dataclasses.field(default_factory=dict)
  size: int | None = None

  def as_json(self) -> dict[str, Any]:
    """For `cli.emit`: "ok", "problems", "notes", "size", "splits" (split -> style -> pictures)."""
    splits: dict[str, dict[str, int]] = {}
    for (split, style), count in self.counts.items():
      splits.setdefault(split, {})[style] = count
    return {"ok": not self.problems, "problems": self.problems, "notes": self.notes,
            "size": self.size, "splits": splits}


def inspect(folder: str | os.PathLike) -> Report:
  """Reads every picture of a folder.

  Args:
    folder: see `layout`; with or without joint.json.

  Returns:
    The report.

  Raises:
    UserError: there is no such folder, or no split in it.
  """
  folder = pathlib.Path(folder)
  splits = [split for split in layout.SPLITS if (folder / split).is_dir()]
  if not splits:  # says which of the two it is
    layout.split_folder(folder, layout.SPLITS[0])
  report = Report()
  summary = attempt(report.problems, lambda: joint_folder.read_summary(folder))
  report.size = summary["size"] if summary else None
  names = {}
  for split in splits:
    listed = _listed(report, folder, split)
    names[split] = _judge_partners(report, folder / split, listed)
    for style, paths in listed.items():
      report.counts[split, style] = len(paths)
      _judge_pictures(report, f"{split} {style}", paths)
  _judge_splits(report, names)
  _judge_summary(report, folder, summary)
  return report


def _listed(report: Report, folder: pathlib.Path, split: str) -> dict[str, list[pathlib.Path]]:
  """Style -> its files; what is passed over is noted."""
  place = folder / split
  styles = layout.style_folders(place)
  listed, others = {}, []
  for inside in styles or [place]:
    paths = attempt(report.problems, lambda inside=inside: image_files.list_images(inside)) or []
    listed[inside.name if styles else layout.UNNAMED] = paths
    others += [entry for entry in inside.iterdir() if entry not in set(paths)]
  others += [entry for entry in place.iterdir() if styles and entry not in set(styles)]
  seen = sorted(str(entry.relative_to(place)) for entry in others if entry.name[0] != ".")
  if seen:
    report.notes.append(f"{place} holds {len(seen)} files or folders that are passed over "
                        f"({some(seen)}).")
  return listed


def _judge_partners(report: Report, place: pathlib.Path, listed: dict[str, list[pathlib.Path]]
                    ) -> set[str]:
  """All names of a split; gaps in its styles are told."""
  stems = {style: collections.Counter(path.stem for path in paths)
           for style, paths in listed.items()}
  everything = set().union(*stems.values())
  for style, times in stems.items():
    missing = sorted(everything - times.keys())
    twice = sorted(name for name, count in times.items() if count > 1)
    if missing and times:
      report.problems.append(
          f"{counted(len(missing), 'picture')} of other styles of {place} "
          f"{'is' if len(missing) == 1 else 'are'} missing in the style {style} "
          f"({some(missing)}); draw them, or take them out of all styles.")
    if twice:
      report.problems.append(f"The style {style} of {place} holds names that differ only in their "
                             f"ending ({some(twice)}); keep one of each.")
  return everything


def _judge_pictures(report: Report, where: str, paths: Sequence[pathlib.Path]) -> None:
  """Reads the pictures of a style: each that can't be read is told, other faults by kind."""
  unfit, sizes = collections.defaultdict(list), collections.defaultdict(list)
  for path in cli.progress(paths, desc=where, unit="picture", shown=bool(paths)):
    picture = attempt(report.problems, lambda path=path: joint_dataset.read(path))
    if picture is None:
      continue
    report.size = report.size or len(picture)
    if len(picture) != report.size:
      sizes[len(picture)].append(path.name)
    for kind in _faults(picture):
      unfit[kind].append(path.name)
  for size, names in sorted(sizes.items()):
    report.problems.append(
        f"{counted(len(names), 'picture')} of {paths[0].parent} of {2 * size} x {size} pixels, "
        f"not {2 * report.size} x {report.size} ({some(names)}); make the folder in one size.")
  for kind, names in unfit.items():
    report.problems.append(f"{counted(len(names), 'picture')} of {paths[0].parent} {_UNFIT[kind]} "
                           f"({some(names)}); make the real ones, or take them out.")


def _faults(picture: np.ndarray) -> Iterable[str]:
  """Keys of _UNFIT that are so of a picture, uint8 [S, 2 S, 3]."""
  sketch, photo = np.split(picture, 2, axis=1)
  if np.ptp(sketch, axis=2).mean() > _COLOURFUL:
    yield "coloured"
  if np.ptp(sketch) < _BLANK:
    yield "blank"
  if np.ptp(photo.reshape(-1, 3), axis=0).max() == 0:
    yield "empty"


def _judge_splits(report: Report, names: dict[str, set[str]]) -> None:
  """A name in two splits is one photo that is trained and tested on."""
  splits = list(names)
  for number, split in enumerate(splits):
    for other in splits[number + 1:]:
      both = sorted(names[split] & names[other])
      if both:
        report.problems.append(f"{counted(len(both), 'name')} in both {split} and {other} "
                               f"({some(both)}); keep each photo in one split.")


def _judge_summary(report: Report, folder: pathlib.Path, summary: dict[str, Any] | None) -> None:
  """Whether joint.json says what is there, and whether the size will do."""
  if report.size is not None:
    attempt(report.problems, lambda: layout.refuse_unfit_size(report.size))
  if summary is None:
    if not (folder / joint_folder.SUMMARY).exists():  # else it was told that it can't be read
      attempt(report.problems, lambda: joint_folder.refuse_unfinished(folder))
    return
  attempt(report.problems, lambda: joint_folder.refuse_unfinished(
      folder, sorted({style for _, style in report.counts})))
  for split, expected in summary["counts"].items():
    for style in summary["styles"]:
      found = report.counts.get((split, style), 0)
      if found != expected:
        report.problems.append(
            f"{folder / split} has {counted(found, 'picture')} of the style {style}, but "
            f"{joint_folder.SUMMARY} says {expected}; run the same data_tools/make_joint.py again.")
