"""The pictures that are completed: joint images, single sketches or photos, or built-in faces."""

import dataclasses
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.image_files import read_image
from data_tools.joint import builtin_joint, crops, halves, joint_dataset, layout
from evaluate import translate_plan
from evaluate.completion_task import PHOTO_TO_SKETCH, Task

BUILTIN = "the built-in faces"
_STYLE, _SPLIT = "xdog", "test"
_PAPER = 255


@dataclasses.dataclass(frozen=True)
class Inputs:
  """N pictures as joint images.

  Attributes:
    names: of the results, all different.
    joint: uint8 [N, S, 2 S, 3]; where there is no truth, what is not known is white.
    has_truth: bool [N], whether all of a joint image is true.
    words: where they come from.
    persons: who is on each, N names; None: not known.
  """

  names: tuple[str, ...]
  joint: np.ndarray
  has_truth: np.ndarray
  words: str
  persons: tuple[str, ...] | None = None

  def __len__(self) -> int:
    return len(self.names)


def load(task: Task, size: int, input_dir: str | os.PathLike | None = None,
         truth_dir: str | os.PathLike | None = None, styles: Sequence[str] = ()) -> Inputs:
  """Reads all pictures. Those of a folder are joint images if the first one by name is.

  Args:
    task: what is known.
    size: S of the model.
    input_dir: a folder or list; None: the test split of the built-in faces' joint images.
    truth_dir: the other halves of single pictures, by name; need not be complete.
    styles: that the model was trained on, to choose the built-in faces' from; empty: not known.

  Raises:
    UserError: there are no pictures, one can't be read or does not fit, or the truth belongs to
      none or is not needed.
  """
  if input_dir is None:
    _refuse_truth(truth_dir, "the built-in faces")
    return _builtin(size, styles)
  named = translate_plan.by_name(input_dir)
  first = read_image(next(iter(named.values())))
  if first.shape[1] == 2 * first.shape[0]:
    _refuse_truth(truth_dir, f"the joint images of {input_dir}")
    return Inputs(tuple(named), _joint_images(named.values(), size), np.ones(len(named), bool),
                  f"the joint images of {input_dir}")
  if task.direction is None:
    raise UserError(f"A --mask needs joint images, sketch beside photo, but the pictures of "
                    f"{input_dir} are not twice as wide as high; give joint images, or --direction "
                    "in place of --mask.")
  return _single_pictures(task, size, named, input_dir, truth_dir)


def _refuse_truth(truth_dir, what: str) -> None:
  if truth_dir is not None:
    raise UserError(f"--truth_dir={truth_dir} is given, but {what} hold the truth themselves; "
                    "leave it away.")


def _builtin(size: int, styles: Sequence[str]) -> Inputs:
  style = next(iter(styles), _STYLE) if _STYLE not in styles else _STYLE
  cli.say(f"Without --input_dir: taking {BUILTIN} (invented people, {_SPLIT} split, {style}).")
  layout.refuse_unfit_size(size)
  folder = builtin_joint.ensure((style,), size)
  pictures = joint_dataset.load(folder, _SPLIT, (style,), size)
  names = tuple(path.stem for path in pictures.paths)
  return Inputs(names, pictures.read(range(len(names))), np.ones(len(names), bool),
                f"{BUILTIN} ({_SPLIT} split, {style})",
                tuple(name.split("_")[0] for name in names))  # PERSON_PICTURE


def _joint_images(paths, size: int) -> np.ndarray:
  return np.stack([joint_dataset.read(path, size)
                   for path in cli.progress(paths, desc="Joint images", unit="picture")])


def _single_pictures(task: Task, size: int, named: dict[str, pathlib.Path], input_dir, truth_dir
                     ) -> Inputs:
  """Sketches or photos beside their truth, or beside white."""
  truths = translate_plan.by_name(truth_dir) if truth_dir is not None else {}
  if truths and not named.keys() & truths.keys():
    raise UserError(f"No picture of {truth_dir} has the name of one in {input_dir} (the ending "
                    "left out); give both the same names, or leave --truth_dir away.")
  sketches, photos = (truths, named) if task.direction == PHOTO_TO_SKETCH else (named, truths)
  joint = [halves.joined(_square(sketches.get(name), size, "L"),
                         _square(photos.get(name), size, "RGB"))
           for name in cli.progress(named, desc="Pictures", unit="picture")]
  return Inputs(tuple(named), np.stack(joint), np.array([name in truths for name in named]),
                f"the pictures of {input_dir}")


def _square(path: pathlib.Path | None, size: int, mode: str) -> np.ndarray:
  """The middle of a picture at the model's size, or white without one.

  Returns:
    uint8 [size, size] for "L", [size, size, 3] for "RGB".

  Raises:
    UserError: it can't be read, is smaller, or is a joint image.
  """
  if path is None:
    return np.full([size, size, 3][:3 if mode == "RGB" else 2], _PAPER, np.uint8)
  picture = read_image(path, mode)
  height, width = picture.shape[:2]
  if min(height, width) < size:
    raise UserError(f"photos too small: {path} has {width} x {height} pixels, but the model's "
                    f"sketches and photos have {size} x {size}; give larger pictures.")
  if (width, height) == (2 * size, size):
    raise UserError(f"{path} is a joint image, sketch beside photo, among single pictures; give "
                    "folders of one kind.")
  return crops.resized(crops.centred(picture), size)
