"""Joint pictures of a split for training: kept in memory as far as they fit, else read anew."""

import os
import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from data_tools.joint import joint_folder, layout

DEFAULT_MEMORY = 2 << 30  # bytes


class JointPictures:
  """N joint pictures, each of a photo in a style.

  Every file is decoded once at the beginning, with a progress bar on stderr, so that a damaged one
  is told before training and not within it. What fits into memory stays there, the others are
  decoded anew each time. Safe to read from several threads.

  Args:
    paths: N files, at least one.
    styles: N names, that of each picture.
    size: S, pixels.
    memory: bytes of pictures to keep, at least 0.

  Attributes:
    paths, styles, size: see above.

  Raises:
    UserError: a picture can't be read or has another size.
  """

  def __init__(self, paths: Sequence[pathlib.Path], styles: Sequence[str], size: int,
               memory: int = DEFAULT_MEMORY):
    if len(paths) != len(styles) or not paths:
      raise ValueError(f"{len(paths)} paths and {len(styles)} styles are no joint pictures")
    self.paths, self.styles, self.size = list(paths), list(styles), size
    room = min(memory // (size * 2 * size * 3), len(self.paths))
    self._kept = np.empty([room, size, 2 * size, 3], np.uint8)
    bar = cli.progress(self.paths, desc="Joint pictures", unit="picture")
    for row, path in enumerate(bar):
      picture = read(path, size)
      if row < room:
        self._kept[row] = picture

  def __len__(self) -> int:
    return len(self.paths)

  def read(self, rows: Sequence[int]) -> np.ndarray:
    """Pictures by number.

    Args:
      rows: n of them, 0..N-1.

    Returns:
      uint8 [n, S, 2 S, 3], a copy; sketch on the left, paper 255.

    Raises:
      UserError: a file that is not kept can't be read any more.
    """
    pictures = np.empty([len(rows), *self._kept.shape[1:]], np.uint8)
    for place, row in enumerate(rows):
      kept = 0 <= row < len(self._kept)
      pictures[place] = self._kept[row] if kept else read(self.paths[row], self.size)
    return pictures


def read(path: pathlib.Path, size: int | None = None) -> np.ndarray:
  """Reads a joint picture.

  Args:
    path: of the file.
    size: S that it has to have; None: any that is twice as wide as high.

  Returns:
    uint8 [S, 2 S, 3].

  Raises:
    UserError: it can't be read or has another size.
  """
  picture = image_files.read_image(path, "RGB")
  height, width = picture.shape[:2]
  if width != 2 * height or size not in (None, height):
    expected = f"{2 * size} x {size}" if size else "twice as wide as high"
    raise UserError(f"{path} has {width} x {height} pixels, but a joint picture, sketch beside "
                    f"photo, of {expected} was expected; make the folder again, or take it out.")
  return picture


def load(folder: str | os.PathLike, split: str, styles: Sequence[str] = (),
         size: int | None = None, memory: int = DEFAULT_MEMORY) -> JointPictures:
  """The joint pictures of a split.

  Args:
    folder: see `layout`.
    split: "train", "valid" or "test".
    styles: which, in this order; all that are there if empty.
    size: S that the pictures have to have; None: that of the first.
    memory: bytes of pictures to keep.

  Returns:
    Every name in every style, style by style, names sorted.

  Raises:
    UserError: there is no such folder, split or style, the split is empty, the making of the folder
      was not finished, or a picture can't be read, is no joint one, or has another size.
  """
  found = layout.pictures(folder, split)
  unknown = [style for style in styles if style not in found]
  if unknown:
    raise UserError(f"{pathlib.Path(folder) / split} has no sketches of the style {unknown[0]!r}; "
                    f"it has {', '.join(found)}.")
  if len(set(styles)) < len(styles):
    raise UserError(f"The styles {', '.join(styles)} were given; name each once.")
  styles = tuple(styles) or tuple(found)
  joint_folder.refuse_unfinished(folder, styles)
  chosen = [(path, style) for style in styles for path in found[style]]
  first = read(chosen[0][0], size)
  layout.refuse_unfit_size(len(first))
  paths, drawn_in = zip(*chosen)
  return JointPictures(paths, drawn_in, len(first), memory)
