"""Makes one pair: photo and sketch number so-and-so of person so-and-so."""

import numpy as np

from data_tools.builtin_faces.identity import sample_identity
from data_tools.builtin_faces.photo import paint_photo
from data_tools.builtin_faces.sketch import draw_sketch
from data_tools.builtin_faces.surface import Surface
from data_tools.builtin_faces.variation import sample_variation
from data_tools.errors import UserError

VERSION = 1  # raise it when the same numbers give other pictures


def draw(identity: int, variant: int = 0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
  """A photo and a sketch of one person; the same numbers give the same pictures.

  Args:
    identity: the person, from 0 up.
    variant: which picture of the person, from 0 (nearly frontal, calm) up.
    seed: another seed, other people.

  Returns:
    The photo, uint8 [250, 200, 3], RGB; and the sketch, uint8 [250, 200], 255 = white.

  Raises:
    UserError: a number is below 0.
  """
  if min(identity, variant, seed) < 0:
    raise UserError(f"Built-in face {identity}, picture {variant}, seed {seed} was asked for; "
                    "give three numbers from 0 up.")
  surface = Surface(sample_identity(identity, seed), sample_variation(identity, variant, seed))
  return paint_photo(surface), draw_sketch(surface)
