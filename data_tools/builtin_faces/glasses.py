"""Glasses: their lines, used by photo and sketch, and their paint in the photo."""

import numpy as np

from data_tools.builtin_faces.features import SIDES
from data_tools.builtin_faces.fields import blend, soft
from data_tools.builtin_faces.shape import Shape
from data_tools.builtin_faces.surface import Surface

# Half-width, half-height, exponent of the superellipse.
_FORMS = {"round": (17.5, 15.5, 2.3), "square": (19.5, 12.5, 4.5)}
_DROP = 2.5  # the glasses' middle below the eyes'


def rim(shape: Shape, kind: str, side: int) -> np.ndarray:
  """The rim around an eye, float64 [80, 2], closed."""
  width, height, power = _FORMS[kind]
  angle = np.linspace(0, 2 * np.pi, 80)
  cos, sin = np.cos(angle), np.sin(angle)
  return np.stack([side * (shape.eye_distance + 1)
                   + width * np.sign(cos) * np.abs(cos) ** (2 / power),
                   _DROP + height * np.sign(sin) * np.abs(sin) ** (2 / power)], -1)


def bridge_and_arms(shape: Shape, kind: str) -> list[np.ndarray]:
  """The bridge over the nose and both arms, float64 [20, 2] each."""
  x = np.linspace(0, 1, 20)
  inner = shape.eye_distance + 1 - _FORMS[kind][0]
  outer = shape.eye_distance + 1 + _FORMS[kind][0]
  bridge = np.stack([(2 * x - 1) * inner, _DROP - 3 - 3 * np.sin(np.pi * x)], -1)
  arms = [np.stack([side * (outer + (shape.cheek + 4 - outer) * x), _DROP - 4 - 1.5 * x], -1)
          for side in SIDES]
  return [bridge, *arms]


def paint_glasses(image: np.ndarray, surface: Surface) -> None:
  """Paints the glasses into float [250, 200, 3], if the person wears some."""
  person = surface.person
  if person.glasses == "none":
    return
  u, v = surface.view.u, surface.view.v
  width, height, power = _FORMS[person.glasses]
  x = np.abs(np.abs(u) - person.shape.eye_distance - 1) / width
  radius = (x ** power + (np.abs(v - _DROP) / height) ** power) ** (1 / power)
  reach = (radius - 1) * min(width, height)
  blend(image, .05 * soft(-reach, 1), np.array([1, 1, 1]))
  glare = soft(2.5 - np.abs(np.abs(u) - person.shape.eye_distance - 9 + .7 * (v - _DROP)), 2)
  blend(image, .10 * glare * soft(-reach - 2, 1), np.array([1, 1, 1]))
  colour = np.array([.10, .09, .09]) if person.seed % 3 else np.array([.36, .24, .14])
  thick = 1.25 if person.glasses == "square" else .8
  blend(image, .30 * soft(thick + 1 - np.abs(reach - 2.5), 1.5) * surface.face, image * .55)
  blend(image, .92 * soft(thick - np.abs(reach), .7), colour)
  for line in bridge_and_arms(person.shape, person.glasses):
    middle = np.interp(u, *line[np.argsort(line[:, 0])].T)
    within = soft(u - line[:, 0].min(), .5) * soft(line[:, 0].max() - u, .5)
    blend(image, .9 * within * soft(thick - np.abs(v - middle), .7), colour)
