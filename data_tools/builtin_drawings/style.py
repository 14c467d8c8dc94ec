"""What a style of drawing is."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Style:
  """One of the ways in which people draw a category.

  Attributes:
    name: lower case, unique within the category.
    share: of the category's drawings, 0..1; the shares of a category sum to 1.
    draw: called with a `Hand`; draws one drawing with it.
  """

  name: str
  share: float
  draw: Callable[..., None]
