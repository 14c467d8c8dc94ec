"""A shard: a TFRecord file of one split's drawings, in an order that depends on them alone."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Iterable
from typing import NamedTuple

import tensorflow as tf

from data_tools import files
from data_tools.errors import UserError
from data_tools.shards import schema, statistics
from data_tools.shards.statistics import Statistics


class Entry(NamedTuple):
  """A drawing on its way to its shard.

  Attributes:
    order: see `placement.Place`.
    key_id: 0 <= key_id < 2**64.
    category: its name.
    content: the serialised Example.
    statistics: of its strokes, as a plain tuple.
  """

  order: int
  key_id: int
  category: str
  content: bytes
  statistics: tuple[int, ...]


class ShardFile(NamedTuple):
  """A shard as it was written.

  Attributes:
    name: of the file, without its folder.
    split: one of SPLITS.
    drawings: records.
    bytes: length of the file.
    sha256: of the file, hexadecimal.
    categories: category -> Statistics.
  """

  name: str
  split: str
  drawings: int
  bytes: int
  sha256: str
  categories: dict[str, Statistics]


def entry(record: schema.Record, order: int) -> Entry:
  """A record made ready."""
  own = dataclasses.astuple(statistics.of_drawing(record.strokes))
  return Entry(order, record.key_id, record.category, schema.encode(record), own)


def write(path: pathlib.Path, split: str, entries: Iterable[Entry]) -> ShardFile:
  """Writes a shard, whole or not at all.

  Args:
    path: the file.
    split: one of SPLITS.
    entries: at least one, in any order.

  Raises:
    UserError: a key id is there twice, or the file can't be written.
  """
  ordered = sorted(entries, key=lambda one: (one.order, one.key_id))
  for one, following in zip(ordered, ordered[1:]):
    if one.key_id == following.key_id:
      raise UserError(f"The drawing {one.key_id} is there twice (in {one.category!r} and "
                      f"{following.category!r}); give each file of drawings once.")
  with files.atomic_path(path) as scratch:
    _write_records(scratch, ordered)
    digest, size = file_digest(scratch), scratch.stat().st_size
  categories: dict[str, Statistics] = {}
  for one in ordered:
    before = categories.get(one.category, Statistics())
    categories[one.category] = before + Statistics(*one.statistics)
  return ShardFile(path.name, split, len(ordered), size, digest, categories)


def _write_records(path: pathlib.Path, entries: Iterable[Entry]) -> None:
  try:
    with tf.io.TFRecordWriter(str(path)) as file:
      for one in entries:
        file.write(one.content)
  except tf.errors.OpError as error:
    raise UserError(f"{path.name} can't be written ({error.message.splitlines()[0]}); give a "
                    "folder that you may write to, on a disk with room.") from error


def file_digest(path: pathlib.Path) -> str:
  """The sha256 of a file, hexadecimal."""
  with open(path, "rb") as file:
    return hashlib.file_digest(file, "sha256").hexdigest()
