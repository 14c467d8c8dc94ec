"""Closed outlines around the face, as a radius for each direction.

Directions are angles about CENTRE: 0 is up, positive to the right of the picture, pi down.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from data_tools.builtin_faces.shape import Shape

CENTRE = (0.0, 8.0)
_ANGLES = np.linspace(-np.pi, np.pi, 721)


class Outline:
  """A star-shaped closed curve.

  Attributes:
    radii: float64 [721], for the angles -pi to pi.
  """

  def __init__(self, radii: np.ndarray):
    self.radii = radii

  @classmethod
  def through(cls, points: Sequence[tuple[float, float]]) -> "Outline":
    """The outline, the same left and right, through points of its right half.

    Args:
      points: (half-width, v) from the top, where the half-width is 0, down to the bottom.

    Returns:
      The outline.
    """
    across, down = np.array(points, float).T
    angles = np.arctan2(across, CENTRE[1] - down)
    radii = np.hypot(across, down - CENTRE[1])
    mirrored = np.concatenate([-angles[1:3][::-1], angles, 2 * np.pi - angles[-3:-1][::-1]])
    values = np.concatenate([radii[1:3][::-1], radii, radii[-3:-1][::-1]])
    return cls(PchipInterpolator(mirrored, values)(np.abs(_ANGLES)))

  def at(self, angles: np.ndarray) -> np.ndarray:
    """Radii in these directions, radians from -pi to pi."""
    return np.interp(angles, _ANGLES, self.radii)

  def curve(self, start: float, end: float, count: int, inset: float = 0.0) -> np.ndarray:
    """Points float64 [count, 2] (u, v) from one direction to another, moved inwards by `inset`."""
    angles = np.linspace(start, end, count)
    wrapped = (angles + np.pi) % (2 * np.pi) - np.pi
    radii = self.at(wrapped) - inset
    return np.stack([CENTRE[0] + radii * np.sin(angles), CENTRE[1] - radii * np.cos(angles)], -1)

  def changed(self, offsets: np.ndarray) -> "Outline":
    """The outline with float [721] added to its radii."""
    return Outline(np.maximum(self.radii + offsets, 1.0))


def directions(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Angles and radii of places on the face, each like `u`."""
  return (np.arctan2(u - CENTRE[0], CENTRE[1] - v).astype(np.float32),
          np.hypot(u - CENTRE[0], v - CENTRE[1]).astype(np.float32))


def ripple(random: np.random.Generator, width: float) -> np.ndarray:
  """Periodic noise over the directions, float64 [721], unit deviation.

  Args:
    random: where it comes from.
    width: of a ripple, radians.
  """
  spectrum = np.fft.rfft(random.standard_normal(720))
  spectrum *= np.exp(-0.5 * (np.arange(361) * width) ** 2)
  spectrum[0] = 0
  values = np.fft.irfft(spectrum, 720)
  values /= values.std() + 1e-9
  return np.append(values, values[0])


def face_outline(shape: Shape, asymmetry: float = 0.0) -> Outline:
  """The outline of skull, cheeks, jaw and chin."""
  chin, cheek, jaw, flat = shape.chin, shape.cheek, shape.jaw, shape.chin_width
  outline = Outline.through([
      (0, -86), (24, -82), (42, -69), (shape.forehead, -44), (cheek - 1, -14), (cheek, 8),
      (0.45 * cheek + 0.55 * jaw, 36), (jaw, 0.62 * chin),
      (0.55 * jaw + 0.5 * flat, 0.84 * chin), (flat, chin - 3.6), (0.45 * flat, chin - 0.6),
      (0, chin)])
  return outline.changed(asymmetry * np.sin(_ANGLES))
