"""Curves of eyes, brows, nose and mouth on the face, from which both photo and sketch are made.

A feature's own coordinates (a, b) have their origin in its middle; a grows away from the nose, so
that one formula serves both sides. `side` is -1 for the left of the picture and 1 for the right.
"""

import dataclasses

import numpy as np

from data_tools.builtin_faces.shape import Shape
from data_tools.builtin_faces.variation import Variation

SIDES = (-1, 1)


@dataclasses.dataclass(frozen=True)
class Features:
  """A person's features with the expression of one picture."""

  shape: Shape
  picture: Variation

  # --- Eyes ---

  def eye_place(self, side: int) -> tuple[float, float]:
    """Middle of an eye."""
    return side * self.shape.eye_distance, 0.0

  def eye_coordinates(self, u: np.ndarray, v: np.ndarray, side: int
                      ) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (a, b) of an eye at places of the face."""
    a, b = side * (u - side * self.shape.eye_distance), v
    cos, sin = np.cos(self.shape.eye_tilt), np.sin(self.shape.eye_tilt)
    return cos * a - sin * b, cos * b + sin * a

  def eye_points(self, a: np.ndarray, b: np.ndarray, side: int) -> np.ndarray:
    """Places on the face [..., 2] of an eye's coordinates; undoes `eye_coordinates`."""
    cos, sin = np.cos(self.shape.eye_tilt), np.sin(self.shape.eye_tilt)
    return np.stack([side * (cos * a + sin * b + self.shape.eye_distance),
                     cos * b - sin * a], -1)

  def upper_lid(self, a: np.ndarray) -> np.ndarray:
    """b of the upper lid's edge; highest a little towards the nose."""
    x = np.clip(a / self.shape.eye_width, -1, 1)
    height = self.shape.eye_height * self.picture.lids
    return -height * np.maximum(1 - (x + .12 * (1 - x * x)) ** 2, 0) ** .72 * (1 - .10 * x)

  def lower_lid(self, a: np.ndarray) -> np.ndarray:
    """b of the lower lid's edge; rises with a smile."""
    x = np.clip(a / self.shape.eye_width, -1, 1)
    height = self.shape.eye_height * (0.66 - .18 * max(self.picture.smile, 0))
    return height * np.maximum(1 - (x - .15 * (1 - x * x)) ** 2, 0) ** .85

  # --- Brows ---

  def brow(self, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle line and half-thickness of a brow.

    Args:
      a: 0 at the inner end to 1 at the outer end.

    Returns:
      b (v on the face) and half-thickness, each like `a`.
    """
    shape = self.shape
    middle = -(shape.brow_height + self.picture.brow_raise) - shape.brow_slope * (a - .5)
    middle = middle - shape.brow_arch * (1 - ((a - .62) / .62) ** 2) + 0.5 * shape.brow_arch
    thick = shape.brow_width * np.clip(1.15 - .95 * np.maximum(a - .25, 0), .2, 1)
    return middle, thick * np.clip(.55 + 3 * a, 0, 1)

  def brow_span(self) -> tuple[float, float]:
    """Distance from the face's middle to a brow's inner and outer end."""
    return self.shape.brow_gap, self.shape.eye_distance + self.shape.eye_width + 5.5

  # --- Mouth ---

  @property
  def mouth_v(self) -> float:
    """v of the line between the lips in the middle."""
    return self.shape.nose + self.shape.mouth - 0.8 * max(self.picture.smile, 0)

  @property
  def mouth_width(self) -> float:
    """Half-width of the mouth; a smile widens it."""
    return self.shape.mouth_width * (1 + .17 * max(self.picture.smile, -.2))

  def _mouth_x(self, u: np.ndarray) -> np.ndarray:
    return np.clip(u / self.mouth_width, -1, 1)

  def lip_line(self, u: np.ndarray, lower: bool = False) -> np.ndarray:
    """v of the line between the lips; of the lower lip's upper edge if the mouth is open."""
    x = self._mouth_x(u)
    line = self.mouth_v - 5.2 * (self.picture.smile + .28) * x * x + .7 * np.cos(2 * np.pi * x)
    gap = 6.5 * self.picture.open_mouth * np.maximum(1 - x * x, 0) ** .7
    return line + gap * (.85 if lower else -.15)

  def upper_lip(self, u: np.ndarray) -> np.ndarray:
    """v of the upper lip's upper edge, with the dip in its middle."""
    x = self._mouth_x(u)
    height = self.shape.upper_lip * (1 - .22 * max(self.picture.smile, 0))
    bow = 1 - .30 * np.exp(-(x / .16) ** 2)
    return self.lip_line(u) - height * np.maximum(1 - np.abs(x) ** 1.7, 0) * bow

  def lower_lip(self, u: np.ndarray) -> np.ndarray:
    """v of the lower lip's lower edge."""
    x = self._mouth_x(u)
    height = self.shape.lower_lip * (1 - .12 * max(self.picture.smile, 0))
    return self.lip_line(u, lower=True) + height * np.maximum(1 - x * x, 0) ** .8

  # --- Nose and folds ---

  def wing(self, side: int) -> np.ndarray:
    """The curve around a nostril's wing, float64 [24, 2]."""
    angle = np.linspace(-1.9, 1.5, 24)
    width, base = self.shape.nose_width, self.shape.nose
    return np.stack([side * (width - 4.6 + 4.8 * np.cos(angle)),
                     base - 5.4 + 6.0 * np.sin(angle)], -1)

  def nostril(self, side: int) -> np.ndarray:
    """The dark curve of a nostril, float64 [16, 2]."""
    x = np.linspace(0, 1, 16)
    width, base = self.shape.nose_width, self.shape.nose
    return np.stack([side * (2.8 + (width - 6.2) * x),
                     base - 0.6 - 2.6 * np.sin(np.pi * x) ** .8], -1)

  def fold(self, side: int) -> np.ndarray:
    """The fold from the nose's wing past the mouth's corner, float64 [24, 2]."""
    x = np.linspace(0, 1, 24)
    start, end = self.shape.nose_width + 2.5, self.mouth_width + 6.5
    return np.stack([side * (start + (end - start) * x ** .8 + 2.2 * np.sin(np.pi * x)),
                     self.shape.nose - 9 + (self.shape.mouth + 10) * x], -1)
