"""The refinement generators by name."""

import tensorflow as tf

from models.sketch2image.refine_art import RefineArt
from models.sketch2image.refine_face import RefineFace

# The original's readme says face, its second stage celeba.
KINDS = ("art", "shoe", "face", "celeba")


def refinement_generator(kind: str, width: int = 64, image_size: int = 512, enlarge: bool = False,
                         seed: int = 0, **options) -> tf.keras.layers.Layer:
  """Makes the generator of a kind of data; all are called alike.

  Args:
    kind: of `KINDS`.
    width: n of the auto-encoder.
    image_size: of the auto-encoder's pictures.
    enlarge: makes pictures of twice that size.
    seed: of the start values.
    **options: of `RefineArt` or `RefineFace`.
  """
  if kind not in KINDS:
    raise ValueError(f"kind is {kind!r}, but must be one of {', '.join(KINDS)}.")
  if kind in ("art", "shoe"):
    return RefineArt(width, image_size, enlarge, style_driven=kind == "art", seed=seed, **options)
  return RefineFace(width, image_size, enlarge, seed=seed, **options)
