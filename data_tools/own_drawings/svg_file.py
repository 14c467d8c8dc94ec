"""Any SVG drawing as strokes: outlines of its paths and shapes in their order, transforms applied.

A stranger's file: nothing that it declares is expanded, fetched or run. Colours, widths of lines
and clipping are not looked at; a filled shape gives its outline.
"""

import pathlib
import xml.etree.ElementTree
from collections.abc import Iterator

import numpy as np

from data_tools.own_drawings.svg_shapes import SHAPES, transform
from data_tools.quickdraw.drawing import MOST_POINTS, BadRecord

LARGEST = 8 * 2**20  # bytes
_SPACE = "{http://www.w3.org/2000/svg}"
_GROUPS = ("svg", "g", "a", "switch")
_NO_LINES = ("text", "image", "use", "foreignObject")  # seen, but no lines that are read here
_FARTHEST = 1e9  # units


def read(path: pathlib.Path) -> list[np.ndarray]:
  """Reads a drawing.

  Args:
    path: an SVG file. Read are path, line, polyline, polygon, circle, ellipse and rect (one without
      a stroke is a background) in groups, with transforms; definitions, titles and the like and
      what is not displayed is passed over.

  Returns:
    float64 [n, 2] = (x, y) of each stroke, n >= 2, y points down, any scale; at least one stroke.

  Raises:
    BadRecord: it is too large, no SVG file, holds what can't be read, or no line.
    OSError: it can't be read.
  """
  if path.stat().st_size > LARGEST:
    raise BadRecord(f"it is larger than {LARGEST // 2**20} MB, which no drawing is")
  strokes, points = [], 0
  # Numbers that are too large are told below.
  with np.errstate(over="ignore", invalid="ignore"):
    for name, attributes, matrix in _elements(_parsed(path.read_bytes())):
      for line in SHAPES[name](attributes):
        points += len(line)
        strokes.append(line @ matrix[:2, :2].T + matrix[:2, 2])
      if points > MOST_POINTS:
        raise BadRecord(f"it has more than {MOST_POINTS} points, which no drawing has")
  if not strokes:
    raise BadRecord("it holds no line")
  if not all((np.abs(stroke) < _FARTHEST).all() for stroke in strokes):
    raise BadRecord("it holds numbers that are too large")
  return strokes


def _parsed(content: bytes) -> xml.etree.ElementTree.Element:
  # Entities would have to be declared; UTF-16, which would hide that, has zero bytes.
  if b"<!ENTITY" in content or b"\0" in content:
    raise BadRecord("it declares entities, or is not UTF-8")
  try:
    root = xml.etree.ElementTree.fromstring(content)
  except (xml.etree.ElementTree.ParseError, ValueError, LookupError) as error:
    raise BadRecord(f"it is not SVG, or is cut off ({error})") from error
  if root.tag.removeprefix(_SPACE) != "svg":
    raise BadRecord(f"it holds {root.tag[:40]!r} where svg is expected")
  return root


def _elements(root: xml.etree.ElementTree.Element) -> Iterator[tuple[str, dict, np.ndarray]]:
  """Name, attributes and matrix of each shape, in the order in which they are drawn."""
  work, count = [(root, np.eye(3))], 0
  while work:
    element, outer = work.pop()
    count += 1
    if count > MOST_POINTS:
      raise BadRecord(f"it has more than {MOST_POINTS} elements, which no drawing has")
    name = element.tag.removeprefix(_SPACE) if isinstance(element.tag, str) else ""
    if "display:none" in element.get("style", "").replace(" ", "") or (
        element.get("display") == "none") or name not in (*_GROUPS, *SHAPES, *_NO_LINES):
      continue
    if name in _NO_LINES:
      raise BadRecord(f"it holds an element {name!r}; convert it to paths")
    if element.get("preserveAspectRatio", "").startswith("none") or (
        name == "svg" and element is not root):
      raise BadRecord("it is stretched (preserveAspectRatio), or holds an svg within it; save it "
                      "as plain paths")
    matrix = outer @ transform(element.get("transform")) if "transform" in element.keys() else outer
    if name in SHAPES:
      yield name, element.attrib, matrix
    else:
      work += [(child, matrix) for child in reversed(element)]
