"""The sketch: an artist's pencil lines on the same surface that the photo is painted from.

No filter of the photo: outlines, strands of hair and hatching are lines of their own, which follow
the shape of the head and are overstated as an artist does. The light is the photo's.
"""

import numpy as np
from scipy import ndimage

from data_tools.builtin_faces.features import Features
from data_tools.builtin_faces.fields import soft
from data_tools.builtin_faces.identity import HAIRS, SKINS
from data_tools.builtin_faces.outline import face_outline
from data_tools.builtin_faces.pencil import Pencil
from data_tools.builtin_faces.shape import Shape, exaggerated
from data_tools.builtin_faces.sketch_features import (draw_beard, draw_brows, draw_eyes,
                                                      draw_glasses, draw_mouth, draw_nose)
from data_tools.builtin_faces.surface import Surface, clothes_top, neck_width

EXAGGERATION = 1.3  # deviations from the mean face, times this


def draw_sketch(surface: Surface) -> np.ndarray:
  """The sketch of a person.

  Args:
    surface: the person in this picture.

  Returns:
    uint8 [250, 200].
  """
  random = np.random.default_rng((surface.picture.seed, 4))
  pencil = Pencil(surface.view, random)
  shape = exaggerated(surface.person.shape, EXAGGERATION)
  features = Features(shape, surface.picture)
  free = (1 - surface.hair.front * surface.hair.style.density).astype(np.float32)
  _draw_outlines(pencil, surface, features, free)
  draw_nose(pencil, surface, features)
  draw_mouth(pencil, surface, features)
  draw_eyes(pencil, surface, features, free)
  draw_brows(pencil, surface, features, free, random)
  draw_beard(pencil, surface, random)
  draw_glasses(pencil, surface)
  _draw_hair(pencil, surface, random)
  shade = _shade(surface)
  _hatch(pencil, surface, shade, random)
  _draw_clothes(pencil, surface, random)
  return pencil.finish(_tone(surface, shade), paper=float(.955 + .012 * surface.picture.warmth))


def _draw_outlines(pencil: Pencil, surface: Surface, features: Features, free: np.ndarray) -> None:
  """Face, ears and neck, heavier on the side away from the light."""
  shape, light = features.shape, surface.picture.light[0]
  outline = face_outline(shape, 1.5 * surface.person.asymmetry)
  for side in (-1, 1):
    weight = .85 - .30 * side * light
    pencil.line(outline.curve(side * 1.15, side * 2.55, 60), weight, 1.2, free, .55)
    pencil.line(outline.curve(side * 2.3, side * 3.25, 40), weight * 1.05, 1.4, None, .5)
    down = np.linspace(shape.chin * .74, shape.shoulder + 9, 24)
    edge = np.stack([side * neck_width(down, shape), down], -1)
    pencil.line(edge, weight * .8, 1.2, free * (1 - surface.face), .5)
    if surface.hair.style.ears:
      _draw_ear(pencil, shape, side, weight, free * (1 - .9 * surface.face))
  if surface.person.age > .35:
    for place in (-42, -35, -28.5):
      u = np.linspace(-27, 27, 24)
      pencil.line(np.stack([u, place + .0022 * u * u], -1), .5 * (surface.person.age - .3), 1,
                  free, 1)


def _draw_ear(pencil: Pencil, shape: Shape, side: int, weight: float, mask: np.ndarray) -> None:
  angle = np.linspace(-1.9, 1.75, 36)
  for scale, share in ((1.0, 1.0), (.60, .6)):
    down = shape.ear * scale * np.sin(angle)
    wide = (shape.ear_stand + 4) * scale * (1 - .22 * np.sin(angle))
    across = shape.cheek - 3 - .9 * down / shape.ear + wide * np.cos(angle)
    pencil.line(np.stack([side * across, 7 + down], -1), weight * share, 1.1, mask, .5)


def _draw_hair(pencil: Pencil, surface: Surface, random: np.random.Generator) -> None:
  """Strands over the hair's mask: darker for dark hair, lighter where it shines."""
  hair, colour = surface.hair, float(np.mean(HAIRS[surface.person.hair]))
  dark = np.clip(1.18 - 1.35 * colour, .30, 1.1) * (.35 + .65 * hair.style.density)
  where = np.maximum(hair.front, .8 * hair.behind * (1 - surface.face) * (1 - surface.neck))
  tone = np.clip(1.42 - .85 * surface.hair_bright - .55 * surface.hair_gloss, .22, 1.3)
  mask = where * tone
  many = 2.2 if hair.style.back else 1.25
  length = 20 if hair.style.flow == "radial" else 42
  pencil.lines(hair.lines(random, int(1000 * many), length),
               dark * random.uniform(.12, .55, int(1000 * many)), 1.0, mask)
  pencil.lines(hair.lines(random, int(110 * many), length * 1.5),
               dark * random.uniform(.5, 1.1, int(110 * many)), 1.5, mask)
  ends = 2.0 if not hair.style.back else 2.6
  near = np.clip(3 * ndimage.uniform_filter(where, 5), 0, 1)  # not where short hair has ended
  for start in np.arange(-ends, ends, .33):
    start = start + random.uniform(-.08, .08)
    curve = hair.outer.curve(start, start + random.uniform(.25, .55), 26, random.uniform(-.6, 1))
    pencil.line(curve, (.35 + .5 * dark) * random.uniform(.5, 1.1), 1.1, near, 1, wobble=.7)


