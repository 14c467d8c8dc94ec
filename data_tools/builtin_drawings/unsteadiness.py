"""What a hand adds to an ideal curve: wobble, tremor, and a slightly wrong place and size."""

import math

import numpy as np

_WAVES = 3  # random Fourier terms per coordinate
_WAVELENGTHS = (60.0, 200.0)  # box units


def wobble(points: np.ndarray, amplitude: float, tremor: float,
           random: np.random.Generator) -> np.ndarray:
  """Displaces a path slowly along its length and a little at every sample.

  Args:
    points: float64 [n, 2], box units.
    amplitude: standard deviation of the slow displacement, box units.
    tremor: standard deviation of the displacement of each sample, box units.
    random: source of randomness.

  Returns:
    float64 [n, 2], box units.
  """
  steps = np.hypot(points[1:, 0] - points[:-1, 0], points[1:, 1] - points[:-1, 1])
  length = np.concatenate([[0.0], np.cumsum(steps)])  # [n]
  low, high = _WAVELENGTHS
  wavelengths = low * (high / low) ** random.random((_WAVES, 2))
  phases = 2 * np.pi * random.random((_WAVES, 2))
  # Long waves are the strong ones, as in a tired wrist; the sum has the asked deviation.
  weights = wavelengths / np.sqrt(np.square(wavelengths).sum(axis=0) / 2)
  waves = np.sin(2 * np.pi * length[:, None, None] / wavelengths + phases)  # [n, waves, 2]
  slow = (weights * waves).sum(axis=1)  # [n, 2]
  return points + amplitude * slow + tremor * random.standard_normal(points.shape)


def misplace(points: np.ndarray, shift: float, degrees: float, scale: float,
             random: np.random.Generator) -> np.ndarray:
  """Moves, turns and resizes a part about its middle, each by a normal amount.

  Args:
    points: float64 [n, 2], box units.
    shift: standard deviation of the shift per axis, box units.
    degrees: standard deviation of the rotation.
    scale: standard deviation of the logarithm of the size.
    random: source of randomness.

  Returns:
    float64 [n, 2], box units.
  """
  dx, dy, angle, size = random.standard_normal(4)
  angle, size = math.radians(angle * degrees), math.exp(size * scale)
  cos, sin = size * math.cos(angle), size * math.sin(angle)
  middle = points.mean(axis=0)
  rotation = np.array([[cos, sin], [-sin, cos]])
  return (points - middle) @ rotation + (middle + (dx * shift, dy * shift))


def bow(points: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
  """Bends a straight line sideways into an arc.

  Args:
    points: float64 [n, 2], box units.
    share: standard deviation of the bend as a share of the line's length.
    random: source of randomness.

  Returns:
    float64 [n, 2], box units; both ends stay.
  """
  along = points[-1] - points[0]
  t = np.linspace(0.0, 1.0, len(points))[:, None]
  return points + 4 * t * (1 - t) * share * random.standard_normal() * (along[1], -along[0])
