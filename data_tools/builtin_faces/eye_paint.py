"""Eyes and brows of the photo."""

import numpy as np

from data_tools.builtin_faces.features import SIDES
from data_tools.builtin_faces.fields import blend, noise, soft
from data_tools.builtin_faces.identity import EYES, HAIRS
from data_tools.builtin_faces.surface import Surface


def paint_eyes(image: np.ndarray, surface: Surface) -> None:
  """Paints both eyes into float [250, 200, 3]: eyeball, iris, lids, lashes, the lid's fold."""
  for side in SIDES:
    window = surface.view.window(surface.features.eye_place(side), (22, 18))
    _paint_eye(image[window], surface, window, side)


def _paint_eye(image: np.ndarray, surface: Surface, window: tuple[slice, slice], side: int) -> None:
  features, shape, picture = surface.features, surface.person.shape, surface.picture
  u, v = surface.view.u[window], surface.view.v[window]
  a, b = features.eye_coordinates(u, v, side)
  upper, lower = features.upper_lid(a), features.lower_lid(a)
  within = soft(shape.eye_width - np.abs(a), 1)
  opening = soft(b - upper, .8) * soft(lower - b, .8) * within
  shade = np.clip(surface.bright[window], .35, 1.0)
  ball = (.86 - .10 * (a / shape.eye_width) ** 2) * shade * (.62 + .38 * soft(b - upper - 1.6, 2.2))
  blend(image, opening, ball[..., None] * np.array([1.0, .965, .945], np.float32))
  tear = soft(2.6 - np.hypot(a + shape.eye_width - 1.2, b - 1), 1) * opening
  blend(image, .7 * tear, np.array([.70, .42, .38]) * shade[..., None])
  _paint_iris(image, surface, a, b, upper, opening, side)
  lash = np.array(HAIRS["black"], np.float32) + .04
  thick = 1.0 + .5 * np.clip(a / shape.eye_width, -.6, 1) + (0 if surface.person.male else .35)
  line = soft(thick - np.abs(b - upper + .3), .75) * soft(shape.eye_width + 1 - np.abs(a), 1)
  blend(image, .88 * line, lash)
  if not surface.person.male:
    wing = soft(1.1 - np.abs(b + 1.6 + .42 * (a - shape.eye_width)), .7)
    blend(image, .75 * wing * soft(2.4 - np.abs(a - shape.eye_width - .6), 1), lash)
  under = soft(.6 - np.abs(b - lower - .2), .8) * within
  blend(image, .38 * under, image * .45)
  fold = np.exp(-.5 * ((b - upper * .92 + shape.crease) / .95) ** 2)
  blend(image, .55 * fold * soft(shape.eye_width + 2.5 - np.abs(a + .5), 2.5), image * .45)
  bag = np.exp(-.5 * ((b - lower - 4.6) / 1.3) ** 2) * soft(shape.eye_width - 1 - np.abs(a), 3)
  blend(image, (.12 + .25 * surface.person.age + .2 * max(picture.smile, 0)) * bag, image * .6)


def _paint_iris(image: np.ndarray, surface: Surface, a: np.ndarray, b: np.ndarray,
                upper: np.ndarray, opening: np.ndarray, side: int) -> None:
  shape, picture = surface.person.shape, surface.picture
  x = side * a - picture.gaze[0]  # to the right of the picture
  y = b + .9 - .6 * picture.gaze[1]
  radius = np.hypot(x, y)
  mask = opening * soft(shape.iris - radius, .8)
  colour = np.array(EYES[surface.person.eyes], np.float32)
  glow = .78 + .35 * soft(y, 3) - .55 * soft(radius - shape.iris + 1.0, .9)
  lid_shadow = .55 + .45 * soft(b - upper - 1.6, 2)
  blend(image, mask, colour * (glow * lid_shadow)[..., None])
  blend(image, mask * soft(shape.iris * .42 - radius, .7), np.array([.03, .03, .035]))
  spot = np.hypot(x - 1.7 * np.sign(picture.light[0] + .01), y + 1.5)
  blend(image, opening * .92 * soft(1.15 - spot, .7), np.array([1.0, 1.0, 1.0]))


def paint_brows(image: np.ndarray, surface: Surface) -> None:
  """Paints both brows as short hairs."""
  features, person = surface.features, surface.person
  own = np.random.default_rng((person.seed, 7))
  base = np.array(HAIRS[person.hair], np.float32) * .75 + .02
  inner, outer = features.brow_span()
  for side in SIDES:
    window = surface.view.window((side * (inner + outer) / 2, -person.shape.brow_height), (24, 16))
    u, v = surface.view.u[window], surface.view.v[window]
    along = (side * u - inner) / (outer - inner)
    middle, thick = features.brow(np.clip(along, 0, 1))
    edge = thick * (1 + .14 * noise(own, u.shape, 1.0)) - np.abs(v - middle)
    mask = soft(edge, 1.3) * soft((along + .02) * 20, 2) * soft((1.02 - along) * 20, 2)
    hairs = .80 + .16 * np.sin(1.9 * u * side + .9 * (v - middle) + noise(own, u.shape, 1.5))
    weight = .72 if person.hair in ("blond", "grey") else .86
    blend(image[window], weight * mask * hairs, base * surface.bright[window][..., None])
