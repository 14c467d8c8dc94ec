"""How the metrics on images report: tables for people on stdout, before the command's JSON line."""

import csv
import dataclasses
import math
import os
from collections.abc import Sequence

import numpy as np

from data_tools import files
from data_tools.errors import UserError

_SHOWN = 3  # images at each end of the scale


@dataclasses.dataclass(frozen=True)
class Scores:
  """Values of one or several metrics for each image or pair.

  Attributes:
    names: of the N images.
    values: metric's lower-case name -> float64 [N]; the first one ranks the images.
    higher_is_better: whether a larger value of the first metric is the better one.
  """

  names: Sequence[str]
  values: dict[str, np.ndarray]
  higher_is_better: bool = True

  def means(self) -> dict[str, float]:
    """Metric -> mean over the images."""
    return {metric: float(np.mean(values)) for metric, values in self.values.items()}


def show_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
  """Prints an aligned table to stdout; numbers to the right, floats with six decimals."""
  cells = [[_text(value) for value in row] for row in rows]
  widths = [max(len(text) for text in column) for column in zip(header, *cells)]
  numeric = [all(isinstance(row[place], (int, float, np.number)) for row in rows)
             for place in range(len(header))]
  for line in [list(header), *cells]:
    padded = [text.rjust(width) if right else text.ljust(width)
              for text, width, right in zip(line, widths, numeric)]
    print("  ".join(padded).rstrip(), flush=True)


def _text(value: object) -> str:
  if isinstance(value, (float, np.floating)):
    return f"{value:.6f}"
  return str(value)


def show_scores(scores: Scores, per_image: bool = False, title: str = "") -> None:
  """Prints every image's values, or the worst and best ones; then mean and standard deviation.

  Args:
    scores: of at least one image.
    per_image: print all.
    title: what was measured and how; printed first.
  """
  if title:
    print(title)
  header = ["image", *scores.values]
  ranked = worst_first(scores)
  row = lambda place: [scores.names[place], *(values[place] for values in scores.values.values())]
  if per_image:
    show_table(header, [row(place) for place in range(len(scores.names))])
  elif len(ranked) > 2 * _SHOWN:
    show_table(["", *header], [["worst", *row(place)] for place in ranked[:_SHOWN]]
               + [["best", *row(place)] for place in ranked[:-_SHOWN - 1:-1]])
  else:
    show_table(header, [row(place) for place in ranked])
  print()
  show_table(["metric", "mean", "std", "lowest", "highest", "images"],
             [[metric, values.mean(), values.std(), values.min(), values.max(), len(values)]
              for metric, values in scores.values.items()])


def worst_first(scores: Scores) -> list[int]:
  """Places of the images from worst to best by the first metric; equal ones in their order."""
  values = next(iter(scores.values.values()))
  return np.argsort(values if scores.higher_is_better else -values, kind="stable").tolist()


def check_output(path: str | os.PathLike | None, ending: str) -> None:
  """Looks at the name of a file to write, before any work is done.

  Args:
    path: None is fine.
    ending: what it has to end in, with the dot.

  Raises:
    UserError: it is a folder, or ends in something else.
  """
  if path is None:
    return
  if os.path.isdir(path):
    raise UserError(f"{path} is a folder; give the name of a {ending} file to write.")
  if os.path.splitext(path)[1].lower() != ending:
    raise UserError(f"{path} does not end in {ending}, which is the kind of file that is written; "
                    f"give a name that does.")


def save_csv(path: str | os.PathLike, scores: Scores) -> None:
  """Writes `image,metric,...` and one line an image, whole or not at all.

  Raises:
    UserError: the file can't be written.
  """
  with files.atomic_path(path) as scratch, open(scratch, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["image", *scores.values])
    for name, *values in zip(scores.names, *scores.values.values()):
      writer.writerow([name, *(repr(float(value)) for value in values)])


def check_finite(scores: Scores, sentence: str) -> None:
  """Refuses NaN and infinity.

  Args:
    scores: to look at.
    sentence: what to say; `{name}` stands for the first image concerned.

  Raises:
    UserError: a value is not finite.
  """
  for place, name in enumerate(scores.names):
    if not all(math.isfinite(values[place]) for values in scores.values.values()):
      raise UserError(sentence.format(name=name))
