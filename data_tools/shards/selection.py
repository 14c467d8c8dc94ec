"""Which drawings of a data set of shards are used, and how many that are.

Of each category at most `num_per_category` in a split: of each shard its first ones, in proportion
to what it has, so that hosts which share the shards get nearly as many each. Of them those that are
not longer than `max_seq_len`.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.shards import schema
from data_tools.shards.manifest import Manifest
from data_tools.shards.writer import ShardFile

_CHUNK = 256  # records that are looked at together
_PARALLEL = 2
_LOOKED_AT = {name: schema.FEATURES[name] for name in ("category", "length")}


@dataclasses.dataclass(frozen=True)
class Selection:
  """The files of a split and what is used of them.

  Attributes:
    paths: S files.
    quotas: int64 [S, C], how many of each category are used of each file, its first ones.
    categories: C names, in the order of the labels.
    max_seq_len: T; longer drawings are not used.
    records: how many there are in all files.
    longest: points of the longest drawing of these categories.
  """

  paths: tuple[str, ...]
  quotas: np.ndarray
  categories: tuple[str, ...]
  max_seq_len: int
  records: int
  longest: int

  @property
  def everything(self) -> bool:
    """Whether all records of all files are used, so that none has to be looked at."""
    return self.longest <= self.max_seq_len and int(self.quotas.sum()) == self.records


def select(folder: pathlib.Path, manifest: Manifest, split: str, categories: Sequence[str],
           num_per_category: int, max_seq_len: int) -> Selection:
  """What is used of a split.

  Args:
    folder: of the data set.
    manifest: its own.
    split: one of SPLITS.
    categories: names that the data set has.
    num_per_category: at most this many of each category.
    max_seq_len: T, at least 1.
  """
  shards = [shard for shard in manifest.of_split(split) if set(shard.categories) & set(categories)]
  counts = np.array([[_drawings(shard, name) for name in categories] for shard in shards],
                    np.int64).reshape(-1, len(categories))
  quotas = _in_proportion(counts, num_per_category)
  return Selection(tuple(str(folder / shard.name) for shard in shards), quotas, tuple(categories),
                   max_seq_len, sum(shard.drawings for shard in shards),
                   manifest.statistics(split, categories).longest)


def _drawings(shard: ShardFile, category: str) -> int:
  return shard.categories[category].drawings if category in shard.categories else 0


def _in_proportion(counts: np.ndarray, most: int) -> np.ndarray:
  """Shares of counts [S, C] that add up to `most` of each category, or to all there are."""
  ends = np.cumsum(np.vstack([np.zeros_like(counts[:1]), counts]), axis=0)  # [S + 1, C]
  if not len(counts):
    return counts
  total = ends[-1]
  return np.diff(ends * np.minimum(total, most) // np.maximum(total, 1), axis=0)


def reader(selection: Selection) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
  """The function (path, quota int64 [C]) -> serialised records of a file that are used, in order.

  A record whose checksum is wrong raises DataLossError.
  """
  if selection.everything:
    return lambda path, quota: tf.data.TFRecordDataset(path)
  chunks = _chunks(selection)
  return lambda path, quota: chunks(path, quota).map(tf.boolean_mask).unbatch()


def _chunks(selection: Selection) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
  """The function (path, quota [C]) -> (records [b], whether each is used [b])."""
  count = len(selection.categories)
  labels = tf.lookup.StaticHashTable(
      tf.lookup.KeyValueTensorInitializer(list(selection.categories), tf.range(count)),
      default_value=-1)

  def chunks(path: tf.Tensor, quota: tf.Tensor) -> tf.data.Dataset:
    def step(seen: tf.Tensor, contents: tf.Tensor):
      parsed = tf.io.parse_example(contents, _LOOKED_AT)
      own = tf.one_hot(labels.lookup(parsed["category"]), count, dtype=tf.int64)  # zeros: unknown
      before = seen + tf.cumsum(own, exclusive=True)
      inside = tf.reduce_any((own > 0) & (before < quota), axis=1)
      used = inside & (parsed["length"] <= selection.max_seq_len)
      return seen + tf.reduce_sum(own, 0), (contents, used)

    return tf.data.TFRecordDataset(path).batch(_CHUNK).scan(tf.zeros([count], tf.int64), step)

  return chunks


def count(selection: Selection, split: str) -> np.ndarray:
  """How many drawings of each file are used: int64 [S].

  The manifest tells, unless some drawings are too long: then the files are read once to count.

  Args:
    selection: of S files.
    split: its name, for the progress bar.
  """
  if selection.longest <= selection.max_seq_len:
    return selection.quotas.sum(axis=1)
  chunks, counts = _chunks(selection), np.zeros(len(selection.paths), np.int64)
  files = tf.data.Dataset.from_tensor_slices((list(selection.paths), selection.quotas)).enumerate()
  found = files.interleave(lambda number, file: chunks(*file).map(
      lambda _, used: (number, tf.math.count_nonzero(used), tf.size(used))),
      cycle_length=_PARALLEL, num_parallel_calls=_PARALLEL)
  with cli.progress(total=selection.records, desc=f"Counting {split}", unit="drawing") as bar:
    for number, used, looked_at in found.as_numpy_iterator():
      counts[number] += used
      bar.update(int(looked_at))
  return counts
