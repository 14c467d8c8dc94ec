"""The photo: colours laid on the surface from the back to the front, then the camera."""

import numpy as np
from scipy import ndimage

from data_tools.builtin_faces.eye_paint import paint_brows, paint_eyes
from data_tools.builtin_faces.fields import blend, bump, noise, soft
from data_tools.builtin_faces.glasses import paint_glasses
from data_tools.builtin_faces.identity import HAIRS, SKINS
from data_tools.builtin_faces.mouth_paint import paint_beard, paint_mouth, paint_nostrils
from data_tools.builtin_faces.surface import Surface, clothes_top, ear_mask
from data_tools.builtin_faces.view import HEIGHT, WIDTH

# Shaded skin turns red, since light travels in it: the exponent of the brightness per channel.
_SKIN_TONE = np.array([.80, 1.05, 1.16], np.float32)


def paint_photo(surface: Surface) -> np.ndarray:
  """The photo of a person.

  Args:
    surface: the person in this picture.

  Returns:
    uint8 [250, 200, 3].
  """
  random = np.random.default_rng((surface.picture.seed, 2))
  image = _background(surface, random)
  strands = surface.hair.strands(np.random.default_rng((surface.picture.seed, 3)), surface.view)
  hair = _hair_colour(surface, strands)
  blend(image, surface.hair.behind, hair * .55)
  blend(image, surface.neck, _skin(surface, surface.neck_bright))
  _paint_clothes(image, surface, random)
  _paint_ears(image, surface)
  blend(image, surface.face, _face_colour(surface))
  paint_nostrils(image, surface)
  paint_mouth(image, surface)
  paint_eyes(image, surface)
  paint_brows(image, surface)
  paint_beard(image, surface)
  _shadow_of_hair(image, surface)
  if surface.hair.style.density < 1:  # the skull shows through
    blend(image, surface.hair.front * (1 - surface.face), _skin(surface, surface.hair_bright * .8))
  blend(image, _hair_cover(surface, strands), hair)
  paint_glasses(image, surface)
  return _camera(image, surface, random)


def _background(surface: Surface, random: np.random.Generator) -> np.ndarray:
  y, x = np.mgrid[-1:1:HEIGHT * 1j, -1:1:WIDTH * 1j].astype(np.float32)
  glow = 1.02 - .10 * (x * x + .6 * (y + .3) ** 2) + .05 * x * surface.picture.light[0]
  glow = glow + .012 * noise(random, (HEIGHT, WIDTH), 30)
  return glow[..., None] * np.array(surface.person.background, np.float32)


def _skin_base(surface: Surface) -> np.ndarray:
  return np.array(SKINS[surface.person.skin], np.float32) + np.float32(surface.person.tint)


def _skin(surface: Surface, bright: np.ndarray, base: np.ndarray | None = None) -> np.ndarray:
  base = _skin_base(surface) if base is None else base
  return base * np.maximum(bright, .02)[..., None] ** _SKIN_TONE


def _face_colour(surface: Surface) -> np.ndarray:
  """Skin of the face: ruddy cheeks, dark sockets, freckles, folds, wrinkles, light, gloss."""
  u, v, person = surface.view.u, surface.view.v, surface.person
  x, own = np.abs(u), np.random.default_rng((person.seed, 5))
  red = (.8 * bump(x, v, (33, 27), (13, 11)) + .7 * bump(u, v, (0, person.shape.nose - 6), (9, 7))
         + .25 * bump(u, v, (0, person.shape.chin - 9), (13, 7)) + .10 * noise(own, u.shape, 4))
  base = _skin_base(surface) * np.ones((*u.shape, 1), np.float32)
  base += red[..., None] * np.array([.015, -.055, -.05], np.float32)
  dark = .07 * bump(x, v, (person.shape.eye_distance, -3), (13, 7)) * (1 + .6 * person.age)
  dark += .10 * bump(x, v, (person.shape.eye_distance - 2, 10), (9, 2.5)) * (.25 + person.age)
  if person.freckles > .1:
    dark += _freckles(u, v, own) * .17 * person.freckles
  base *= (1 - dark)[..., None] * (1 - surface.folds * (.45 + .5 * person.age))[..., None]
  base *= (1 - _wrinkles(u, v, person.age))[..., None]
  colour = _skin(surface, surface.bright, base)
  return colour + (.12 * surface.gloss * (.6 + .4 * surface.bright))[..., None]


def _freckles(u: np.ndarray, v: np.ndarray, own: np.random.Generator) -> np.ndarray:
  grid = np.zeros((100, 160), np.float32)
  grid[own.integers(0, 100, 240), own.integers(0, 160, 240)] = own.uniform(.4, 1, 240)
  grid = ndimage.gaussian_filter(grid, .8) * 4
  spots = ndimage.map_coordinates(grid, [v + 30, u + 80], order=1, mode="constant")
  return np.minimum(spots, 1) * bump(np.abs(u), v, (24, 20), (18, 14))


