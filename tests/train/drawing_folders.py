"""Folders of a few built-in drawings that the tests of training share."""

import pathlib

from data_tools import builtin_drawings, stroke_files


def write(folder: pathlib.Path, train: int = 16) -> pathlib.Path:
  """Writes bee.npz and bus.npz, with so many drawings in train, 5 in valid and 4 in test each."""
  for category in ("bee", "bus"):
    splits = {split: builtin_drawings.draw(category, range(count), split=split)[0]
              for split, count in (("train", train), ("valid", 5), ("test", 4))}
    stroke_files.write_drawings(folder / f"{category}.npz", splits)
  return folder
