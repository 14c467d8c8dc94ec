"""Elements of SVG other than paths as lines of points, and what transforms do to points.

Source: W3C, "Scalable Vector Graphics (SVG) 2", 10 Basic shapes and 8.5 transform.
"""

import math
import re
from collections.abc import Callable, Mapping

import numpy as np

from data_tools.own_drawings import svg_path
from data_tools.quickdraw.drawing import BadRecord

# As in `svg_strokes`: one way only to take digits apart.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_LENGTH = re.compile(rf"\s*({_NUMBER.pattern})\s*(?:px)?\s*$")
_FUNCTION = re.compile(r"[\s,]*(\w+)\s*\(([^()]*)\)[\s,]*")
_ROUND = np.linspace(0, 2 * np.pi, 4 * svg_path.PIECES + 1)
_LONGEST = 10_000  # characters of a transform
Attributes = Mapping[str, str]


def _path(attributes: Attributes) -> list[np.ndarray]:
  return svg_path.read(attributes.get("d", ""))


def _line(attributes: Attributes) -> list[np.ndarray]:
  x1, y1, x2, y2 = (_length(attributes, name) for name in ("x1", "y1", "x2", "y2"))
  return [np.array([[x1, y1], [x2, y2]])]


def _polyline(attributes: Attributes) -> list[np.ndarray]:
  text = attributes.get("points", "")
  numbers = _numbers(text, "points")
  if len(numbers) % 2:
    raise BadRecord(f"points holds {len(numbers)} numbers where pairs are expected")
  return [np.reshape(numbers, [-1, 2])] if len(numbers) > 2 else []


def _polygon(attributes: Attributes) -> list[np.ndarray]:
  return [np.concatenate([line, line[:1]]) for line in _polyline(attributes)]


def _ellipse(attributes: Attributes) -> list[np.ndarray]:
  centre = [_length(attributes, name) for name in ("cx", "cy")]
  radius = attributes.get("r")
  radii = [_length(attributes, name if radius is None else "r") for name in ("rx", "ry")]
  if min(radii) <= 0:
    return []
  return [np.column_stack([np.cos(_ROUND), np.sin(_ROUND)]) * radii + centre]


def _rectangle(attributes: Attributes) -> list[np.ndarray]:
  """The outline, without round corners; nothing of one without a stroke: it is a background."""
  style = attributes.get("style", "").replace(" ", "")
  stroke = attributes.get("stroke", "none")
  if stroke == "none" and "stroke:" not in style or "stroke:none" in style:
    return []
  x, y, width, height = (_length(attributes, name) for name in ("x", "y", "width", "height"))
  return [np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])]


SHAPES: dict[str, Callable[[Attributes], list[np.ndarray]]] = {
    "path": _path, "line": _line, "polyline": _polyline, "polygon": _polygon,
    "circle": _ellipse, "ellipse": _ellipse, "rect": _rectangle}


def _length(attributes: Attributes, name: str) -> float:
  text = attributes.get(name, "0")
  match = _LENGTH.match(text)
  if match is None:
    raise BadRecord(f"{name} is {text[:20]!r} where a number is expected (without a unit)")
  return svg_path.number(match[1])


def _numbers(text: str, what: str) -> list[float]:
  rest = _NUMBER.sub("", text)
  if rest.strip(" \t\r\n,"):
    raise BadRecord(f"{what} reads {text[:20]!r} where numbers are expected")
  return [svg_path.number(digits) for digits in _NUMBER.findall(text)]


def transform(text: str) -> np.ndarray:
  """The matrix of an attribute transform.

  Returns:
    float64 [3, 3], for columns (x, y, 1).

  Raises:
    BadRecord: it is none.
  """
  matrix, position = np.eye(3), 0
  while position < len(text.rstrip()):
    match = _FUNCTION.match(text, position)
    numbers = _numbers(match[2], "a transform") if match and len(text) < _LONGEST else []
    made = _function(match[1], numbers) if numbers else None
    if made is None:
      raise BadRecord(f"a transform reads {text[position:position + 20]!r} where matrix, "
                      "translate, scale, rotate, skewX or skewY with numbers is expected")
    matrix, position = matrix @ made, match.end()
  return matrix


def _function(name: str, numbers: list[float]) -> np.ndarray | None:
  count = len(numbers)
  if name == "matrix" and count == 6:
    a, b, c, d, e, f = numbers
    return np.array([[a, c, e], [b, d, f], [0, 0, 1]])
  if name == "translate" and count <= 2:
    return _moved(numbers[0], numbers[1] if count == 2 else 0.0)
  if name == "scale" and count <= 2:
    return np.diag([numbers[0], numbers[-1], 1.0])
  if name == "rotate" and count in (1, 3):
    cos, sin = math.cos(math.radians(numbers[0])), math.sin(math.radians(numbers[0]))
    x, y = numbers[1:] or (0.0, 0.0)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return _moved(x, y) @ turn @ _moved(-x, -y)
  if name in ("skewX", "skewY") and count == 1:
    matrix = np.eye(3)
    matrix[(0, 1) if name == "skewX" else (1, 0)] = math.tan(math.radians(numbers[0]))
    return matrix
  return None


def _moved(x: float, y: float) -> np.ndarray:
  return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
