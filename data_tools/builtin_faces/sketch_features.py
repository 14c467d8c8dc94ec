"""Eyes, brows, nose, mouth, beard and glasses in pencil."""

import functools

import numpy as np

from data_tools.builtin_faces.features import SIDES, Features
from data_tools.builtin_faces.glasses import bridge_and_arms, rim
from data_tools.builtin_faces.identity import EYES, HAIRS
from data_tools.builtin_faces.mouth_paint import beard_mask
from data_tools.builtin_faces.pencil import Pencil
from data_tools.builtin_faces.surface import Surface


def draw_eyes(pencil: Pencil, surface: Surface, features: Features, free: np.ndarray) -> None:
  """Lids, the lid's fold, iris, pupil and lashes."""
  shape, male = features.shape, surface.person.male
  width = shape.eye_width
  for side in SIDES:
    on_face = functools.partial(features.eye_points, side=side)
    a = np.linspace(-width, width + (.5 if male else 2.6), 40)
    upper = features.upper_lid(a) - (.42 * np.maximum(a - width, 0))
    pencil.line(on_face(a, upper), 1.7, 1.5 if male else 1.9, free, .45, wobble=.2)
    pencil.line(on_face(a[6:36], upper[6:36] - .5), .9, 1.1, free, .9, wobble=.25)
    inner = a[4:37]
    pencil.line(on_face(inner, features.lower_lid(inner)), .55, .9, free, .8, wobble=.2)
    fold = features.upper_lid(a[2:38]) * .92 - shape.crease
    pencil.line(on_face(a[2:38], fold), .62, 1, free, .9, wobble=.35)
    b = features.lower_lid(a[6:36]) + 4.6
    pencil.line(on_face(a[6:36], b), .12 + .35 * surface.person.age, 1, free, 1)
    _draw_iris(pencil, surface, features, side)


def _draw_iris(pencil: Pencil, surface: Surface, features: Features, side: int) -> None:
  """Rings that leave out what the lids cover and the light's reflection."""
  picture, iris = surface.picture, surface.person.shape.iris
  colour = float(np.mean(EYES[surface.person.eyes]))
  angle = np.linspace(0, 2 * np.pi, 40)
  radii = np.array([iris, iris - .8, iris * .78, iris * .6, iris * .42, iris * .22])[:, None]
  rings = np.stack([picture.gaze[0] + radii * np.cos(angle),
                    -.9 + .6 * picture.gaze[1] + radii * np.sin(angle)], -1)  # [6, 40, 2]
  a, b = side * rings[..., 0], rings[..., 1]
  darkness = np.array([1.3, .9, 1.2 - colour, 1.2 - colour, 2.2, 2.4])
  spot = np.hypot(rings[..., 0] - picture.gaze[0] - 1.7 * np.sign(picture.light[0] + .01),
                  b - .6 * picture.gaze[1] + 2.4)
  shown = ((b > features.upper_lid(a)) & (b < features.lower_lid(a)) & (spot > 1.5))
  places = features.eye_points(a, b, side)
  pairs = np.stack([places[:, :-1], places[:, 1:]], 2)  # [6, 39, 2, 2]
  chosen = shown[:, :-1] & shown[:, 1:]
  weights = np.repeat(darkness[:, None], 39, 1)[chosen]
  if len(weights):
    pencil.lines(pairs[chosen], weights, 1.0, None, 0)


def draw_brows(pencil: Pencil, surface: Surface, features: Features, free: np.ndarray,
               random: np.random.Generator) -> None:
  """Many short hairs: upright at the inner end, lying down at the outer one."""
  dark = np.clip(1.15 - 1.1 * float(np.mean(HAIRS[surface.person.hair])), .4, 1.1)
  inner, outer = features.brow_span()
  for side in SIDES:
    along = random.uniform(0, .97, 85)
    middle, thick = features.brow(along)
    lean = .5 + .95 * along + random.normal(0, .15, 85)
    start = np.stack([inner + (outer - inner) * along,
                      middle + thick * random.uniform(-.8, .9, 85)], -1)
    step = np.linspace(-.5, .5, 5)[:, None] * 6.0
    lines = start[:, None] + step * np.stack([np.sin(lean), -np.cos(lean) * .55], -1)[:, None]
    lines[..., 0] *= side
    pencil.lines(lines, dark * random.uniform(.35, .95, 85), 1.0, free)


