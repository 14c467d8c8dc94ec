"""Stanford Cars: cars with boxes, official train and test splits, no valid.

  DIR/devkit/cars_train_annos.mat
  DIR/devkit/cars_test_annos.mat, or cars_test_annos_withlabels.mat in DIR or devkit
  DIR/cars_train/*.jpg, DIR/cars_test/*.jpg

A .mat file holds `annotations`, an array of structs with fname and bbox_x1, bbox_y1, bbox_x2,
bbox_y2: first and last column and row of the box, counted from 1.

Source: Krause, Stark, Deng and Fei-Fei, "3D Object Representations for Fine-Grained
Categorization", 3dRR-13, 2013.
"""

import os
import pathlib
from typing import Any

import numpy as np

from data_tools import matlab_file
from data_tools.errors import UserError
from data_tools.joint.crops import Box, Framing
from data_tools.joint.photo_source import PhotoSource, SourcePhoto, needed

KIND = "cars"
_ANNOTATIONS = {
    "train": ("devkit/cars_train_annos.mat", "cars_train_annos.mat"),
    "test": ("devkit/cars_test_annos_withlabels.mat", "cars_test_annos_withlabels.mat",
             "devkit/cars_test_annos.mat", "cars_test_annos.mat")}
_BOX = ("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2")


def find(data_dir: str | os.PathLike, margin: float = 0.1) -> PhotoSource:
  """The photos of Stanford Cars.

  Args:
    data_dir: DIR.
    margin: round the box at each side, as a share of its longer side.

  Returns:
    The source; a photo is called train_FILE or test_FILE: both splits number from 1.

  Raises:
    UserError: a .mat file is missing, damaged or of another shape, or a photo is missing.
  """
  data_dir, photos = pathlib.Path(data_dir), []
  for split, places in _ANNOTATIONS.items():
    path = needed(data_dir, *places)
    for annotation in _annotations(path):
      photos.append(_photo(data_dir, path, split, annotation))
  return PhotoSource(KIND, tuple(photos), Framing(margin=margin))


def _annotations(path: pathlib.Path) -> list[dict[str, Any]]:
  try:
    found = matlab_file.read(path, ["annotations"]).get("annotations")
  except (OSError, ValueError) as error:
    raise UserError(f"{path} can't be read ({error}); give the file as it comes.") from error
  found = [found] if isinstance(found, dict) else found
  if not isinstance(found, list) or not found or not all(
      isinstance(one, dict) and {*_BOX, "fname"} <= one.keys() for one in found):
    raise UserError(f"{path} holds no array `annotations` of structs with fname, "
                    f"{', '.join(_BOX)}; give the file as it comes.")
  return found


def _photo(data_dir: pathlib.Path, path: pathlib.Path, split: str, annotation: dict[str, Any]
           ) -> SourcePhoto:
  name = annotation["fname"]
  if not isinstance(name, str) or pathlib.PurePath(name).name != name:
    raise UserError(f"{path} has an annotation whose fname is {str(name)[:80]!r}, not the name of "
                    "a file; give the file as it comes.")
  photo = data_dir / f"cars_{split}" / name
  if not photo.is_file():
    raise UserError(f"{path} names {name}, but there is no photo {photo}; give the data set whole, "
                    "as it comes.")
  return SourcePhoto(f"{split}_{photo.stem}", split, photo, _box(path, annotation))


def _box(path: pathlib.Path, annotation: dict[str, Any]) -> Box:
  """The box on edges of pixels, counted from 0."""
  sides = [np.asarray(annotation[field]) for field in _BOX]
  if any(side.size != 1 or side.dtype.kind not in "uif" or not np.isfinite(side).all()
         for side in sides):
    raise UserError(f"The box of {annotation['fname']} in {path} is not made of four numbers; give "
                    "the file as it comes.")
  left, top, right, bottom = (float(side.item()) for side in sides)
  return left - 1, top - 1, right, bottom
