"""Text files with a line for each photo: words apart by spaces, the first names the photo."""

import math
import pathlib
from collections.abc import Collection

from data_tools.errors import UserError


def read(path: pathlib.Path, words: int, numbers: bool = True) -> dict[str, tuple]:
  """Reads a table.

  Args:
    path: of the text file; empty lines don't count.
    words: how many follow the name on each line.
    numbers: whether these are numbers.

  Returns:
    Name -> tuple of float, or of str.

  Raises:
    UserError: the file can't be read, has no lines, a line has other words, or a name stands twice.
  """
  try:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
  except (OSError, UnicodeDecodeError) as error:
    raise UserError(f"The list {path} can't be read ({error}); give the data set as it "
                    "comes.") from error
  table: dict[str, tuple] = {}
  for number, line in enumerate(lines, 1):
    name, *rest = line.split() or [""]
    if not name:
      continue
    try:
      values = tuple(map(_number, rest)) if numbers else tuple(rest)
    except ValueError:
      values = ()
    if len(values) != words or name in table:
      why = "its first word stands on an earlier line, too" if name in table else (
          f"a name and {words} {'numbers' if numbers else 'words'} were expected")
      raise UserError(f"Line {number} of {path} is {line.strip()[:80]!r}, but {why}; give the list "
                      "as it comes.")
    table[name] = values
  if not table:
    raise UserError(f"The list {path} is empty; give the data set as it comes.")
  return table


def _number(word: str) -> float:
  number = float(word)
  if not math.isfinite(number):
    raise ValueError(f"{word} is no number")
  return number


def refuse_gaps(names: Collection[str], path: pathlib.Path, others: Collection[str],
                where: pathlib.Path, what: str = "line") -> None:
  """Raises UserError if a name of `path` has no line (or no file) in `where`."""
  known = set(others)
  missing = [name for name in names if name not in known]
  if missing:
    raise UserError(f"{missing[0]} of {path} has no {what} in {where} ({len(missing)} of "
                    f"{len(names)} have none); give the data set whole, as it comes.")
