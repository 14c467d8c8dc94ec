"""The sources of photos by name."""

import os
from typing import Any

from data_tools.errors import UserError
from data_tools.joint import (builtin_source, celeba_source, cub_source, cars_source,
                              folder_source)
from data_tools.joint.photo_source import PhotoSource

_FIND = {source.KIND: source.find for source in (celeba_source, cub_source, cars_source,
                                                 folder_source, builtin_source)}
KINDS = tuple(_FIND)
_OPTIONS = {"celeba": {"crop"}, "cub": {"margin"}, "cars": {"margin"},
            "folder": {"crop", "holdout"}, "builtin": set()}


def find(kind: str, data_dir: str | os.PathLike | None, **options: Any) -> PhotoSource:
  """The photos of a source.

  Args:
    kind: one of KINDS.
    data_dir: of the data set; None: only for the built-in faces.
    **options: "crop", "margin", "holdout"; None: the source's own default.

  Raises:
    UserError: a source without a folder, an option that the source does not have or that is out of
      its range, or what the source itself raises.
  """
  given = {name: value for name, value in options.items() if value is not None}
  strange = sorted(given.keys() - _OPTIONS[kind])
  if strange:
    has = " and ".join(f"--{name}" for name in sorted(_OPTIONS[kind])) or "no such options"
    raise UserError(f"--{strange[0]} was given, but the source {kind} has {has}; leave it out.")
  if data_dir is None:
    if kind != builtin_source.KIND:
      raise UserError(f"--source={kind} needs --data_dir; give the folder of the data set.")
    return builtin_source.find()
  if not os.path.exists(data_dir):
    raise UserError(f"There is no folder {data_dir}; give the folder of the data set with "
                    "--data_dir.")
  return _FIND[kind](data_dir, **given)
