"""Hair of one picture: where it is, how high, and which way each strand runs."""

import numpy as np

from data_tools.builtin_faces.fields import noise, soft
from data_tools.builtin_faces.hair_styles import STYLES
from data_tools.builtin_faces.identity import Identity
from data_tools.builtin_faces.outline import CENTRE, Outline, directions, face_outline, ripple
from data_tools.builtin_faces.variation import Variation
from data_tools.builtin_faces.view import View

_ANGLES = np.linspace(-np.pi, np.pi, 721)
_ABOVE_EARS = np.abs(_ANGLES) < 1.55  # the hair must not leave a gap beside the skull there
_CROWN = -112.0  # v of the point from which falling strands come
_DROP = 52.0  # pixels below the crown after which they hang down


class Hair:
  """The hair of a person in one picture.

  Attributes:
    style: a HairStyle.
    outer: Outline, where the hair ends.
    opening: Outline, where the face begins.
    front: float32 [250, 200], 0 to 1, hair before the face.
    behind: float32 [250, 200], hair behind the neck.
    depth: float32 [250, 200], 0 in the middle of the head to 1 at the outer outline.
  """

  def __init__(self, person: Identity, picture: Variation, view: View):
    own, now = np.random.default_rng(person.seed), np.random.default_rng((picture.seed, 1))
    self.style = STYLES[person.hair_style]
    self.parting = 22 * person.parting
    ragged = self.style.ragged
    smooth = Outline.through(self.style.outer).changed(person.volume * _upper(1.9))
    self.outer = smooth.changed(ragged * (.45 * ripple(own, .22) + .16 * ripple(own, .07)
                                          + .18 * ripple(now, .03) + .14 * ripple(now, .006)))
    lift = (-56 - person.shape.hairline) * _upper(1.0)
    sweep = self.style.swept * np.sign(person.parting) * np.sin(1.6 * _ANGLES) * _upper(0.9)
    fine = .35 * ripple(own, .06) + .3 * ripple(now, .02) + .25 * ripple(now, .008)
    self.opening = Outline.through(self.style.opening).changed(
        lift - sweep + ragged * fine * _upper(1.7))
    skull = face_outline(person.shape).radii - 1.5
    self.opening.radii[_ABOVE_EARS] = np.minimum(self.opening.radii, skull)[_ABOVE_EARS]
    angles, radii = directions(view.u, view.v)
    inside = soft(self.outer.at(angles) - radii, 1.2 if ragged < 2 else 1.8)
    self.front = (inside * soft(radii - self.opening.at(angles), 1.4)).astype(np.float32)
    self.behind = inside.astype(np.float32) * self.style.back
    self.depth = np.clip(radii / smooth.at(angles), 0, 1).astype(np.float32)

  def strands(self, random: np.random.Generator, view: View) -> np.ndarray:
    """Brightness of the strands.

    Returns:
      float32 [250, 200], about -1 to 1, constant along a strand but for slow changes.
    """
    across, along, thin = self._coordinates(view)
    wander = noise(random, view.u.shape, 9)
    if self.style.curl:
      across = across + 5 * noise(random, view.u.shape, 3.2) * self.style.curl
    across = across + 1.1 * wander + self.style.wave * np.sin(along / 11 + across / 40)
    table = random.standard_normal(1024)
    fine = _lookup(table, across * 0.9)
    coarse = _lookup(np.roll(table, 300), across * 0.28)
    strength = 0.8 - 0.3 * self.style.curl
    return ((0.5 * fine * thin + 0.6 * coarse + 0.25 * wander) * strength).astype(np.float32)

  def _coordinates(self, view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which strand each pixel is on, how far along (pixels), and less than 1 where they crowd."""
    if self.style.flow == "radial":
      angles, radii = directions(view.u, view.v)
      return angles * 68 + 0.18 * radii * np.sign(self.parting), radii, np.ones(1)
    spread = 1 - np.exp(-np.maximum(view.v - _CROWN, 1.0) / _DROP)
    across = (view.u - self.parting * (1 - spread)) / spread
    return across, view.v, np.clip(2.2 * spread - .5, 0, 1)

  def lines(self, random: np.random.Generator, count: int, length: float) -> np.ndarray:
    """Pencil lines that follow the strands, in and around the hair.

    Args:
      random: the artist's hand.
      count: number of lines.
      length: in pixels.

    Returns:
      float64 [count, 24, 2], u and v.
    """
    steps = np.linspace(0, 1, 24) * length * random.uniform(.5, 1.3, (count, 1))
    if self.style.curl:
      return self._curls(random, count, steps / length)
    if self.style.flow == "radial":
      angles = random.uniform(-2.0, 2.0, (count, 1))
      radii = self.opening.at(angles) - 6 + random.uniform(0, 52, (count, 1)) + steps
      angles = angles - 0.0026 * (steps - 10) * np.sign(self.parting)
      return np.stack([CENTRE[0] + radii * np.sin(angles),
                       CENTRE[1] - radii * np.cos(angles)], -1)
    down = random.uniform(-112, 128, (count, 1)) + steps
    spread = 1 - np.exp(-np.maximum(down - _CROWN, 1.0) / _DROP)
    across = random.uniform(-1, 1, (count, 1)) * np.where(down[:, :1] < -40, 175, 106)
    swing = -self.style.wave * np.sin(down / 11 + across / 40) * spread
    return np.stack([across * spread + self.parting * (1 - spread) + swing, down], -1)

  def _curls(self, random: np.random.Generator, count: int, steps: np.ndarray) -> np.ndarray:
    """Loops and hooks all over the hair."""
    bottom = 130 if self.style.back else 30
    middle = np.stack([random.uniform(-96, 96, (count, 1)),
                       random.uniform(-112, bottom, (count, 1))], -1)
    turn = random.uniform(0, 6.3, (count, 1)) + steps * random.choice([-5.5, 5.5], (count, 1))
    radius = random.uniform(2.5, 6.5, (count, 1)) * (1 - .35 * steps)
    return middle + np.stack([radius * np.cos(turn), radius * np.sin(turn) + 5 * steps], -1)


def _upper(width: float) -> np.ndarray:
  """1 at the top of the head, falling to 0 at `width` radians to either side."""
  return np.cos(np.clip(_ANGLES / width, -1, 1) * np.pi / 2) ** 2


def _lookup(table: np.ndarray, places: np.ndarray) -> np.ndarray:
  """A random row as a smooth function, repeated without end."""
  low = np.floor(places).astype(int)
  part = (places - low).astype(np.float32)
  part = part * part * (3 - 2 * part)
  return table[low % len(table)] * (1 - part) + table[(low + 1) % len(table)] * part
