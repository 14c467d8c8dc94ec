"""The folder of a report, and the sketches in it: drawn now, or those of an earlier run."""

import json
import pathlib

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from evaluate import model_loading, recognition_samples, sample_files, sample_run
from evaluate.run_start import RunOptions, Subject

SAMPLES, RESULTS, PAGE = "samples", "results.json", "report.html"
KIND = "rpcl_pix2seq"  # what results.json gives as "report"


def check_folder(folder: str) -> pathlib.Path:
  """Refuses a folder that holds anything but an earlier report.

  Raises:
    UserError: see above; or it is a file.
  """
  path = pathlib.Path(folder)
  if path.exists() and not path.is_dir():
    raise UserError(f"{path} is a file; give a folder for the report.")
  if not path.is_dir():
    return path
  known = {SAMPLES, RESULTS, PAGE}
  strangers = sorted(entry.name for entry in path.iterdir()
                     if entry.name not in known and not entry.name.startswith("."))
  if strangers:
    raise UserError(f"{path} holds {strangers[0]}, which no report wrote; give a new or empty "
                    "folder, or that of an earlier report.")
  if (path / RESULTS).exists() and _kind_of(path / RESULTS) != KIND:
    raise UserError(f"{path / RESULTS} was not written by this command; give a new or empty "
                    "folder.")
  return path


def _kind_of(path: pathlib.Path) -> str | None:
  try:
    content = json.loads(path.read_text())
  except (OSError, ValueError):
    return None
  return content.get("report") if isinstance(content, dict) else None


def ensure(options: RunOptions, subject: Subject, num_samples: int, overwrite: bool
           ) -> tuple[pathlib.Path, bool]:
  """Sketches of the drawings under OUTPUT/samples.

  Args:
    options: of the report.
    subject: the model and the drawings that they name.
    num_samples: of each category; 0 for all.
    overwrite: draw anew whatever is there.

  Returns:
    Their folder, and whether they were there already.

  Raises:
    UserError: finished sketches are there that were made otherwise.
  """
  wanted = sample_run.Options(
      options.model, f"{options.output_dir}/{SAMPLES}", options.data_dir, options.split,
      options.seed, options.how, num_samples=num_samples, sheet_variants=0)
  folder = pathlib.Path(wanted.output_dir)
  earlier = sample_files.read_description(folder) if folder.is_dir() and not overwrite else None
  if earlier is not None and earlier["complete"]:
    _check_same(earlier, wanted, subject, folder)
    cli.say(f"Using the {len(earlier['sketches'])} sketches that are there, as model, drawings and "
            "settings are the same.")
    return folder, True
  sample_run.run(wanted, subject)
  return folder, False


def _check_same(earlier, wanted, subject, folder):
  """Refuses sketches of another model, of other drawings or with other settings."""
  split, rows = subject.split, sample_run.chosen_rows(wanted, subject)
  places = model_loading.index_in_category(split.labels)
  expected = {**sample_run.describe(wanted, subject),
              "sketches": sorted(zip(split.labels[rows].tolist(), places[rows].tolist()))}
  earlier = {**earlier, "sketches": sorted(earlier["sketches"])}
  decisive = [key for key in expected if key not in ("model", "batch_size")]
  other = [key for key in decisive if earlier.get(key) != expected[key]]
  if other:
    told = {"model_sha256": "model", "drawings_sha256": "drawings", "sketches": "num_samples"}
    named = " and another ".join(told.get(key, key) for key in other)
    raise UserError(f"The sketches in {folder} were made with another {named}; pass --overwrite to "
                    "draw them anew, or give another --output_dir.")


def read_strokes(folder: pathlib.Path, labels: np.ndarray) -> list[np.ndarray]:
  """The strokes of all sketches, in the order of their file names.

  Args:
    folder: of the sketches.
    labels: int [n], the category that each should have.

  Returns:
    float64 [n, 3] = (dx, dy, pen lifted) each, pixels.

  Raises:
    UserError: files are missing or can't be read.
  """
  found = recognition_samples.read(folder)
  if found.strokes is None or not np.array_equal(found.positions, labels):
    raise UserError(f"{folder} lacks SVG files of its sketches; pass --overwrite to draw them "
                    "anew.")
  return found.strokes