def _wrinkles(u: np.ndarray, v: np.ndarray, age: float) -> np.ndarray:
  lines = sum(np.exp(-.5 * ((v - place - .0022 * u * u + np.sin(u / 9 + place)) / 1.1) ** 2)
              for place in (-42, -35, -28.5))
  feet = np.abs(np.sin((v - 1) / 3.2 + np.abs(u) * .05)) ** 6 * bump(np.abs(u), v, (43, 1), (4, 6))
  return np.clip(age - .35, 0, 1) * (.22 * lines * np.exp(-.5 * (u / 24) ** 2) + .25 * feet)


def _paint_ears(image: np.ndarray, surface: Surface) -> None:
  if not surface.hair.style.ears:
    return
  u, v, shape = surface.view.u, surface.view.v, surface.person.shape
  side = 1 + .35 * np.sign(u) * surface.picture.light[0]
  base = _skin_base(surface) * np.array([1.0, .90, .88], np.float32)
  hollow = ear_mask(u, v - .5, shape, .62) * .34
  blend(image, surface.ears, _skin(surface, .78 * side * (1 - hollow), base))


def _hair_cover(surface: Surface, strands: np.ndarray) -> np.ndarray:
  """How much the hair covers: thin hair lets the skull be seen."""
  density = surface.hair.style.density
  if density == 1:
    return surface.hair.front
  return surface.hair.front * (1 - (1 - density) * np.clip(1 - .4 * strands, 0, 1.5))


def _hair_colour(surface: Surface, strands: np.ndarray) -> np.ndarray:
  """Colour of the hair all over the picture."""
  base = np.array(HAIRS[surface.person.hair], np.float32)
  bright = surface.hair_bright * (1 + .26 * strands) * 1.12
  edge = np.clip((surface.view.v - 20) / 110, 0, 1) * .16  # darker where it hangs
  colour = base * np.maximum(bright - edge, .10)[..., None]
  shine = surface.hair_gloss ** .6 * (.5 + .5 * np.clip(strands, -.6, 1.6))
  return colour + (.30 * shine)[..., None] * (.25 + .75 * base) * (.6 if base.mean() < .15 else .8)


def _shadow_of_hair(image: np.ndarray, surface: Surface) -> None:
  """The hair darkens the skin beside it a little."""
  near = ndimage.uniform_filter(ndimage.uniform_filter(surface.hair.front, 9), 9)
  shift = (int(round(3 - 2 * surface.picture.light[1])), int(round(-3 * surface.picture.light[0])))
  near = np.roll(near, shift, (0, 1))
  image *= (1 - .30 * near * (surface.face > .3) * surface.hair.style.density)[..., None]


def _paint_clothes(image: np.ndarray, surface: Surface, random: np.random.Generator) -> None:
  u, v, person = surface.view.u, surface.view.v, surface.person
  weave = 1 + .03 * noise(random, u.shape, 1) + .07 * noise(random, u.shape, 11)
  colour = np.array(person.clothes, np.float32) * (surface.clothes_bright * weave)[..., None]
  depth = v - clothes_top(u, person.shape, person.collar)
  blend(image, .5 * soft(6 - np.abs(depth), 4) * surface.neck, image * .55)
  blend(image, surface.clothes, colour)
  if person.collar == "round":
    band = soft(4.5 - np.abs(depth - 4), .8) * (np.abs(u) < person.shape.neck + 4)
    blend(image, .3 * band, colour * .6)
  elif person.collar == "shirt":
    _shirt_collar(image, surface, depth)
  else:
    blend(image, .35 * soft(1.2 - np.abs(depth - 6), .8) * soft(person.shape.neck - np.abs(u), 2),
          colour * .5)


def _shirt_collar(image: np.ndarray, surface: Surface, depth: np.ndarray) -> None:
  u, shape = np.abs(surface.view.u), surface.person.shape
  width = 15 - .12 * np.abs(u - 14)
  flap = soft(depth, 1) * soft(width - depth, 1) * soft(shape.neck + 7 - u, 2) * soft(u - 1.5, 1)
  colour = np.minimum(np.array(surface.person.clothes, np.float32) * 1.12 + .05, 1)
  blend(image, flap, colour * surface.clothes_bright[..., None] * 1.05)
  under = soft(2.2 - np.abs(depth - width - 1.5), 1) * (u < shape.neck + 8)
  blend(image, .45 * under, image * .4)


def _camera(image: np.ndarray, surface: Surface, random: np.random.Generator) -> np.ndarray:
  """Exposure, colour of the light, lens and noise."""
  picture = surface.picture
  image = image * (picture.exposure * 1.09
                   * (1 + .03 * picture.warmth * np.array([1, 0, -1], np.float32)))
  image = ndimage.gaussian_filter(image, (picture.blur, picture.blur, 0))
  image = np.clip(image, 0, None) ** np.float32(.88 * picture.gamma)
  image = image / (1 + .12 * np.maximum(image - .6, 0))  # film keeps the lights
  image += picture.noise * random.standard_normal(image.shape, dtype=np.float32)
  return np.clip(np.rint(image * 255), 0, 255).astype(np.uint8)
