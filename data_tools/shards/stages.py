"""What each stage of the pipeline does to its elements: plain functions, the same with any runner.

Elements between the stages are made of plain types and arrays, so that they can go from one
process to another.
"""

import dataclasses
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from data_tools import raster
from data_tools.quickdraw.drawing import BadRecord
from data_tools.quickdraw.simplify import simplify
from data_tools.quickdraw.to_stroke3 import to_stroke3
from data_tools.shards import manifest, placement, schema, sources, writer
from data_tools.shards.manifest import Manifest
from data_tools.shards.sources import Chunk, Found, Source
from data_tools.shards.writer import ShardFile
from data_tools.stroke_files import SPLITS

_LEFT_OUT = "left out"  # stands for the split in the key of a count
Key = tuple[str, int | str]  # (split, shard), or (_LEFT_OUT, reason)


@dataclasses.dataclass(frozen=True)
class Settings:
  """What a data set depends on besides its inputs.

  Attributes:
    format: of the inputs, one of sources.FORMATS.
    png_width: W, width of the pictures in pixels.
    train_shards, eval_shards: files of train, and of each of valid and test; of them, those that
      get no drawing are not written.
    valid_fraction, test_fraction: of the drawings, where the inputs have no splits of their own.
    skip_broken: leave out broken records.
    recognized_only: leave out drawings that the game did not recognise.
  """

  format: str = "npz"
  png_width: int = 48
  train_shards: int = 16
  eval_shards: int = 2
  valid_fraction: float = 1 / 30
  test_fraction: float = 1 / 30
  skip_broken: bool = False
  recognized_only: bool = False

  def shards(self) -> dict[str, int]:
    """Split -> number of shards."""
    return {split: self.train_shards if split == "train" else self.eval_shards for split in SPLITS}


def read(source: Source, settings: Settings) -> Iterator[Chunk]:
  """A file's drawings, some hundreds at a time."""
  return sources.chunks(source, settings.skip_broken, settings.recognized_only)


def make_entries(chunk: Chunk, settings: Settings, renderer: str
                 ) -> Iterator[tuple[Key, writer.Entry | int]]:
  """Simplifies, rasterises and encodes drawings.

  Yields:
    ((split, shard), entry) for each drawing, and (("left out", reason), number) for those that
    are left out.

  Raises:
    UserError: a raw drawing can't be simplified and is not to be skipped.
  """
  left_out, kept, rows = dict(chunk.left_out), [], []
  for found in chunk.drawings:
    try:
      rows.append(stroke3(found, chunk.format))
      kept.append(found)
    except BadRecord as error:
      if not settings.skip_broken:
        raise sources.refused(found, error) from error
      left_out["broken"] = left_out.get("broken", 0) + 1
  images = raster.rasterize(rows, settings.png_width, renderer)
  for found, strokes, image in zip(kept, rows, images):
    where = placement.place(found.key_id, settings.shards(), {
        "valid": settings.valid_fraction, "test": settings.test_fraction}, found.split)
    record = schema.Record(found.key_id, found.category, strokes, image)
    yield (where.split, where.shard), writer.entry(record, where.order)
  for reason, number in left_out.items():
    yield (_LEFT_OUT, reason), number


def stroke3(found: Found, form: str) -> np.ndarray:
  """The rows of a drawing of some format, int16 [n, 3].

  Raises:
    BadRecord: a raw drawing can't be simplified.
  """
  if form == "npz":
    return found.strokes[0]
  return to_stroke3(simplify(found.strokes) if form == "raw" else found.strokes)


def write_group(group: tuple[Key, Iterable[Any]], folder: str, settings: Settings
                ) -> ShardFile | tuple[str, int]:
  """Writes the drawings of a shard to its file, or adds up a count.

  Returns:
    The shard, or (reason, number of drawings left out).

  Raises:
    UserError: a drawing is there twice, or the file can't be written.
  """
  (split, shard), values = group
  if split == _LEFT_OUT:
    return str(shard), sum(values)
  name = placement.shard_name(split, int(shard), settings.shards()[split])
  return writer.write(pathlib.Path(folder) / name, split, values)


def write_manifest(parts: list[ShardFile | tuple[str, int]], folder: str, settings: Settings,
                   inputs: list[dict[str, Any]]) -> None:
  """Writes manifest.json; the order of the parts does not matter."""
  shards = sorted(part for part in parts if isinstance(part, ShardFile))
  left_out = dict(part for part in parts if not isinstance(part, ShardFile))
  manifest.write(pathlib.Path(folder),
                 Manifest(dataclasses.asdict(settings), inputs, left_out, tuple(shards)))
