"""Pictures at one size, kept in memory as far as they fit and read from their files otherwise."""

import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import cli, image_files
from data_tools.sketch_sets import picture_steps

DEFAULT_MEMORY = 1 << 30  # bytes


class SquarePictures:
  """N pictures resized to squares, whatever their own ratio.

  Every file is decoded once at the beginning, with a progress bar on stderr, so that a damaged one
  is told before training and not within it. What fits into memory stays there, the others are
  decoded anew each time. Safe to read from several threads.

  Args:
    paths: of the files, at least one.
    side: height and width, pixels.
    desc: of the progress bar.
    memory: bytes of pictures to keep, at least 0.

  Attributes:
    paths, side: see above.

  Raises:
    UserError: a picture can't be read; see `image_files.read_image`.
  """

  def __init__(self, paths: Sequence[pathlib.Path], side: int, desc: str,
               memory: int = DEFAULT_MEMORY):
    self.paths, self.side = list(paths), side
    room = memory // (side * side * 3)
    self._kept: list[np.ndarray] = []
    for path in cli.progress(self.paths, desc=desc, unit="picture"):
      picture = square(path, side)
      if len(self._kept) < room:
        self._kept.append(picture)

  def __len__(self) -> int:
    return len(self.paths)

  def __getitem__(self, row: int) -> np.ndarray:
    """Picture number `row`: uint8 [side, side, 3], not to be written to."""
    return self._kept[row] if row < len(self._kept) else square(self.paths[row], self.side)


def square(path: pathlib.Path, side: int) -> np.ndarray:
  """All of a picture as a square, as `picture_steps.resized` makes it.

  Args:
    path: of the file.
    side: pixels.

  Returns:
    uint8 [side, side, 3]; gray ones have three equal channels.

  Raises:
    UserError: it can't be read.
  """
  return picture_steps.resized(image_files.read_image(path), side)
