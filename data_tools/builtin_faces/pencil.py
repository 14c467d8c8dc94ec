"""A pencil: graphite on paper, darker where lines cross, broken by the paper's grain."""

import numpy as np
from scipy import ndimage

from data_tools.builtin_faces.fields import noise
from data_tools.builtin_faces.view import HEIGHT, WIDTH, View

_SPACING = 0.7  # pixels between two dots of a line


class Pencil:
  """Collects lines in face coordinates; `finish` gives the drawing.

  Args:
    view: the pose.
    random: the artist's hand.
  """

  def __init__(self, view: View, random: np.random.Generator):
    self._view, self._random = view, random
    self._pixels: list[np.ndarray] = []
    self._shares: list[np.ndarray] = []

  def lines(self, points: np.ndarray, darkness: np.ndarray | float, width: float = 1.0,
            mask: np.ndarray | None = None, taper: float = 1.0) -> None:
    """Draws many lines of the same number of points.

    Args:
      points: float [lines, n, 2], u and v.
      darkness: graphite of each line, [lines] or one number; about 0.1 faint to 1.5 black.
      width: in pixels; a wide line is several strands side by side.
      mask: float [250, 200], factor of the darkness at each pixel.
      taper: 0 the same darkness all along, 1 faint at both ends.
    """
    places = self._view.project(points)
    lengths = np.hypot(*np.moveaxis(np.diff(places, axis=1), -1, 0)).sum(axis=1)
    count = int(np.clip(lengths.max() / _SPACING, 4, 400))
    places = _resampled(places, count)
    along = np.linspace(0, 1, count)
    profile = 1 - taper * np.abs(2 * along - 1) ** 2.5
    weights = np.broadcast_to(np.asarray(darkness, float), len(places))[:, None] * profile
    weights = weights * (lengths[:, None] / count)
    strands = max(int(round(width * 1.6)), 1)
    step = np.gradient(places, axis=1)
    normal = np.stack([-step[..., 1], step[..., 0]], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    for strand in range(strands):
      offset = (strand + .5) / strands - .5
      self._dots(places + normal * offset * width * (.6 + .4 * profile)[:, None],
                 weights / max(strands, 1) * max(width, .8), mask)

  def line(self, points: np.ndarray, darkness: float, width: float = 1.0,
           mask: np.ndarray | None = None, taper: float = .8, passes: int = 2,
           wobble: float = .45) -> None:
    """Draws one outline in a few overlapping passes of a not quite steady hand.

    Args:
      points: float [n, 2], u and v.
      darkness, width, mask, taper: as of `lines`.
      passes: how often the hand goes along it.
      wobble: how far off it gets, pixels.
    """
    points = np.asarray(points, float)
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    count = max(int(length[-1]), 12)
    at = np.linspace(0, length[-1], count)
    dense = np.stack([np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])], -1)
    drift = np.stack([ndimage.gaussian_filter1d(
        self._random.standard_normal((count, 2)), count / 5, axis=0, mode="nearest")
        for _ in range(passes)])
    drift *= wobble * np.sqrt(count / 5) * 1.9
    pressure = darkness / passes * self._random.uniform(.8, 1.2, passes)
    self.lines(dense + drift, pressure * 1.15, width, mask, taper)

  def _dots(self, places: np.ndarray, weights: np.ndarray, mask: np.ndarray | None) -> None:
    """Adds graphite at places (x, y), shared among the four pixels around each."""
    x, y, weights = places[..., 0].ravel(), places[..., 1].ravel(), weights.ravel()
    keep = (x >= 0) & (x < WIDTH - 1) & (y >= 0) & (y < HEIGHT - 1)
    if mask is not None:
      seen = mask[np.where(keep, y, 0).astype(np.int64), np.where(keep, x, 0).astype(np.int64)]
      weights = weights * seen
      keep &= seen > .01
    x, y, weights = x[keep], y[keep], weights[keep]
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, down = x - left, y - top
    first = top * WIDTH + left
    for offset, share in ((0, (1 - right) * (1 - down)), (1, right * (1 - down)),
                          (WIDTH, (1 - right) * down), (WIDTH + 1, right * down)):
      self._pixels.append(first + offset)
      self._shares.append(weights * share)

  def finish(self, tone: np.ndarray, paper: float = .95) -> np.ndarray:
    """The drawing.

    Args:
      tone: float [250, 200], graphite rubbed in with a finger, 0 to 1.
      paper: brightness of the paper.

    Returns:
      uint8 [250, 200].
    """
    shape = (HEIGHT, WIDTH)
    grain = np.clip(1 + .15 * noise(self._random, shape, .6) + .06 * noise(self._random, shape, 3),
                    .2, 2)
    graphite = np.bincount(np.concatenate(self._pixels), np.concatenate(self._shares),
                           HEIGHT * WIDTH)
    lines = ndimage.gaussian_filter(graphite.reshape(shape), .42)
    ink = 1 - np.exp(-(1.05 * lines + tone) * grain)
    sheet = paper + .006 * noise(self._random, shape, 25) + .007 * noise(self._random, shape, .7)
    return np.clip(np.rint(255 * (sheet * (1 - .90 * ink))), 0, 255).astype(np.uint8)


def _resampled(places: np.ndarray, count: int) -> np.ndarray:
  """Lines [lines, n, 2] with `count` points each, evenly in the points' index."""
  at = np.linspace(0, places.shape[1] - 1, count)
  low = np.minimum(at.astype(int), places.shape[1] - 2)
  part = (at - low)[:, None]
  return places[:, low] * (1 - part) + places[:, low + 1] * part