def draw_nose(pencil: Pencil, surface: Surface, features: Features) -> None:
  """Nostrils, wings, the tip's underside, and the ridge on the dark side."""
  shape, light = features.shape, surface.picture.light[0]
  for side in SIDES:
    weight = 1 - .25 * side * light
    pencil.line(features.nostril(side), 1.35, 1.5, None, .9, wobble=.2)
    pencil.line(features.wing(side), .75 * weight, 1.0, None, .9, wobble=.3)
    v = np.linspace(-9, shape.nose - 13, 30)
    ridge = np.stack([side * (shape.nose_bridge * (1.0 + .4 * ((v + 9) / 40) ** 2)
                              + 3.5 * np.exp(-((v + 9) / 7) ** 2)), v], -1)
    pencil.line(ridge, .52 * max(weight - .62, .08), 1.2, None, 1, wobble=.5)
    if surface.person.shape.folds + 2 * surface.picture.smile > .8:
      depth = .16 * features.shape.folds + .35 * max(surface.picture.smile, 0)
      pencil.line(features.fold(side), min(max(depth, .1), .7), 1.1, None, 1)
  x = np.linspace(-1, 1, 20)
  under = np.stack([x * 4.2, shape.nose - .2 + 1.0 * (1 - x * x)], -1)
  pencil.line(under, .8, 1.2, None, .9, wobble=.2)


def draw_mouth(pencil: Pencil, surface: Surface, features: Features) -> None:
  """The line between the lips, both lips' edges and their hatching."""
  width = features.mouth_width
  u = np.linspace(-width, width, 50)
  line, below = features.lip_line(u), features.lip_line(u, lower=True)
  top, bottom = features.upper_lip(u), features.lower_lip(u)
  red = .35 + .65 * surface.person.lip_red
  pencil.line(np.stack([u, line], -1), 1.35, 1.3, None, .55, wobble=.2)
  if surface.picture.open_mouth:
    pencil.line(np.stack([u, below], -1)[4:-4], .8, 1.0, None, .7, wobble=.2)
    _fill(pencil, u[9:-9], np.minimum(line + 5, below)[9:-9], below[9:-9], 1.2)
  pencil.line(np.stack([u, top], -1), .55, 1.0, None, .6, wobble=.2)
  pencil.line(np.stack([u, bottom], -1)[7:-7], .60, 1.1, None, .9, wobble=.3)
  _fill(pencil, u[2:-2], top[2:-2], line[2:-2], .85 * red)
  _fill(pencil, u[5:-5], below[5:-5], bottom[5:-5], .42 * red)
  under = np.stack([u * .42, bottom.max() + 4 + 0 * u], -1)
  pencil.line(under, .35, 2.2, None, 1)
  for side in SIDES:
    corner = np.array([[side * (width - 1), line[-1] - .8], [side * (width + 2.2), line[-1] + 1]])
    pencil.line(corner, .8, 1.2, None, .5, wobble=.1)


def _fill(pencil: Pencil, u: np.ndarray, top: np.ndarray, bottom: np.ndarray, darkness: float
          ) -> None:
  """Upright lines between two curves."""
  x = np.linspace(u[0], u[-1], int(len(u) * .9))
  ends = np.stack([np.interp(x, u, top), np.interp(x, u, bottom)], -1)
  down = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * np.linspace(0, 1, 6)
  across = x[:, None] * (1 + .03 * np.linspace(0, 1, 6))
  pencil.lines(np.stack([across, down], -1), darkness, 1.0, None, .4)


def draw_beard(pencil: Pencil, surface: Surface, random: np.random.Generator) -> None:
  """Short hairs that point down and outwards, or dots for stubble."""
  if surface.person.beard == "none":
    return
  stubble = surface.person.beard == "stubble"
  dark = np.clip(1.1 - 1.1 * float(np.mean(HAIRS[surface.person.hair])), .4, 1)
  count = 1500
  start = np.stack([random.uniform(-66, 66, count), random.uniform(15, 104, count)], -1)
  lean = .012 * start[:, 0] + random.normal(0, .25, count)
  step = np.linspace(0, 1, 6)[:, None] * (2.0 if stubble else 8.0)
  lines = start[:, None] + step * np.stack([np.sin(lean), np.cos(lean)], -1)[:, None]
  mask = beard_mask(surface) * surface.face
  pencil.lines(lines, dark * random.uniform(.3, .9, count) * (.6 if stubble else 1), 1.0, mask)


def draw_glasses(pencil: Pencil, surface: Surface) -> None:
  """Rims, bridge and arms."""
  kind, shape = surface.person.glasses, surface.person.shape
  if kind == "none":
    return
  width = 1.9 if kind == "square" else 1.2
  for side in SIDES:
    pencil.line(rim(shape, kind, side), 1.25, width, None, .1, wobble=.25)
  for line in bridge_and_arms(shape, kind):
    pencil.line(line, 1.15, width, None, .3, wobble=.2)
