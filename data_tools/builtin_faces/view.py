"""The pose: from places on the face to places in the picture, and back.

A point (u, v) of the face stands out towards the viewer by a smooth height; turning the head by a
small angle moves it in the picture by that height times the angle's sine, which is what makes a
turned nose look turned. Orthographic, no hidden parts: for angles up to about 20 degrees.
"""

import numpy as np

from data_tools.builtin_faces.variation import Variation

HEIGHT, WIDTH = 250, 200  # of every picture, pixels
ORIGIN = (100.0, 122.0)  # x, y of the point between the eyes before the pose
_STEPS = 5  # of the fixed point; each leaves less than 0.35 of the error


def pose_height(u: np.ndarray, v: np.ndarray) -> np.ndarray:
  """Height towards the viewer that the pose sees: a smooth dome and the nose, in pixels."""
  dome = 52 * np.exp(-1.1 * ((u / 62) ** 2 + ((v - 8) / 98) ** 2))
  return dome + 14 * np.exp(-((u / 10) ** 2 + ((v - 32) / 17) ** 2))


class View:
  """One picture's pose.

  Attributes:
    u: float32 [250, 200], the place on the face that each pixel shows.
    v: float32 [250, 200].
  """

  def __init__(self, variation: Variation):
    self._variation = variation
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    self.u, self.v = self._to_face(x, y)

  def project(self, points: np.ndarray) -> np.ndarray:
    """Places in the picture of places on the face.

    Args:
      points: float [..., 2], u and v.

    Returns:
      float64 [..., 2], x and y in pixels.
    """
    way, points = self._variation, np.asarray(points, float)
    u, v = points[..., 0], points[..., 1]
    height = pose_height(u, v)
    across = u * np.cos(way.yaw) + height * np.sin(way.yaw)
    down = v * np.cos(way.pitch) - height * np.sin(way.pitch)
    cos, sin = way.scale * np.cos(way.roll), way.scale * np.sin(way.roll)
    return np.stack([ORIGIN[0] + way.shift[0] + cos * across - sin * down,
                     ORIGIN[1] + way.shift[1] + sin * across + cos * down], axis=-1)

  def _to_face(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of `project` by a fixed point."""
    way = self._variation
    cos, sin = np.cos(way.roll) / way.scale, np.sin(way.roll) / way.scale
    x, y = x - (ORIGIN[0] + way.shift[0]), y - (ORIGIN[1] + way.shift[1])
    across, down = cos * x + sin * y, cos * y - sin * x
    u, v = across, down
    for _ in range(_STEPS):
      height = pose_height(u, v)
      u = (across - height * np.sin(way.yaw)) / np.cos(way.yaw)
      v = (down + height * np.sin(way.pitch)) / np.cos(way.pitch)
    return u.astype(np.float32), v.astype(np.float32)

  def window(self, place: tuple[float, float], half: tuple[float, float]) -> tuple[slice, slice]:
    """Rows and columns of the picture around a place on the face.

    Args:
      place: u, v of the middle.
      half: half-width and half-height in pixels.

    Returns:
      Slices for [250, 200], never empty for a place inside the picture.
    """
    x, y = self.project(np.array(place))
    return (slice(max(int(y - half[1]), 0), max(min(int(y + half[1]) + 2, HEIGHT), 1)),
            slice(max(int(x - half[0]), 0), max(min(int(x + half[0]) + 2, WIDTH), 1)))
