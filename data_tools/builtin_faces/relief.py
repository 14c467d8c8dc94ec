"""The face as a relief: height towards the viewer, and the light that falls on it."""

import numpy as np
from scipy import ndimage

from data_tools.builtin_faces.features import SIDES, Features
from data_tools.builtin_faces.fields import bump, soft
from data_tools.builtin_faces.variation import Variation

_STEEPEST = 2.2  # slopes are bent to stay below it, as soft skin lights up its own shadows


def face_height(u: np.ndarray, v: np.ndarray, inside: np.ndarray, features: Features
                ) -> np.ndarray:
  """Height of the face.

  Args:
    u: float [h, w], place on the face.
    v: float [h, w].
    inside: float [h, w], radius relative to the face's outline: 0 middle, 1 outline.
    features: of this picture.

  Returns:
    float32 [h, w], pixels towards the viewer.
  """
  shape, smile = features.shape, max(features.picture.smile, 0)
  x = np.abs(u)  # both sides at once
  height = 64 * np.sqrt(np.maximum(1 - np.minimum(inside, 1) ** 2.5, 0) + .003)
  height += 3.2 * bump(x, v, (19, -15), (13, 5)) + 1.6 * bump(u, v, (0, -12), (9, 6))
  height -= 6.0 * bump(x, v, (shape.eye_distance - 4, -2), (11, 7.5))
  height += 3.6 * bump(x, v, (shape.eye_distance, 0.5), (8, 5.2))
  height += (shape.cheekbone + 3 * smile) * bump(x, v, (33, 24 - 3 * smile), (13, 11))
  height -= 2.2 * bump(x, v, (40, 50), (9, 16)) + 1.8 * bump(x, v, (50, -30), (7, 14))
  height += _nose(u, v, x, features)
  height += _mouth(u, v, x, features)
  height += shape.chin_relief * bump(u, v, (0, shape.chin - 12), (shape.chin_width * .62, 8))
  return height.astype(np.float32)


def _nose(u: np.ndarray, v: np.ndarray, x: np.ndarray, features: Features) -> np.ndarray:
  shape = features.shape
  down = np.clip((v + 10) / (shape.nose + 4), 0, 1)
  width = shape.nose_bridge * (.85 + .55 * down ** 2)
  ridge = shape.nose_depth * (.16 + .84 * down ** 1.3) * np.exp(-.5 * (u / width) ** 2)
  ridge = ridge * soft(shape.nose - 3.5 - v, 6.5) * soft(v + 16, 9)
  tip = 5.5 * bump(u, v, (0, shape.nose - 8), (shape.nose_tip, shape.nose_tip * .95))
  wings = 5.5 * bump(x, v, (shape.nose_width - 4.4, shape.nose - 5), (4.0, 4.6))
  pits = 2.5 * bump(x, v, (shape.nose_width - 7, shape.nose + .6), (3.2, 1.8))
  return ridge + tip + wings - pits


def _mouth(u: np.ndarray, v: np.ndarray, x: np.ndarray, features: Features) -> np.ndarray:
  shape, middle = features.shape, features.mouth_v
  width = features.mouth_width
  mound = 3.0 * bump(u, v, (0, middle - 1), (width * .8, 12))
  upper = .55 * shape.upper_lip * bump(u, v, (0, middle - .6 * shape.upper_lip), (width * .5, 2.6))
  lower = .62 * shape.lower_lip * bump(
      u, v, (0, features.lip_line(np.zeros(1), lower=True)[0] + .52 * shape.lower_lip),
      (width * .46, 3.2))
  under = 2.4 * bump(u, v, (0, middle + shape.lower_lip + 6.5), (width * .55, 3.4))
  groove = .9 * bump(u, v, (0, shape.nose + .45 * shape.mouth), (2.4, 5))
  corners = 1.6 * bump(x, v, (width + 1.5, middle), (3, 4))
  return mound + upper + lower - under - groove - corners


def light_on(height: np.ndarray, picture: Variation) -> tuple[np.ndarray, np.ndarray]:
  """Light on a relief: Lambert's law softened, ambient light less in hollows, and the gloss.

  Args:
    height: float32 [h, w], pixels.
    picture: light and pose.

  Returns:
    Brightness float32 [h, w], about 0.2 to 1.1; and gloss float32 [h, w], 0 to 1.
  """
  normal = _normals(height, picture)
  light = np.array(picture.light, np.float32)
  facing = normal @ light
  wrapped = np.maximum(facing + .25, 0) / 1.25
  near = ndimage.uniform_filter(ndimage.uniform_filter(height, 11), 11)
  hollow = np.clip(1 - .055 * np.maximum(near - height, -1.5), .45, 1.06)
  bright = (picture.ambient * (.55 + .45 * normal[..., 2]) + (1 - picture.ambient) * 1.18
            * wrapped) * hollow * 1.1
  half = light + np.array([0, 0, 1], np.float32)
  gloss = np.maximum(normal @ (half / np.linalg.norm(half)), 0) ** 22
  return bright.astype(np.float32), gloss.astype(np.float32)


def _normals(height: np.ndarray, picture: Variation) -> np.ndarray:
  """Unit normals [h, w, 3] (right, down, to the viewer) after the head's turn."""
  down, right = np.gradient(height)
  steep = 1 / np.sqrt(1 + (down * down + right * right) / _STEEPEST ** 2)
  down, right = down * steep, right * steep
  normal = np.stack([-right, -down, np.ones_like(height)], -1)
  normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
  x, y, z = np.moveaxis(normal, -1, 0)
  cos, sin = np.cos(picture.yaw), np.sin(picture.yaw)
  x, z = cos * x + sin * z, cos * z - sin * x
  cos, sin = np.cos(picture.pitch), np.sin(picture.pitch)
  y, z = cos * y - sin * z, cos * z + sin * y
  return np.stack([x, y, z], -1)


def folds(u: np.ndarray, v: np.ndarray, features: Features) -> np.ndarray:
  """Darkness of the folds beside nose and mouth, float [h, w], about 0 to 1."""
  total = np.zeros_like(u)
  for side in SIDES:
    line = features.fold(side)
    across = np.interp(v, line[:, 1], line[:, 0])
    along = (v - line[0, 1]) / (line[-1, 1] - line[0, 1])
    weight = np.clip(np.minimum(4 * along, 2.2 * (1 - along)), 0, 1)
    total += weight * np.exp(-.5 * ((u - across) / 2.2) ** 2)
  strength = .10 * features.shape.folds + .28 * max(features.picture.smile, 0)
  return np.maximum(total * strength, 0)
