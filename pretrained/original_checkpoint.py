"""Reading checkpoints that TensorFlow 1's Saver wrote (the V2 format: .index and .data files)."""

import glob
import math
import os
import pathlib
import re
from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError

_NAMED = re.compile(r'^model_checkpoint_path:\s*"(.*)"', re.MULTILINE)
_SHOWN = 4  # names in an error sentence before "and N more"


class OriginalCheckpoint:
  """The variables of one checkpoint.

  Args:
    source: a folder that holds NAME.index, NAME.data-* and, if training wrote it, the text file
      `checkpoint`; or the path FOLDER/NAME.

  Attributes:
    prefix: the files' common path.
    shapes: variable name (without ":0") -> shape.

  Raises:
    UserError: there is no checkpoint, or it can't be read.
  """

  def __init__(self, source: str | os.PathLike):
    self.prefix = find_prefix(pathlib.Path(source))
    self._reader = self._guarded(lambda: tf.train.load_checkpoint(str(self.prefix)))
    self.shapes = {name: tuple(shape) for name, shape in
                   self._reader.get_variable_to_shape_map().items()}
    self._check_size()

  def read(self, name: str) -> np.ndarray:
    """The values of one variable."""
    return np.asarray(self._guarded(lambda: self._reader.get_tensor(name)))  # a text is no array

  def read_finite(self, name: str) -> np.ndarray:
    """The values of a variable that a model takes over.

    Raises:
      UserError: they are no real numbers, or some are NaN or infinite.
    """
    values = self.read(name)
    if not np.issubdtype(values.dtype, np.floating):
      raise UserError(f"Variable {name} of {self.prefix} holds {values.dtype} values, but it must "
                      "hold real numbers; give a checkpoint that the original's training wrote.")
    if not np.isfinite(values).all():
      raise UserError(f"Variable {name} of {self.prefix} holds NaN or infinite values, so that "
                      "training had failed; give an earlier checkpoint.")
    return values

  def check(self, expected: dict[str, tuple[int, ...]], is_known: Callable[[str], bool],
            fitting: str, advice: str) -> None:
    """Compares names and shapes with what a model needs.

    Args:
      expected: variable name -> shape.
      is_known: whether a variable that is not expected may be there.
      fitting: what they have to fit, for the sentence.
      advice: what to do if they don't, for the sentence.

    Raises:
      UserError: naming what is missing, unknown and misshapen.
    """
    missing = sorted(set(expected) - set(self.shapes))
    unknown = sorted(name for name in set(self.shapes) - set(expected) if not is_known(name))
    misshapen = [f"{name} {list(self.shapes[name])} instead of {list(shape)}"
                 for name, shape in sorted(expected.items())
                 if self.shapes.get(name, shape) != shape]
    problems = [f"{label} {_some(names)}" for label, names in (
        ("missing:", missing), ("unknown:", unknown), ("misshapen:", misshapen)) if names]
    if problems:
      raise UserError(f"The variables of {self.prefix} do not fit {fitting} "
                      f"({'; '.join(problems)}); {advice}.")

  def _check_size(self):
    """Compares the shapes with the files' size: a model is built of shapes, before any is read."""
    kinds = self._reader.get_variable_to_dtype_map()
    needed = sum(kinds[name].size * math.prod(shape) for name, shape in self.shapes.items()
                 if kinds[name] != tf.string)
    there = sum(shard.stat().st_size for shard in
                self.prefix.parent.glob(f"{glob.escape(self.prefix.name)}.data-*"))
    if there < needed:
      raise UserError(f"The checkpoint {self.prefix} can't be read (its .data files hold {there} "
                      f"bytes of the {needed} that its .index names); copy all of it again.")

  def _guarded(self, read):
    try:
      return read()
    # The reader's own translation of errors makes an IndexError of a file that ends too early.
    except (tf.errors.OpError, ValueError, RuntimeError, IndexError) as error:
      reason = str(error).strip().split("\n")[0]
      raise UserError(f"The checkpoint {self.prefix} can't be read ({reason}); expected the .index "
                      "and .data files of TensorFlow's V2 format, whole and side by side."
                      ) from error


def find_prefix(source: pathlib.Path) -> pathlib.Path:
  """The checkpoint in a folder that its `checkpoint` file names, wherever that was written.

  That file holds the absolute path of another machine; only the last part counts. Without it,
  the checkpoint with the highest number is taken.

  Args:
    source: the folder, or the path of one checkpoint with or without .index.

  Raises:
    UserError: there is none.
  """
  folder = source
  if not folder.is_dir():
    prefix = source.with_name(source.name.removesuffix(".index"))
    if prefix.with_name(f"{prefix.name}.index").is_file():
      return prefix
    raise UserError(f"{source} is not a folder, nor is there a {prefix.name}.index; give the "
                    "folder that holds the checkpoint.")
  listing = folder / "checkpoint"
  if listing.is_file():
    named = _NAMED.search(listing.read_text(errors="replace"))
    if named:
      prefix = folder / re.split(r"[/\\]", named[1])[-1]
      if prefix.with_name(f"{prefix.name}.index").is_file():
        return prefix
  found = sorted(folder.glob("*.index"), key=_number)
  if not found:
    raise UserError(f"{folder} holds no checkpoint: expected NAME.index and "
                    "NAME.data-00000-of-00001 as TensorFlow 1's Saver writes them.")
  return found[-1].with_suffix("")


def _number(path: pathlib.Path) -> tuple[int, str]:
  digits = re.search(r"-(\d+)\.index$", path.name)
  return (int(digits[1]) if digits else -1, path.name)


def _some(names: Iterable[str]) -> str:
  names = list(names)
  more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
  return ", ".join(names[:_SHOWN]) + more