def _shade(surface: Surface) -> np.ndarray:
  """How dark the artist sees skin, float [250, 200] from 0 to 1."""
  skin = 1.04 - .30 * (1 - float(np.mean(SKINS[surface.person.skin])))
  face = 1 - np.clip(surface.bright * skin, 0, 1)
  neck = 1 - np.clip(surface.neck_bright * skin, 0, 1)
  shade = np.where(surface.face > .5, face + .7 * surface.folds, neck * surface.neck * 1.1)
  return np.clip(ndimage.gaussian_filter(shade, 1.2), 0, 1)


def _hatch(pencil: Pencil, surface: Surface, shade: np.ndarray, random: np.random.Generator
           ) -> None:
  """Slanting lines where it is dark; a second direction where it is darkest."""
  skin = np.clip(surface.face + surface.neck * (1 - surface.clothes), 0, 1)
  skin = skin * (1 - surface.hair.front)
  for angle, least, gap in ((-1.02, .20, 2.5), (-.45, .42, 3.0)):
    mask = np.clip((shade - least) * 2.1, 0, .9) * skin
    count = int(1500 / gap)
    start = np.stack([random.uniform(-75, 75, count), random.uniform(-85, 128, count)], -1)
    step = np.linspace(-.5, .5, 8)[:, None] * np.array([np.cos(angle), np.sin(angle)])
    bend = np.stack([np.zeros(8), 1.2 * np.linspace(-1, 1, 8) ** 2], -1)
    lines = start[:, None] + step * random.uniform(8, 17, (count, 1, 1)) + bend
    pencil.lines(lines, random.uniform(.22, .55, count), 1.0, mask)


def _tone(surface: Surface, shade: np.ndarray) -> np.ndarray:
  """Graphite rubbed in: under hair, shaded skin and clothes."""
  colour = float(np.mean(HAIRS[surface.person.hair]))
  hair = np.maximum(surface.hair.front * surface.hair.style.density,
                    surface.hair.behind * (1 - surface.face) * (1 - surface.neck))
  tone = .42 * np.clip(shade - .10, 0, 1) * (1 - hair) * np.maximum(surface.face, surface.neck)
  cloth = .18 + .35 * (1 - float(np.mean(surface.person.clothes)))
  tone = tone * (1 - surface.clothes) + surface.clothes * cloth * (1.25 - surface.clothes_bright)
  tone = tone + hair * (.85 - .85 * colour) * np.clip(1.3 - .8 * surface.hair_bright, .2, 1)
  return ndimage.gaussian_filter(np.clip(tone, 0, 1), .9)


def _draw_clothes(pencil: Pencil, surface: Surface, random: np.random.Generator) -> None:
  shape, collar = surface.person.shape, surface.person.collar
  u = np.linspace(-100, 100, 90)
  mask = 1 - surface.hair.front
  for side in (slice(0, 45), slice(45, 90)):
    edge = np.stack([u, clothes_top(u, shape, collar)], -1)[side]
    pencil.line(edge, .9, 1.3, mask, .4)
    if collar == "round":
      pencil.line(edge[np.abs(edge[:, 0]) < shape.neck + 3] + (0, 7), .5, 1, mask, .6)
    elif collar == "shirt":
      flap = edge[(np.abs(edge[:, 0]) < shape.neck + 6) & (np.abs(edge[:, 0]) > 2)]
      pencil.line(flap + np.array([0, 1]) * (15 - .12 * np.abs(np.abs(flap[:, :1]) - 14)), .7, 1.1,
                  mask, .4)
  dark = 1 - float(np.mean(surface.person.clothes))
  count = 260
  start = np.stack([random.uniform(-100, 100, count), random.uniform(100, 135, count)], -1)
  step = np.linspace(-.5, .5, 8)[:, None] * np.array([.5, -.87])
  lines = start[:, None] + step * random.uniform(10, 26, (count, 1, 1))
  pencil.lines(lines, random.uniform(.1, .35, count) * (.4 + dark), 1.2,
               surface.clothes * mask * soft(1.25 - surface.clothes_bright, .3))
