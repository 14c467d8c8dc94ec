"""What evaluate/translate.py is asked for, and which files it reads and writes."""

import dataclasses
import os
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

from data_tools.errors import UserError
from data_tools.image_files import list_images, read_image
from evaluate import metric_report, result_folder
from evaluate.translating import DIRECTIONS

FORMATS = ("png", "jpg")
SHEET = "sheet.png"
MODES = {"photo": "RGB", "sketch": "L"}


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/translate.py; see its flags. None: not given."""

  model: str
  direction: str
  input_dir: str
  output_dir: str
  truth_dir: str | None = None
  format: str = "png"
  batch_size: int = 8
  any_size: bool = False
  style_dir: str | None = None
  seed: int | None = None
  weights: str | None = None
  statistics: str | None = None
  sheet: str | None = None
  sheet_rows: int = 12


@dataclasses.dataclass(frozen=True)
class Plan:
  """Which files are read and written.

  Attributes:
    inputs: the pictures.
    results: a file for each.
    truths: name -> true picture.
    sheet: the comparison.
  """

  inputs: list[pathlib.Path]
  results: list[pathlib.Path]
  truths: dict[str, pathlib.Path]
  sheet: pathlib.Path


def make_plan(options: Options, also_read: Sequence[pathlib.Path] = ()) -> Plan:
  """Names every file, before any work.

  Args:
    options: what is asked for.
    also_read: pictures besides inputs and truths.

  Raises:
    UserError: there are no pictures, two have the same name, no true picture belongs to any, or a
      file that is read would be replaced.
  """
  inputs = by_name(options.input_dir)
  truths = by_name(options.truth_dir) if options.truth_dir is not None else {}
  if truths and not inputs.keys() & truths.keys():
    raise UserError(f"No picture of {options.truth_dir} has the name of one in "
                    f"{options.input_dir} (the ending left out); give both the same names, or "
                    "leave --truth_dir away.")
  output = pathlib.Path(options.output_dir)
  sheet = pathlib.Path(output / SHEET if options.sheet is None else options.sheet)
  metric_report.check_output(sheet, ".png")
  results = [output / f"{name}.{options.format}" for name in inputs]
  read = [*inputs.values(), *truths.values(), *also_read]
  result_folder.refuse_inputs(output, read)
  if os.path.realpath(sheet) in map(os.path.realpath, [*read, *results]):
    raise UserError(f"The sheet {sheet} would take the place of a picture; give another name with "
                    "--sheet.")
  return Plan(list(inputs.values()), results, truths, sheet)


def by_name(source: str | os.PathLike) -> dict[str, pathlib.Path]:
  """The pictures of a folder or list by their names without ending.

  Raises:
    UserError: there are none, or two have the same name.
  """
  named: dict[str, pathlib.Path] = {}
  for path in list_images(source):
    first = named.setdefault(path.stem, path)
    if first is not path:
      raise UserError(f"{first} and {path} have the same name but for folder and ending, so which "
                      "belongs to a result can't be told; rename one of them.")
  return named


def refuse_flags(options: Options, kind: str, names: Iterable[str]) -> None:
  """Raises UserError if a flag is given that does not belong to the model's kind."""
  for name in names:
    value = getattr(options, name)
    if value is not None and value is not False:  # 0 is a seed
      raise UserError(f"--{name} is given, but {options.model} is a model of the kind {kind}, "
                      "which has no use for it; leave it away.")


def truths_shown(options: Options, plan: Plan) -> list[np.ndarray | None]:
  """The true picture of each row of the sheet, None where there is none.

  Raises:
    UserError: one can't be read.
  """
  _, made = DIRECTIONS[options.direction]
  paths = [plan.truths.get(path.stem) for path in plan.inputs[:options.sheet_rows]]
  return [None if path is None else read_image(path, MODES[made]) for path in paths]


def sheet_title(options: Options, plan: Plan, rows: int) -> str:
  """What is seen on a sheet of so many rows."""
  given, made = DIRECTIONS[options.direction]
  part = f"; the first {rows} of {len(plan.inputs)}" if rows < len(plan.inputs) else ""
  return f"{given} to {made}, {pathlib.Path(options.model).name}{part}"
