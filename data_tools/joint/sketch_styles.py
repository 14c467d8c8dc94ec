"""The styles of sketches that joint pictures can have."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import styles as drawn_styles
from data_tools.errors import UserError
from data_tools.joint.photo_source import PhotoSource

PENCIL = "pencil"  # the sketches that a source itself has; their paper may be a little gray


def names() -> tuple[str, ...]:
  """All styles that are drawn from photos."""
  return tuple(drawn_styles.STYLES)


def checked(styles: Sequence[str], source: PhotoSource) -> tuple[str, ...]:
  """The styles, if the source can have them.

  Args:
    styles: names; spaces round them don't count.
    source: of the photos.

  Raises:
    UserError: there are none, one is unknown or named twice, or the source has no own sketches.
  """
  styles = tuple(style.strip() for style in styles)
  known = names() + ((PENCIL,) if source.has_sketches else ())
  for style in styles:
    if style == PENCIL and style not in known:
      raise UserError(f"The style {PENCIL} is that of the built-in faces' own sketches, but the "
                      f"source is {source.kind}; its styles are {', '.join(known)}.")
    if style not in known:
      raise UserError(f"There is no style {style!r} of sketches; the styles are "
                      f"{', '.join(known)}.")
  if not styles or len(set(styles)) < len(styles):
    raise UserError(f"The styles {','.join(styles)!r} were given; name at least one of "
                    f"{', '.join(known)}, each once.")
  return styles


def parameters(style: str) -> dict[str, Any]:
  """What the sketches of a style depend on, for JSON: name -> value."""
  return {} if style == PENCIL else dataclasses.asdict(drawn_styles.find(style).params())


def draw(photo: np.ndarray, style: str) -> np.ndarray:
  """Draws a photo, uint8 [H, W, 3], in one of `names()`: uint8 [H, W], paper 255."""
  return drawn_styles.draw(photo, style)
