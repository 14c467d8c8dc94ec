"""Sketches of photos in styles that need no training; `docs/sketch_styles.md` shows them.

Each style is a function photo uint8 [H, W, 3] or [H, W] -> sketch uint8 [H, W] (255 = paper, 0 =
ink) and a frozen dataclass of its parameters.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from data_tools.category_names import suggestion
from data_tools.errors import UserError
from data_tools.styles.fdog import FDoG, fdog
from data_tools.styles.parameters import Parameters, make
from data_tools.styles.photocopy import Photocopy, photocopy
from data_tools.styles.tangent_flow import edge_tangent_flow
from data_tools.styles.xdog import XDoG, xdog

__all__ = ["STYLES", "FDoG", "Parameters", "Photocopy", "Style", "XDoG", "draw",
           "edge_tangent_flow", "fdog", "find", "photocopy", "xdog"]


class Style(NamedTuple):
  """A way to draw.

  Attributes:
    params: class of the parameters.
    function: photo and parameters -> sketch.
  """

  params: type[Parameters]
  function: Callable[[np.ndarray, Any], np.ndarray]


STYLES: dict[str, Style] = {"xdog": Style(XDoG, xdog), "fdog": Style(FDoG, fdog),
                            "photocopy": Style(Photocopy, photocopy)}


def find(style: str) -> Style:
  """The style of a name.

  Raises:
    UserError: there is none.
  """
  if style not in STYLES:
    near = suggestion(style, list(STYLES))
    hint = f"did you mean {near!r}?" if near else f"choose from {', '.join(STYLES)}."
    raise UserError(f"There is no sketch style {style!r}; {hint}")
  return STYLES[style]


def draw(photo: np.ndarray, style: str, **params: Any) -> np.ndarray:
  """Draws a photo in a style.

  Args:
    photo: uint8 [H, W, 3] or [H, W], at least 16 pixels in each direction.
    style: a name of `STYLES`.
    **params: fields of the style's parameters; the others keep their defaults.

  Returns:
    uint8 [H, W], 255 = paper, 0 = ink.

  Raises:
    UserError: the style or a parameter is unknown, a value is refused, or the photo has another
      shape or dtype or is too small.
  """
  found = find(style)
  return found.function(photo, make(found.params, params))
