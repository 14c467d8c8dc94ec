"""What is wrong with drawings of any format, before a data set is built of them."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from data_tools import findings
from data_tools.errors import UserError
from data_tools.quickdraw.drawing import BadRecord, BadRecords
from data_tools.shards import sources, stages
from data_tools.shards.sources import Source


@dataclasses.dataclass
class Counts:
  """Of one category.

  Attributes:
    drawings: that can be used.
    points: of all of them.
    longest: points of the longest.
    broken: drawings (of npz: files) that can't be used.
  """

  drawings: int = 0
  points: int = 0
  longest: int = 0
  broken: int = 0


@dataclasses.dataclass(frozen=True)
class Report:
  """What was found.

  Attributes:
    counts: category -> Counts.
    problems: sentences, of each file or folder the first hundred.
  """

  counts: dict[str, Counts]
  problems: list[str]

  def as_json(self) -> dict[str, Any]:
    """For stdout."""
    return {"ok": not self.problems, "problems": self.problems,
            "drawings": sum(one.drawings for one in self.counts.values()),
            "broken": sum(one.broken for one in self.counts.values()),
            "categories": {name: dataclasses.asdict(one) for name, one in self.counts.items()}}


def inspect(folder: str | os.PathLike, form: str, categories: Sequence[str] = (),
            progress: Callable[[int], object] = lambda _: None) -> Report:
  """Reads every drawing.

  Args:
    folder: of the drawings.
    form: one of sources.FORMATS.
    categories: which; empty: all.
    progress: called with the number of drawings read, every so often.

  Raises:
    UserError: there is no such format, or no such folder or file.
  """
  if form not in sources.FORMATS:
    raise UserError(f"There is no format {form!r}; choose from {', '.join(sources.FORMATS)}.")
  counts: dict[str, Counts] = {}
  problems: list[str] = []
  keys: list[np.ndarray] = []
  for source in sources.find(folder, form, categories):
    own = counts.setdefault(source.category, Counts())
    bad = BadRecords(skip=True)
    before = len(problems)
    findings.attempt(problems, lambda: _count(source, own, bad, keys, progress))
    own.broken += bad.count + len(problems) - before
    problems += bad.sentences
    if bad.count > len(bad.sentences):
      problems.append(f"{source.path} has {bad.count - len(bad.sentences)} more broken drawings.")
  return Report(counts, problems + _doubles(keys))


def _count(source: Source, own: Counts, bad: BadRecords, keys: list[np.ndarray],
           progress: Callable[[int], object]) -> None:
  for chunk in sources.chunks(source, True, False, bad):
    for found in chunk.drawings:
      try:
        points = len(stages.stroke3(found, chunk.format))
      except BadRecord as error:
        bad.add(f"{source.path}, drawing {found.key_id}", error)
        continue
      own.drawings += 1
      own.points += points
      own.longest = max(own.longest, points)
    keys.append(np.array([found.key_id for found in chunk.drawings], np.uint64))
    progress(len(chunk.drawings))


def _doubles(keys: list[np.ndarray]) -> list[str]:
  """A sentence about drawings that are there twice."""
  found, numbers = np.unique(np.concatenate([np.zeros(0, np.uint64), *keys]), return_counts=True)
  twice = found[numbers > 1]
  if not len(twice):
    return []
  names = findings.some([str(key) for key in twice.tolist()])
  return [f"{findings.counted(len(twice), 'key id')} stand more than once ({names}), but a data "
          "set has each drawing once; give each file of drawings once."]
