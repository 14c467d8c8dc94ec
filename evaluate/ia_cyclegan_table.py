"""IACycleGAN's training in one table: what each round reached, beside the paper's figures.

A round is a trained GAN with its recognisers, such as "CycleGAN" and "identity loss, round 1".

  rounds = [Round("CycleGAN", {"sketch_ssim": 0.61, **matching.rank1}), ...]
  content = table(rounds, "CUFS", persons=338)
  show(content)
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from data_tools.faces import layout
from evaluate import published_faces
from evaluate.face_matching_scores import MATCHINGS
from evaluate.translating import DIRECTIONS

_KINDS = {made: direction for direction, (_, made) in DIRECTIONS.items()}
_METRICS = {"ssim": "SSIM", "fsimc": "FSIM", "fid": "FID"}
# Figure -> the two lines of its heading.
COLUMNS: dict[str, tuple[str, str]] = {
    **{f"{kind}_{metric}": (kind, words) for kind in _KINDS for metric, words in _METRICS.items()},
    **{name: ("rank 1", name.removesuffix("_matching")) for name in MATCHINGS}}
_NO_PERCENT = tuple(f"{kind}_fid" for kind in _KINDS)
_PERSONS = {face_set: sum(layout.OFFICIAL_COUNTS[part]["test"]
                          for part in layout.DATA_TYPES[face_set])
            for face_set in published_faces.SETS}
_NONE = "-"


@dataclasses.dataclass(frozen=True)
class Round:
  """One line.

  Attributes:
    name: of the round.
    figures: of COLUMNS -> shares in 0..1 (FID: from 0 up); what is missing, None or not finite
      could not be computed.
  """

  name: str
  figures: Mapping[str, float | None]


def table(rounds: Sequence[Round], data_type: str, persons: int) -> dict[str, Any]:
  """The figures of all rounds and those of the paper, as JSON values.

  Args:
    rounds: in the order of training.
    data_type: of the test faces, see `JudgedFaces`.
    persons: on them.

  Returns:
    "rounds" and "published": lists of "name" and all of COLUMNS, None where there is no figure;
    "notes": sentences; "source": the paper.

  Raises:
    ValueError: a figure that is no column.
  """
  unknown = {name for one in rounds for name in one.figures} - set(COLUMNS)
  if unknown:
    raise ValueError(f"{', '.join(sorted(unknown))}: no column; they are {', '.join(COLUMNS)}")
  return {"rounds": [{"name": one.name, **{column: _finite(one.figures.get(column))
                                           for column in COLUMNS}} for one in rounds],
          "published": [line for face_set in published_faces.SETS for line in _published(face_set)],
          "notes": _notes(data_type, persons), "source": published_faces.PAPER}


def text(content: Mapping[str, Any]) -> str:
  """The table to read: percent, FID as it is, "-" where there is no figure; then the notes.

  Args:
    content: of `table`.
  """
  heads = [["", *(words[line] for words in COLUMNS.values())] for line in (0, 1)]
  own, paper = ([_cells(line) for line in content[part]] for part in ("rounds", "published"))
  widths = [max(map(len, column)) for column in zip(*heads, *own, *paper)]
  lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
           for row in (*heads, *own, *paper)]
  rule = "-" * (sum(widths) + 2 * len(COLUMNS))
  lines.insert(len(heads), rule)
  lines.insert(len(heads) + 1 + len(own), rule)
  return "\n".join([*lines, "", *(f"- {note}" for note in content["notes"])])


def show(content: Mapping[str, Any]) -> None:
  """Prints `text` to stdout."""
  print(text(content), end="\n\n", flush=True)


def _published(face_set: str) -> list[dict[str, Any]]:
  """The paper's figures on a set before and after the mutual optimisation."""
  empty = dict.fromkeys(COLUMNS)
  synthesis = {f"{kind}_{metric}": published_faces.figure(direction, metric, face_set)
               for kind, direction in _KINDS.items() for metric in _METRICS}
  rank1 = {name: published_faces.rank1(name, face_set) for name in MATCHINGS}
  name = f"{published_faces.SOURCE}, {face_set}"
  return [{"name": name, **empty, **synthesis, **rank1},
          {"name": f"{name}, mutually optimised", **empty,
           "fusion": published_faces.RANK1_OPTIMISED[face_set]}]


def _notes(data_type: str, persons: int) -> list[str]:
  found = ["Percent, but for FID. SSIM and FSIM (of photos FSIMc): higher is better; FID: lower. "
           f"Rank 1 by chance: {100 / persons:.2f}.",
           f"Below the line: {published_faces.PAPER}, of "
           f"{' and '.join(f'{count} ({face_set})' for face_set, count in _PERSONS.items())} "
           "persons; which variants of SSIM and FSIM they are, and whether the rank 1 after mutual "
           "optimisation is of the fusion, is not known to us."]
  if data_type not in published_faces.SETS or persons != _PERSONS[data_type]:
    found.append(f"The test faces here are {data_type}, {persons} persons: the published figures "
                 "are of other faces and can't be compared.")
  return found


def _cells(line: Mapping[str, Any]) -> list[str]:
  return [line["name"], *(_number(line[column], column) for column in COLUMNS)]


def _number(value: float | None, column: str) -> str:
  if value is None:
    return _NONE
  return f"{value:.2f}" if column in _NO_PERCENT else f"{100 * value:.2f}"


def _finite(value: float | None) -> float | None:
  return float(value) if value is not None and math.isfinite(value) else None
