"""The folder of a face report, its pictures laid out as the original's results.

  GR/Sketch, GR/Photo           the true pictures
  MODEL/Sketch, MODEL/Photo     the synthesised ones, such as sc_lmser/Sketch/CUHK100.jpg
  results.json, sheet.png, scores.csv

All pictures are JPEG of quality 75, the true ones too, as in the original's evaluation.
"""

import csv
import json
import os
import pathlib
import shutil
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.faces.result_files import save_jpeg
from data_tools.files import atomic_path
from evaluate import face_models
from evaluate.face_scores import Outcome

TRUE = "GR"
RESULTS, SHEET, SCORES = "results.json", "sheet.png", "scores.csv"
KIND = "faces"  # what results.json gives as "report"
_KIND_FOLDERS = {"photo": "Photo", "sketch": "Sketch"}


def check_folder(folder: str | os.PathLike) -> pathlib.Path:
  """Refuses a folder that holds anything but an earlier face report.

  Raises:
    UserError: see above; or it is a file.
  """
  path = pathlib.Path(folder)
  if path.exists() and not path.is_dir():
    raise UserError(f"{path} is a file; give a folder for the report.")
  if path.is_dir() and any(path.iterdir()) and _kind_of(path / RESULTS) != KIND:
    raise UserError(f"{path} holds files that no face report wrote; give a new or empty folder, or "
                    "that of an earlier face report.")
  return path


def _kind_of(path: pathlib.Path) -> str | None:
  try:
    content = json.loads(path.read_text(encoding="utf-8"))
  except (OSError, ValueError):
    return None
  return content.get("report") if isinstance(content, dict) else None


def start_folder(folder: pathlib.Path) -> None:
  """Notes that a report began, and deletes what an earlier one left.

  Args:
    folder: from `check_folder`.

  Raises:
    UserError: the folder can't be written to.
  """
  write_results(folder, {"report": KIND, "complete": False})
  try:
    for name in (SHEET, SCORES):
      (folder / name).unlink(missing_ok=True)
    for name in (TRUE, *face_models.kinds()):
      if (folder / name).is_dir():
        shutil.rmtree(folder / name)
  except OSError as error:
    raise UserError(f"An earlier report in {folder} can't be replaced ({error.strerror}); give a "
                    "new folder.") from error


def write_pictures(folder: pathlib.Path, method: str, kind: str, names: Sequence[str],
                   pictures: np.ndarray) -> pathlib.Path:
  """Writes NAME.jpg of each picture.

  Args:
    folder: of the report.
    method: TRUE or the model's kind.
    kind: "photo" or "sketch".
    names: N names.
    pictures: uint8 [N, h, w, C].

  Returns:
    Their folder.

  Raises:
    UserError: a file can't be written.
  """
  target = folder / method / _KIND_FOLDERS[kind]
  for name, picture in zip(cli.progress(names, desc=f"{method}/{target.name}", unit="picture"),
                           pictures):
    save_jpeg(target / f"{name}.jpg", picture[..., 0] if picture.shape[-1] == 1 else picture)
  return target


def write_results(folder: pathlib.Path, results: dict[str, Any]) -> None:
  """Writes results.json."""
  with atomic_path(folder / RESULTS) as path:
    path.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_scores(folder: pathlib.Path, outcomes: dict[str, dict[str, Outcome]]) -> None:
  """Writes scores.csv: direction, image and every figure that there is of single pictures.

  Args:
    folder: of the report.
    outcomes: direction -> metric -> outcome.
  """
  rows: dict[tuple[str, str], dict[str, str]] = {}
  figures: dict[str, None] = {}
  for direction, by_metric in outcomes.items():
    for outcome in by_metric.values():
      for figure, values in outcome.values.items():
        figures[figure] = None
        for name, value in zip(outcome.names, values):
          rows.setdefault((direction, name), {})[figure] = repr(float(value))
  with atomic_path(folder / SCORES) as path, open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, ["direction", "image", *figures])
    writer.writeheader()
    for (direction, name), values in rows.items():
      writer.writerow({"direction": direction, "image": name, **values})
