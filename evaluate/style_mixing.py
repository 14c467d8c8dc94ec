"""Four photos joined to one, whose style is then a mixture of theirs."""

import numpy as np

JOINED = 4  # photos
LAYOUTS = ("vertical", "horizontal", "columns", "rows")


def joined(photos: np.ndarray) -> list[np.ndarray]:
  """The four ways of `LAYOUTS`: one above the other, side by side, and two ways of two by two.

  Args:
    photos: uint8 [4, S, S, 3].

  Returns:
    vertical [4S, S, 3]; horizontal [S, 4S, 3]; columns [2S, 2S, 3], the first two above each
    other and beside them the others; rows [2S, 2S, 3], the first two beside each other and below
    them the others.

  Source: Liu et al. (AAAI 2021), `generate_mix.py` of its program.
  """
  above, beside = np.concatenate, lambda pictures: np.concatenate(pictures, axis=1)
  return [above(photos), beside(photos),
          beside([above(photos[:2]), above(photos[2:])]),
          above([beside(photos[:2]), beside(photos[2:])])]


def mixes(photos: np.ndarray) -> np.ndarray:
  """The same, each reduced to the size of one photo by nearest neighbours, out(i) = in(floor(i n)).

  Args:
    photos: uint8 [4, S, S, 3].

  Returns:
    uint8 [4, S, S, 3], in the order of `LAYOUTS`.
  """
  size = photos.shape[1]
  return np.stack([picture[::picture.shape[0] // size, ::picture.shape[1] // size]
                   for picture in joined(photos)])
