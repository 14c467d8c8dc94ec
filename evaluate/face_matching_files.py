"""The files of face matching: curves as CSV and as charts.

  results.json, cmc.csv, roc.csv, cmc.png, roc.png
"""

import csv
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

from data_tools import files
from evaluate.face_matching_scores import MATCHINGS, WITHOUT_SYNTHESIS, WORDS, Matching
from evaluate.metrics.matching import Roc
from evaluate.pictures.line_chart import Line, save_line_chart, ticks

CMC, ROC, CMC_CHART, ROC_CHART = "cmc.csv", "roc.csv", "cmc.png", "roc.png"
_MOST_RANKS = 50  # on the chart


def write(folder: pathlib.Path, result: Matching, title: str) -> None:
  """Writes both curves as CSV and as charts.

  Args:
    folder: where to.
    result: of at least one matching.
    title: of the charts: which model, on which faces.

  Raises:
    UserError: a file can't be written.
  """
  _write_cmc(folder / CMC, result)
  _write_roc(folder / ROC, result)
  _draw_cmc(folder / CMC_CHART, result, title)
  _draw_roc(folder / ROC_CHART, result, title)


def _write_cmc(path: pathlib.Path, result: Matching) -> None:
  """One line for each rank, one column for each matching."""
  curves = {name: one.cmc for name, one in result.found.items()}
  _write_rows(path, ["rank", *curves],
              ((rank, *map(float, shares)) for rank, shares in enumerate(zip(*curves.values()), 1)))


def _write_roc(path: pathlib.Path, result: Matching) -> None:
  """One line for each corner of each curve."""
  _write_rows(path, ["matching", "false_accept_rate", "true_accept_rate", "threshold"], (
      (name, *map(float, corner)) for name, one in result.found.items()
      for corner in zip(one.roc.false_accept, one.roc.true_accept, one.roc.threshold)))


def _write_rows(path: pathlib.Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
  with files.atomic_path(path) as scratch, open(scratch, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows(rows)


def _draw_cmc(path: pathlib.Path, result: Matching, title: str) -> None:
  most = min(result.persons, _MOST_RANKS)
  lines = [_line(name, np.arange(1, most + 1), one.cmc[:most])
           for name, one in result.found.items()]
  save_line_chart(path, lines, f"CMC: {title}", "rank", "probes found within this rank, %",
                  _percent_range(lines), [1, *(tick for tick in ticks(1, most)
                                               if tick > 1 and tick.is_integer())])


def _draw_roc(path: pathlib.Path, result: Matching, title: str) -> None:
  lines = []
  for name, one in result.found.items():
    false_accept, true_accept = _steps(one.roc)
    lines.append(_line(name, 100 * false_accept, true_accept))
  save_line_chart(path, lines, f"ROC: {title}", "false accept rate, %, logarithmic",
                  "true accept rate, %", _percent_range(lines), log_x=True)


def _line(name: str, x: np.ndarray, shares: np.ndarray) -> Line:
  """A matching's curve in percent; the one without synthesis thin and of the same colour."""
  thin = name in WITHOUT_SYNTHESIS
  colour = (WITHOUT_SYNTHESIS if thin else MATCHINGS).index(name)
  return Line(WORDS[name], x, 100 * shares, colour, thin)


def _steps(curve: Roc) -> tuple[np.ndarray, np.ndarray]:
  """The curve as TAR at a FAR of no more than x, from the least FAR that there can be to 1.

  Args:
    curve: of n corners.

  Returns:
    FAR and TAR, float64 [m], FAR above 0.
  """
  least = 1 / curve.impostors
  far = np.repeat(curve.false_accept, 2)[1:]  # level up to a corner's FAR, then up to its TAR
  tar = np.repeat(curve.true_accept, 2)[:-1]
  inside = far >= least
  at_least = curve.true_accept[curve.false_accept == 0].max()
  return np.concatenate([[least], far[inside]]), np.concatenate([[at_least], tar[inside]])


def _percent_range(lines: Sequence[Line]) -> tuple[float, float]:
  """From a round number below all values to 100."""
  lowest = min(line.y.min() for line in lines)
  return (ticks(lowest, 100.0)[0] if lowest < 100 else 0.0), 100.0
