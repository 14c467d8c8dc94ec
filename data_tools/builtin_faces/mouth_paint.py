"""Mouth, nostrils and beard of the photo."""

import numpy as np
from scipy import ndimage

from data_tools.builtin_faces.fields import blend, bump, noise, soft
from data_tools.builtin_faces.identity import HAIRS
from data_tools.builtin_faces.surface import Surface


def paint_mouth(image: np.ndarray, surface: Surface) -> None:
  """Paints lips, the line between them and teeth into float [250, 200, 3]."""
  features, person = surface.features, surface.person
  window = surface.view.window((0, features.mouth_v + 2), (36, 26))
  part, u, v = image[window], surface.view.u[window], surface.view.v[window]
  within = soft(features.mouth_width - np.abs(u), 1.6)
  top, line = features.upper_lip(u), features.lip_line(u)
  below, bottom = features.lip_line(u, lower=True), features.lower_lip(u)
  upper = soft(v - top, 1.1) * soft(line - v, .9) * within
  lower = soft(v - below, .9) * soft(bottom - v, 1.3) * within
  natural = part * np.array([.90, .68, .68], np.float32)
  painted = np.array([.66, .20, .23]) * surface.bright[window][..., None]
  red = (.15 + .6 * person.lip_red)
  lips = natural * (1 - red) + painted * red
  blend(part, .9 * upper, lips * .84)
  blend(part, .9 * lower, lips * 1.04)
  shine = bump(u, v, (3 * surface.picture.light[0], float(below.max()) + 2.6), (7, 1.2))
  part += (.10 * shine * lower)[..., None]
  _paint_inside(part, surface, u, v, line, below, within)
  dark = soft(.75 - np.abs(v - line), .8) * soft(features.mouth_width + 1 - np.abs(u), 1.4)
  blend(part, .80 * dark, np.array([.20, .08, .07]))
  corner = bump(np.abs(u), v, (features.mouth_width,
                               float(features.lip_line(np.array([features.mouth_width]))[0])),
                (1.8, 1.6))
  blend(part, .5 * corner, part * .4)


def _paint_inside(part: np.ndarray, surface: Surface, u: np.ndarray, v: np.ndarray,
                  line: np.ndarray, below: np.ndarray, within: np.ndarray) -> None:
  """Teeth and the dark of an open mouth."""
  if not surface.picture.open_mouth:
    return
  gap = soft(v - line, .7) * soft(below - v, .7) * within
  blend(part, gap, np.array([.17, .06, .06]))
  width = surface.features.mouth_width
  teeth = gap * soft(.80 * width - np.abs(u), 2.5) * soft(line + 5.2 - v, .8)
  between = 1 - .13 * np.abs(np.cos(np.pi * u / 4.6)) ** 10
  shade = (.88 - .28 * (u / width) ** 2) * between
  blend(part, .95 * teeth, np.array([.97, .94, .88]) * shade[..., None])


def paint_nostrils(image: np.ndarray, surface: Surface) -> None:
  """Paints nostrils, the wings' outlines and the shadow under the nose."""
  features, shape = surface.features, surface.person.shape
  window = surface.view.window((0, shape.nose - 4), (28, 22))
  part, u, v = image[window], surface.view.u[window], surface.view.v[window]
  shadow = bump(u, v, (-5 * surface.picture.light[0], shape.nose + 3.5), (shape.nose_width * .7, 3))
  part *= (1 - .22 * shadow)[..., None]
  x = np.abs(u)
  for line, width, weight in ((features.nostril(1), 1.15, .78), (features.wing(1), .9, .30)):
    near = np.min(np.hypot(x[..., None] - line[::2, 0], v[..., None] - line[::2, 1]), -1)
    blend(part, weight * soft(width - near, 1.0), part * .25 + np.array([.03, 0, 0]))


def paint_beard(image: np.ndarray, surface: Surface) -> None:
  """Paints the beard, if there is one."""
  person = surface.person
  if person.beard == "none":
    return
  random = np.random.default_rng((person.seed, 9))
  u = surface.view.u
  fine = ndimage.gaussian_filter(random.standard_normal(u.shape, dtype=np.float32), (1.8, .5))
  fine = fine / fine.std()
  hairs = .74 + .10 * fine + .08 * noise(random, u.shape, 3)
  mask = beard_mask(surface) * surface.face
  mask = soft(mask - .45 + .14 * fine, .5) * np.minimum(5 * mask, 1)
  weight = .34 if person.beard == "stubble" else .90
  base = np.array(HAIRS[person.hair], np.float32) * .85 + .015
  lightness = np.clip(surface.bright + .16 * fine, .2, 1.3)
  blend(image, np.clip(weight * mask * (hairs + .2), 0, 1), base * lightness[..., None])


def beard_mask(surface: Surface) -> np.ndarray:
  """Where the beard grows, float [250, 200] from 0 to 1."""
  features, shape, kind = surface.features, surface.person.shape, surface.person.beard
  u, v, x = surface.view.u, surface.view.v, np.abs(surface.view.u)
  middle, width = features.mouth_v, features.mouth_width
  lips = soft(v - features.upper_lip(u) + .6, 1) * soft(features.lower_lip(u) + .8 - v, 1)
  lips = lips * soft(width + 1 - x, 1.5)
  over = features.upper_lip(u) - v
  moustache = (soft(over + 1, 1.2) * soft(v - shape.nose - 3.5 - 9 * (x / width) ** 2.6, 2)
               * soft(width + 4 - x, 3))
  chin = soft(v - features.lower_lip(u) - 3.5, 2.5) * soft(width * .86 + 3 - x, 4)
  beside = soft(x - width + 1.5, 2) * soft(width + 7 - x, 2.5) * soft(v - shape.nose - 5, 4)
  cheeks = soft(v - (middle - 26) + .030 * (x - 22) * np.abs(x - 22), 5) * soft(x - width, 3)
  cheeks = cheeks + soft(v - middle - 12, 3) * soft(width + 4 - x, 3)
  kinds = {"moustache": moustache, "goatee": np.maximum(np.maximum(moustache, chin), beside),
           "full": np.maximum(np.maximum(moustache, chin), np.clip(cheeks, 0, 1)),
           "stubble": np.maximum(np.maximum(moustache, chin), np.clip(cheeks, 0, 1))}
  return kinds[kind] * (1 - lips)
