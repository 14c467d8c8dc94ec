"""The files of completed joint images.

  completed/NAME.png    joint images: what was known, and what was generated beside it
  generated/NAME.png    the generated part alone; with a mask all of the joint image, as generated
  sheet.png             some of them from the first draws to the end
  contextual_loss.png, perceptual_loss.png   over the steps of the search
  losses.npz            the same of each picture, and the latent vectors found
  results.json
"""

import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import files
from evaluate import result_folder
from evaluate.completion_inputs import Inputs
from evaluate.completion_search import Found
from evaluate.completion_task import Task
from evaluate.pictures.face_sheet import Row, save_face_sheet
from evaluate.pictures.line_chart import Line, save_line_chart
from models.contextual_gan.completion import EARLY

COMPLETED, GENERATED, LOSSES = "completed", "generated", "losses.npz"
CHARTS = {"contextual": "contextual_loss.png", "perceptual": "perceptual_loss.png"}
_LONGER, _SHORTER = 256, 192  # pixels that pictures on the sheet are enlarged to, at most
_LOW, _HIGH = 10, 90  # percentiles


def write_pictures(folder: pathlib.Path, task: Task, inputs: Inputs, rows: np.ndarray,
                   found: Found) -> None:
  """Writes what was found for some pictures.

  Args:
    folder: of the results.
    task: what was known.
    inputs: all pictures.
    rows: int [n], numbers of some.
    found: for these.

  Raises:
    UserError: a file can't be written.
  """
  completed = task.completed(inputs.joint[rows], found.final)
  for row, joint, made in zip(rows, completed, task.made(found.final)):
    result_folder.save(folder / COMPLETED / f"{inputs.names[row]}.png", joint)
    result_folder.save(folder / GENERATED / f"{inputs.names[row]}.png", _with_channel(made))


def sheet_rows(task: Task, inputs: Inputs, rows: np.ndarray, found: Found, iterations: int,
               shown: Sequence[int]) -> list[Row]:
  """The rows of the sheet for those of `rows` that are to be shown; pictures as for `headings`."""
  parts = [task.given(inputs.joint[rows]), task.made(found.start)]
  if iterations > EARLY:
    parts.append(task.made(found.early))
  parts.append(task.made(found.final))
  if task.direction is None:
    parts.append(task.completed(inputs.joint[rows], found.final))
  truth = task.made(inputs.joint[rows])
  return [Row(inputs.names[row], [_enlarged(part[place]) for part in parts] + (
              [_enlarged(truth[place]) if inputs.has_truth[row] else None]
              if inputs.has_truth.any() else []))
          for place, row in enumerate(rows) if row in shown]


def headings(task: Task, inputs: Inputs, iterations: int) -> list[str]:
  """The columns of the sheet: what was given, the generated part as it got better, the truth."""
  return ["given", "start", *([f"after {EARLY}"] if iterations > EARLY else []),
          f"after {iterations}", *(["completed"] if task.direction is None else []),
          *(["truth"] if inputs.has_truth.any() else [])]


def write_sheet(path: pathlib.Path, title: str, columns: Sequence[str], rows: Sequence[Row]
                ) -> None:
  """Writes the sheet; pictures are enlarged by a whole factor.

  Raises:
    UserError: it can't be written.
  """
  save_face_sheet(path, title, columns, rows)


def write_losses(folder: pathlib.Path, title: str, names: Sequence[str], latent: np.ndarray,
                 losses: dict[str, np.ndarray]) -> None:
  """Writes losses.npz and a chart for each loss.

  Args:
    folder: of the results.
    title: of the charts.
    names: of N pictures.
    latent: float32 [N, Z].
    losses: keys of CHARTS -> float32 [N, T + 1], before each of T steps and after the last.

  Raises:
    UserError: a file can't be written.
  """
  with files.atomic_path(folder / LOSSES) as path:
    np.savez_compressed(path, names=np.array(names), latent=latent, **losses)
  for name, values in losses.items():
    save_line_chart(folder / CHARTS[name], _lines(values), title, "step of the search",
                    f"{name} loss")


def _lines(values: np.ndarray) -> list[Line]:
  """Mean of all pictures, and where most of them are: [N, T + 1] -> lines over 0..T."""
  steps = np.arange(values.shape[1])
  if len(values) == 1:
    return [Line("the picture", steps, values[0])]
  low, high = np.percentile(values.astype(np.float64), [_LOW, _HIGH], axis=0)
  return [Line(f"mean of {len(values)} pictures", steps, values.mean(axis=0, dtype=np.float64), 0),
          Line(f"{_HIGH}th percentile", steps, high, 1, thin=True),
          Line(f"{_LOW}th percentile", steps, low, 2, thin=True)]


def _with_channel(picture: np.ndarray) -> np.ndarray:
  return picture if picture.ndim == 3 else picture[..., None]


def _enlarged(picture: np.ndarray) -> np.ndarray:
  """By the largest whole factor that keeps within the sheet's sizes: nearest neighbours."""
  height, width = picture.shape[:2]
  factor = max(1, min(_LONGER // width, _SHORTER // height))
  return picture.repeat(factor, axis=0).repeat(factor, axis=1)
