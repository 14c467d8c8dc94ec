"""Files of one JSON object a line, as Quick, Draw! gives out its drawings.

A stranger's file: a line has a limit, and every field is checked before it is used.
"""

import json
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from data_tools.errors import UserError
from data_tools.quickdraw.drawing import MOST_POINTS, BadRecord, BadRecords, Drawing

LONGEST_LINE = 16 * 2**20  # bytes; the longest raw drawings take less than one megabyte
_SHOWN = 40  # characters of a wrong value
StrokeReader = Callable[[list[Any]], list[np.ndarray]]


def read(path: str | os.PathLike, strokes: StrokeReader, bad: BadRecords) -> Iterator[Drawing]:
  """Yields the drawings of a file in order; empty lines are passed over.

  Args:
    path: the file.
    strokes: makes the strokes of a record's "drawing"; raises BadRecord.
    bad: told of every broken line.

  Raises:
    UserError: the file can't be read, or a line is broken and `bad` does not skip.
  """
  path = pathlib.Path(path)
  try:
    with open(path, "rb") as file:
      for number, line in enumerate(_lines(file), 1):
        if not line.strip():
          continue
        try:
          yield _drawing(line, strokes)
        except BadRecord as error:
          bad.add(f"{path}, line {number}", error)
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a file that is there and may "
                    "be read.") from error


def _lines(file: Any) -> Iterator[bytes]:
  """Lines, of each at most one byte more than the limit; what is beyond is passed over."""
  while line := file.readline(LONGEST_LINE + 1):
    yield line
    while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
      line = file.readline(LONGEST_LINE + 1)


def _drawing(line: bytes, strokes: StrokeReader) -> Drawing:
  if len(line) > LONGEST_LINE:
    raise BadRecord(f"it is longer than {LONGEST_LINE // 2**20} MB, which no drawing is")
  record = parsed(line)
  if not isinstance(record, dict):
    raise BadRecord("it is not a JSON object {\"word\": ..., \"drawing\": ...}")
  word, country = record.get("word"), record.get("countrycode", "")
  if not isinstance(word, str) or not word.strip() or not word.isprintable():
    raise BadRecord(f"\"word\" is {shown(word)} where the name of a category is expected")
  if not isinstance(country, str) or len(country) > 2:
    raise BadRecord(f"\"countrycode\" is {shown(country)} where two letters are expected")
  recognized = record.get("recognized", True)
  if not isinstance(recognized, bool):
    raise BadRecord(f"\"recognized\" is {shown(recognized)} where true or false is expected")
  drawing = record.get("drawing")
  if not isinstance(drawing, list) or not drawing:
    raise BadRecord(f"\"drawing\" is {shown(drawing)} where a list of strokes is expected")
  return Drawing(_key_id(record.get("key_id")), word, strokes(drawing), recognized, country)


def parsed(content: bytes) -> Any:
  """The value of a JSON text of a stranger.

  Raises:
    BadRecord: it is none.
  """
  try:
    return json.loads(content, parse_constant=_no_number)
  except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
    raise BadRecord(f"it is not JSON ({_first_line(error)})") from error


def _key_id(value: Any) -> int:
  """A number, or one in quotes, as Google writes it: too long for JavaScript."""
  digits = str(value) if type(value) in (int, str) else ""
  if not (digits.isascii() and digits.isdecimal() and len(digits) <= 20 and int(digits) < 2**64):
    raise BadRecord(f"\"key_id\" is {shown(value)} where a whole number below 2**64 is expected")
  return int(digits)


def arrays(drawing: Sequence[Any], columns: int, what: str) -> list[np.ndarray]:
  """Strokes [[x...], [y...], ...] as float64 arrays [n, columns], finite, within the limits.

  Raises:
    BadRecord: a stroke is empty, of another form or of numbers that are none.
  """
  result, points = [], 0
  for index, stroke in enumerate(drawing):
    if (not isinstance(stroke, list) or len(stroke) != columns
        or not all(isinstance(row, list) for row in stroke)):
      raise BadRecord(f"stroke {index} is {shown(stroke)} where {what} is expected")
    lengths = {len(row) for row in stroke}
    if len(lengths) > 1 or 0 in lengths:
      raise BadRecord(f"stroke {index} has {' and '.join(str(len(row)) for row in stroke)} values "
                      f"where {what} of equal, positive length is expected")
    points += lengths.pop()
    if points > MOST_POINTS:
      raise BadRecord(f"it has more than {MOST_POINTS} points, which no drawing has")
    result.append(_numbers(stroke, index))
  return result


def _numbers(stroke: list[list[Any]], index: int) -> np.ndarray:
  for row in stroke:
    if any(type(value) not in (int, float) for value in row):
      raise BadRecord(f"stroke {index} holds {shown(row)} where numbers are expected")
  try:
    array = np.array(stroke, np.float64).T
  except OverflowError as error:
    raise BadRecord(f"stroke {index} holds a number that is too large") from error
  if not np.isfinite(array).all():
    raise BadRecord(f"stroke {index} holds a number that is too large")
  return array


def shown(value: Any) -> str:
  """A wrong value, cut short."""
  text = "missing" if value is None else ascii(value)
  return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _no_number(name: str) -> None:
  raise ValueError(f"{name} is no number of JSON")


def _first_line(error: Exception) -> str:
  return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
