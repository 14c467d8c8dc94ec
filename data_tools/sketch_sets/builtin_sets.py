"""Three sketch sets of the built-in faces, to try the model without data: a demonstration.

The first set are the pencil sketches that come with the faces. The two others are made of them by
rule, where the original has three drawing networks: one with the weak lines gone and the rest
lighter, one of black lines on white, such as the original's sketches are. They show the same lines,
so they differ less than sketches of several hands, and figures on them mean nothing beside others.
"""

import os
import pathlib

import numpy as np
from PIL import Image
from scipy import ndimage

from data_tools import cli, files, image_files
from data_tools.builtin_faces import read_list
from data_tools.faces import face_source
from data_tools.sketch_sets.paired_folders import SketchSets

VERSION = 1  # raise it when the same faces give other sketches
SETS = ("pencil", "light", "lines")
_WEAK = 35  # graphite that the light set leaves away, of 255
_STRENGTH = 0.75  # of what it keeps
_FINE, _COARSE = 0.7, 2.5  # pixels: a line is darker at the one scale than at the other
_LINE = 10  # by so much, of 255


def find(split: str, data_dir: str | os.PathLike | None = None) -> SketchSets:
  """Photos of built-in faces with their sketches of `SETS`, made where they are missing.

  Args:
    split: "train", "valid" or "test"; no person belongs to two.
    data_dir: faces that data_tools/make_faces.py made; default: those of the cache folder.

  Returns:
    At least one photo; three sets, of which the first is the faces' own folder of sketches and the
    others are kept in the cache folder.

  Raises:
    UserError: the faces can't be made or found; see `face_source.find`.
  """
  pairs = face_source.find(split, data_dir).pairs
  faces = pairs[0].photo.parents[1]
  folders = [faces / "sketches", *_derived(faces)]
  return SketchSets(tuple(pair.photo for pair in pairs),
                    tuple(tuple(folder / pair.sketch.name for pair in pairs)
                          for folder in folders))


def light(sketch: np.ndarray) -> np.ndarray:
  """Fewer and lighter lines: max(0, paper - v - 35) * 0.75 is taken from white.

  Args:
    sketch: uint8 [H, W], paper light; its paper is its 98th percentile.
  """
  ink = np.percentile(sketch, 98) - sketch.astype(np.float64)
  return np.rint(255 - np.clip((ink - _WEAK) * _STRENGTH, 0, 255)).astype(np.uint8)


def lines(sketch: np.ndarray) -> np.ndarray:
  """Black lines on white: where a sketch, uint8 [H, W], is darker than around."""
  drawn = sketch.astype(np.float64)
  darker = ndimage.gaussian_filter(drawn, _COARSE) - ndimage.gaussian_filter(drawn, _FINE)
  return np.where(darker > _LINE, 0, 255).astype(np.uint8)


def _derived(faces: pathlib.Path) -> list[pathlib.Path]:
  """The folders of the second and the third set, made of all the sketches in a folder of faces."""
  settings = read_list(faces)["settings"]
  name = "-".join(f"{key}{settings[key]}" for key in sorted(settings))
  folder = files.cache_dir() / "builtin_sketch_sets" / f"v{VERSION}-{name}"
  if not folder.is_dir():
    sketches = image_files.list_images(faces / "sketches")
    with files.whole_folder(folder) as scratch:
      for made in SETS[1:]:
        (scratch / made).mkdir()
      for path in cli.progress(sketches, desc="Built-in sketch sets", unit="sketch"):
        sketch = image_files.read_image(path, "L")
        for made, rule in zip(SETS[1:], (light, lines)):
          Image.fromarray(rule(sketch)).save(scratch / made / path.name)
  return [folder / made for made in SETS[1:]]
