"""manifest.json: what is in a data set of shards. It is written last, so with it the set is whole.

Its fields are described in docs/shards.md.
"""

import dataclasses
import json
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

from data_tools import category_names, files
from data_tools.errors import UserError
from data_tools.shards import placement, schema, statistics
from data_tools.shards.statistics import Statistics
from data_tools.shards.writer import ShardFile
from data_tools.stroke_files import SPLITS

NAME = "manifest.json"
_FORMAT = "sketch_zoo drawings"
_LARGEST = 64 * 2**20  # bytes; 345 categories in 10,000 shards take less


@dataclasses.dataclass(frozen=True)
class Manifest:
  """A data set of shards.

  Attributes:
    settings: what the set was built with: png_width and the rest, numbers and text by name.
    inputs: the files that it was built from, each {"name", "bytes"}.
    left_out: reason -> number of drawings.
    shards: the files, sorted by name.
  """

  settings: dict[str, Any]
  inputs: list[dict[str, Any]]
  left_out: dict[str, int]
  shards: tuple[ShardFile, ...]

  @property
  def categories(self) -> tuple[str, ...]:
    """Names of all categories, in alphabetical order."""
    return tuple(sorted({name for shard in self.shards for name in shard.categories}))

  def of_split(self, split: str) -> list[ShardFile]:
    """The shards of a split, in order."""
    return [shard for shard in self.shards if shard.split == split]

  def statistics(self, split: str, categories: Sequence[str] | None = None) -> Statistics:
    """Sums over a split; None: over all categories."""
    return statistics.add(
        part for shard in self.of_split(split) for name, part in shard.categories.items()
        if categories is None or name in categories)

  def scale_factor(self, categories: Sequence[str] | None = None) -> float:
    """What to divide dx and dy by: `strokes.scale_factor` of the training split."""
    return self.statistics("train", categories).scale_factor()

  def longest(self, categories: Sequence[str] | None = None) -> int:
    """Points of the longest drawing of any split."""
    return max(self.statistics(split, categories).longest for split in SPLITS)


def write(folder: pathlib.Path, manifest: Manifest) -> None:
  """Writes manifest.json, whole or not at all; the same data set gives the same bytes."""
  counts = {split: {name: dataclasses.asdict(manifest.statistics(split, [name]))
                    for name in manifest.categories} for split in SPLITS}
  content = {
      "format": _FORMAT, "version": schema.VERSION, "settings": manifest.settings,
      "inputs": manifest.inputs, "left_out": manifest.left_out, "splits": counts,
      "longest": manifest.longest(), "scale_factor": manifest.scale_factor(),
      "shards": [_shard_json(shard) for shard in manifest.shards]}
  with files.atomic_path(folder / NAME) as scratch:
    scratch.write_text(json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n",
                       encoding="utf-8")


def _shard_json(shard: ShardFile) -> dict[str, Any]:
  categories = {name: dataclasses.astuple(part) for name, part in sorted(shard.categories.items())}
  return {**shard._asdict(), "categories": categories}


def read(folder: str | os.PathLike) -> Manifest:
  """Reads the manifest of a data set; the shards are not looked at.

  Raises:
    UserError: there is none, or it is damaged or of another version.
  """
  path = pathlib.Path(folder) / NAME
  if not path.is_file():
    raise UserError(f"{folder} has no {NAME}, so it is no whole data set of shards; build one with "
                    "data_tools/build_dataset.py.")
  try:
    if path.stat().st_size > _LARGEST:
      raise ValueError(f"it is larger than {_LARGEST // 2**20} MB")
    content = json.loads(path.read_bytes())
    _check_version(content, path)
    shards = tuple(_shard(item) for item in content["shards"])
    manifest = Manifest(content["settings"], content["inputs"], content["left_out"], shards)
    _check(content, manifest)
  except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError,
          RecursionError) as error:
    reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    raise UserError(f"{path} is damaged ({(reason.splitlines() or [''])[0].rstrip('.')}); build "
                    "the data set again with --overwrite.") from error
  return manifest


def _check_version(content: dict[str, Any], path: pathlib.Path) -> None:
  if content["format"] == _FORMAT and content["version"] == schema.VERSION:
    return
  raise UserError(f"{path} is of format {content['format']!r}, version {content['version']!r}, "
                  f"where {_FORMAT!r}, version {schema.VERSION}, is expected; build the data set "
                  "again with --overwrite.")


def _shard(item: dict[str, Any]) -> ShardFile:
  if not placement.is_shard_name(item["name"]) or not item["name"].startswith(item["split"] + "-"):
    raise ValueError(f"it lists a file {item['name']!r}, which is no shard's name")
  categories = {name: _statistics(part) for name, part in item["categories"].items()}
  shard = ShardFile(item["name"], item["split"], item["drawings"], item["bytes"], item["sha256"],
                    categories)
  if shard.drawings != statistics.add(categories.values()).drawings:
    raise ValueError(f"the drawings of {shard.name} don't add up")
  if type(shard.bytes) is not int or not isinstance(shard.sha256, str):
    raise ValueError(f"the bytes or sha256 of {shard.name} are of the wrong type")
  # Readers make room for the longest drawing, and a point takes two bytes at least.
  if any(2 * part.longest > shard.bytes for part in categories.values()):
    raise ValueError(f"a drawing is longer than {shard.name} has room for")
  return shard


def _statistics(numbers: list[int]) -> Statistics:
  if len(numbers) != 5 or any(type(number) is not int for number in numbers):
    raise ValueError(f"{numbers!r} are no statistics")
  if any(number < 0 for number in (*numbers[:3], numbers[4])):
    raise ValueError(f"{numbers!r} count less than nothing")
  return Statistics(*numbers)


def _check(content: dict[str, Any], manifest: Manifest) -> None:
  """What is told twice is equal."""
  if not all(isinstance(part, dict) for part in (manifest.settings, manifest.left_out)):
    raise ValueError("settings or left_out is no object")
  for name, most in (("png_width", 8192), ("train_shards", 99999), ("eval_shards", 99999)):
    value = manifest.settings[name]
    if type(value) is not int or not 0 < value <= most:
      raise ValueError(f"{name} is {value!r}")
  for name in ("valid_fraction", "test_fraction"):
    value = manifest.settings[name]
    if type(value) not in (int, float) or not 0 <= value <= 1:
      raise ValueError(f"{name} is {value!r}")
  if not isinstance(manifest.settings["format"], str):
    raise ValueError(f"format is {manifest.settings['format']!r}")
  if content["longest"] != manifest.longest() or content["scale_factor"] != manifest.scale_factor():
    raise ValueError("longest or scale_factor is not what the shards add up to")


def check_categories(manifest: Manifest, categories: Iterable[str], folder: str | os.PathLike
                     ) -> None:
  """Refuses categories that the data set does not have."""
  for name in categories:
    category_names.check_known(name, manifest.categories, f"in {folder}")
