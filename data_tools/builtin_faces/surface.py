"""Everything that a picture of a person is painted or drawn from: masks, relief and light."""

import numpy as np

from data_tools.builtin_faces.features import Features
from data_tools.builtin_faces.fields import bump, soft
from data_tools.builtin_faces.hair import Hair
from data_tools.builtin_faces.identity import Identity
from data_tools.builtin_faces.outline import directions, face_outline
from data_tools.builtin_faces.relief import face_height, folds, light_on
from data_tools.builtin_faces.shape import Shape
from data_tools.builtin_faces.variation import Variation
from data_tools.builtin_faces.view import View


class Surface:
  """A person in one picture.

  Attributes:
    person, picture, view, features, hair: what it is made of.
    outline: Outline of the face.
    inside: float32 [250, 200], radius relative to the face's outline.
    face, neck, ears, clothes: float32 [250, 200], masks from 0 to 1.
    bright, gloss: float32 [250, 200], light on the face.
    neck_bright, hair_bright, hair_gloss, clothes_bright: likewise.
    folds: float32 [250, 200], darkness of the folds.
  """

  def __init__(self, person: Identity, picture: Variation):
    self.person, self.picture, self.view = person, picture, View(picture)
    u, v, shape = self.view.u, self.view.v, person.shape
    self.features = Features(shape, picture)
    self.outline = face_outline(shape, person.asymmetry)
    angles, radii = directions(u, v)
    edge = self.outline.at(angles).astype(np.float32)
    self.inside = radii / edge
    self.face = soft(edge - radii, 1.1)
    self.hair = Hair(person, picture, self.view)
    self.ears = ear_mask(u, v, shape) * self.hair.style.ears
    self.neck = soft(neck_width(v, shape) - np.abs(u), 1.1) * soft(v - 40, 8)
    self.clothes = soft(v - clothes_top(u, shape, person.collar), 1.1)
    self.folds = folds(u, v, self.features)
    self.bright, self.gloss = light_on(face_height(u, v, self.inside, self.features), picture)
    self._light_the_rest(u, v, shape)

  def _light_the_rest(self, u: np.ndarray, v: np.ndarray, shape: Shape) -> None:
    picture = self.picture
    round_neck = shape.neck * np.sqrt(np.maximum(1 - (u / (neck_width(v, shape) + 1)) ** 2, .02))
    bright, _ = light_on(1.3 * round_neck.astype(np.float32), picture)
    shadow = bump(u, v, (-9 * picture.light[0], shape.chin + 2), (38, 13))
    self.neck_bright = bright * (1 - .42 * np.minimum(shadow * 1.3, 1))
    dome = 82 * np.sqrt(np.maximum(1 - self.hair.depth ** 2.3, 0) + .004)
    self.hair_bright, self.hair_gloss = light_on(dome.astype(np.float32), picture)
    fall = clothes_top(u, shape, "none")
    cloth = 26 * np.sqrt(np.clip((v - fall) / 30, 0, 1) + .01) - .0016 * u * u
    self.clothes_bright, _ = light_on(cloth.astype(np.float32), picture)


def ear_mask(u: np.ndarray, v: np.ndarray, shape: Shape, scale: float = 1.0) -> np.ndarray:
  """Both ears, 0 to 1; a scale below 1 gives their inner part."""
  down = (v - 7) / (shape.ear * scale)
  wide = (shape.ear_stand + 4) * scale * (1 - .22 * np.clip(down, -1, 1))
  across = (np.abs(u) - (shape.cheek - 3) + .9 * down) / wide
  return soft((1 - np.hypot(across, down)) * 7, 1.1)


def neck_width(v: np.ndarray, shape: Shape) -> np.ndarray:
  """Half-width of the neck at v; it widens downwards."""
  return shape.neck + .012 * np.maximum(v - 84, 0) ** 2


def clothes_top(u: np.ndarray, shape: Shape, collar: str) -> np.ndarray:
  """v at which the clothes begin: shoulders outside, the collar's edge inside.

  Args:
    u: place on the face.
    shape: a person's proportions.
    collar: one of identity.COLLARS, or "none" for the shoulders alone.

  Returns:
    Like `u`.
  """
  beside = np.abs(u) / (shape.neck + 3)
  shoulders = shape.shoulder + 2 + 21 * np.maximum(beside - 1, 0) ** .85 / 1.7
  deep = {"round": 13 * np.maximum(1 - beside ** 2, 0) ** .8, "v": 40 * np.maximum(1 - beside, 0),
          "shirt": 19 * np.maximum(1 - beside, 0), "none": 0}[collar]
  return shoulders + deep
