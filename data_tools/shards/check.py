"""What is wrong with a data set of shards: files, checksums, records, sums, duplicates."""

import dataclasses
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import raster
from data_tools.shards import manifest as manifests
from data_tools.shards import placement, reader, schema, statistics
from data_tools.shards.manifest import Manifest
from data_tools.shards.statistics import Statistics
from data_tools.shards.writer import ShardFile
from data_tools.stroke_files import SPLITS

_REDRAWN = 8  # drawings of each shard whose picture is drawn again
_SETTINGS = {"train": "train_shards", "valid": "eval_shards", "test": "eval_shards"}


@dataclasses.dataclass(frozen=True)
class Report:
  """What was found.

  Attributes:
    manifest: of the data set.
    problems: sentences; none if it is sound.
    records: that were read.
  """

  manifest: Manifest
  problems: list[str]
  records: int

  def as_json(self) -> dict[str, Any]:
    """For stdout."""
    return {"ok": not self.problems, "problems": self.problems, "records": self.records,
            "shards": len(self.manifest.shards), "categories": len(self.manifest.categories),
            "scale_factor": self.manifest.scale_factor(), "longest": self.manifest.longest(),
            **{split: self.manifest.statistics(split).drawings for split in SPLITS}}


def inspect(folder: str | os.PathLike, records: bool = True,
            progress: Callable[[int], object] = lambda _: None) -> Report:
  """Looks at a data set.

  Args:
    folder: with manifest.json.
    records: also read every record, and draw the first pictures of each shard again.
    progress: called with 1 after each shard.

  Returns:
    The report; at most one problem about the records of each shard, the first.

  Raises:
    UserError: there is no manifest, or it is damaged.
  """
  folder = pathlib.Path(folder)
  manifest = manifests.read(folder)
  known = {shard.name for shard in manifest.shards} | {manifests.NAME}
  problems = [f"{path} is not listed in {manifests.NAME}; take it away."
              for path in sorted(folder.iterdir()) if path.name not in known]
  keys: set[int] = set()
  for shard in manifest.shards:
    fault = reader.file_fault(folder / shard.name, shard, digest=True)
    if fault is None and records:
      fault = _records_fault(folder / shard.name, shard, manifest, keys)
    problems += [fault] if fault else []
    progress(1)
  return Report(manifest, problems, len(keys))


def _records_fault(path: pathlib.Path, shard: ShardFile, manifest: Manifest, keys: set[int]
                   ) -> str | None:
  """What is wrong with the records of a shard, as a sentence, or None."""
  width = manifest.settings["png_width"]
  sums: dict[str, Statistics] = {}
  first, order, index = [], -1, 0
  try:
    for index, record in enumerate(_read(path, width)):
      place = _place(record.key_id, shard.split, manifest)
      _check_place(record, place, shard, order, keys, manifest)
      order = place.order
      keys.add(record.key_id)
      own = statistics.of_drawing(record.strokes)
      sums[record.category] = sums.get(record.category, Statistics()) + own
      first += [record] if index < _REDRAWN else []
  except (ValueError, tf.errors.OpError) as error:
    reason = (str(error).splitlines() or [""])[0].rstrip(".")
    return f"{path}, about record {index}: {reason}; build the data set again."
  if sums != shard.categories:
    return (f"{path} holds other drawings than {manifests.NAME} counts; build the data set "
            "again.")
  return _picture_fault(path, first, width)


def _read(path: pathlib.Path, width: int) -> Iterator[schema.Record]:
  for content in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
    yield schema.decode(content, width)


def _place(key_id: int, split: str, manifest: Manifest) -> placement.Place:
  """Where a drawing belongs by the manifest's settings."""
  settings = manifest.settings
  if settings["format"] != "npz":
    split = None
  fractions = {"valid": settings["valid_fraction"], "test": settings["test_fraction"]}
  return placement.place(key_id, _shards(manifest), fractions, split)


def _shards(manifest: Manifest) -> dict[str, int]:
  return {split: manifest.settings[name] for split, name in _SETTINGS.items()}


def _check_place(record: schema.Record, place: placement.Place, shard: ShardFile, order: int,
                 keys: set[int], manifest: Manifest) -> None:
  if record.key_id in keys:
    raise ValueError(f"the drawing {record.key_id} is there twice")
  if place.order < order:
    raise ValueError("the records are out of order")
  name = placement.shard_name(place.split, place.shard, _shards(manifest)[place.split])
  if name != shard.name:
    raise ValueError(f"the drawing {record.key_id} belongs to {name}")


def _picture_fault(path: pathlib.Path, records: list[schema.Record], width: int) -> str | None:
  """Whether pictures are those of their strokes."""
  drawn = raster.rasterize([record.strokes for record in records], width)
  for record, image in zip(records, drawn):
    if not np.array_equal(record.image, image):
      return (f"{path}: the picture of the drawing {record.key_id} is not that of its strokes; "
              "build the data set again.")
  return None
