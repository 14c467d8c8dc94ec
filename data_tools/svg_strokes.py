"""Reading strokes back from the SVG files that `data_tools.svg`, or the original program, wrote.

Only that one form is read: a picture with one path of an absolute start M and relative moves m and
lines l. Nothing that a file declares is expanded, fetched or run.
"""

import os
import pathlib
import re
import xml.etree.ElementTree

import numpy as np

from data_tools.errors import UserError

_LARGEST = 8 * 2**20  # bytes; a drawing of 10,000 points takes half a megabyte
_PATH = "{http://www.w3.org/2000/svg}path"
# One way only to take digits apart: \d+\.?\d* would take the square of a long row of them in time.
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_STEP = re.compile(rf"([Mml]?)\s*({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})\s*")


def read_svg(path: str | os.PathLike) -> np.ndarray:
  """Reads a drawing.

  Args:
    path: an SVG file as `data_tools.svg.save_svg` writes it.

  Returns:
    float64 [n, 3] = (dx, dy, pen lifted), in pixels of the picture; drawn again it is the same
    picture at any size.

  Raises:
    UserError: the file is missing, too large, no SVG, or one of another form.
  """
  path = pathlib.Path(path)
  try:
    if path.stat().st_size > _LARGEST:
      raise UserError(f"{path} is larger than {_LARGEST // 2**20} MB, which no drawing is; give "
                      "the files of evaluate/sample.py.")
    content = path.read_bytes()
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a file that is there and may "
                    "be read.") from error
  return _strokes(_path_text(content, path), path)


def _path_text(content: bytes, path: pathlib.Path) -> str:
  """The text of the one path of an SVG file."""
  # Entities can only be declared in a document type; without one, there is nothing to expand.
  # UTF-16 and the like would hide it, and are not what svgwrite writes.
  if b"<!" in content or b"\0" in content:
    raise _foreign(path, "it declares a document type or holds comments")
  try:
    root = xml.etree.ElementTree.fromstring(content)
  except (xml.etree.ElementTree.ParseError, ValueError, LookupError) as error:
    raise UserError(f"{path} is not an SVG file, or is cut off ({error}); sample again.") from error
  paths = list(root.iter(_PATH))
  if len(paths) != 1 or not paths[0].get("d"):
    raise _foreign(path, f"it holds {len(paths)} paths")
  return paths[0].get("d")


def _strokes(text: str, path: pathlib.Path) -> np.ndarray:
  """Stroke-3 rows from "M x,y m dx,dy l dx,dy dx,dy m ..."."""
  letters, steps = _commands(text, path)
  if letters[:1] != ["M"] or "M" in letters[1:] or letters[1:2] not in ([], ["m"]):
    raise _foreign(path, "its path does not begin with one absolute start and a movement")
  rows = np.zeros([len(steps) - 1, 3])
  rows[:, :2] = np.array(steps[1:]).reshape(-1, 2)
  rows[:-1, 2] = np.array(letters[2:]) == "m"  # lifted after a point that a movement follows
  rows[-1:, 2] = 1
  if not np.isfinite(rows).all():
    raise _foreign(path, "its path holds numbers that are too large")
  return rows


def _commands(text: str, path: pathlib.Path) -> tuple[list[str], list[tuple[float, float]]]:
  """The letter of every pair of numbers, written or not, and the pairs."""
  text = text.strip()
  letters, steps, position = [], [], 0
  while position < len(text):
    match = _STEP.match(text, position)
    if match is None:
      raise _foreign(path, f"its path reads {text[position:position + 20]!r}")
    implied = "L" if letters[-1:] == ["M"] else "l"  # SVG: pairs behind a movement are lines
    letters.append(match[1] or implied)
    steps.append((float(match[2]), float(match[3])))
    position = match.end()
  return letters, steps


def _foreign(path: pathlib.Path, what: str) -> UserError:
  return UserError(f"{path} is not an SVG file of a sketch as evaluate/sample.py writes it "
                   f"({what}); give the files that it wrote.")
