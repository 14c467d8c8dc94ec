"""Photos and sketches, decoded: kept in memory as far as that is allowed to grow."""

import pathlib

import numpy as np

from data_tools import cli, image_files
from data_tools.sketch_sets.paired_folders import SketchSets

DEFAULT_MEMORY = 1 << 30  # bytes


class Pictures:
  """N photos with K sketches each, at their own sizes.

  Every file is decoded once at the beginning, with a progress bar on stderr, so that a damaged one
  is told before training and not within it. What then fits into memory stays there, photo by photo
  with its sketches; the others are decoded anew each time. Safe to read from several threads.

  Args:
    files: which they are.
    memory: bytes of decoded pictures to keep, at least 0.

  Attributes:
    files: see above.

  Raises:
    UserError: a picture can't be read; see `image_files.read_image`.
  """

  def __init__(self, files: SketchSets, memory: int = DEFAULT_MEMORY):
    self.files = files
    self._kept: dict[tuple[pathlib.Path, str], np.ndarray] = {}
    left, kinds = memory, ("RGB", *["L"] * len(files.sketches))
    for paths in cli.progress(zip(files.photos, *files.sketches), total=len(files),
                              desc="Reading photos and sketches", unit="photo"):
      for path, mode in zip(paths, kinds):
        image = image_files.read_image(path, mode)
        left -= image.nbytes
        if left >= 0:
          image.setflags(write=False)
          self._kept[path, mode] = image

  def __len__(self) -> int:
    return len(self.files)

  @property
  def sets(self) -> int:
    """How many sketches each photo has: K."""
    return len(self.files.sketches)

  @property
  def bytes_kept(self) -> int:
    """Of memory that the pictures take."""
    return sum(image.nbytes for image in self._kept.values())

  def photo(self, row: int) -> np.ndarray:
    """A photo: uint8 [H, W, 3], 0..255; not to be written to."""
    return self._picture(self.files.photos[row], "RGB")

  def sketch(self, which: int, row: int) -> np.ndarray:
    """The photo's sketch of a set: uint8 [H, W], 0..255, paper white; not to be written to.

    Args:
      which: set, 0..K-1, or -1 for the last one.
      row: of the photo.
    """
    return self._picture(self.files.sketches[which][row], "L")

  def _picture(self, path: pathlib.Path, mode) -> np.ndarray:
    kept = self._kept.get((path, mode))
    return image_files.read_image(path, mode) if kept is None else kept
