"""Drawings out of shards with tf.data, for data sets that don't fit into memory.

TFRecord's own checksums guard every record as it is read. All decoding is done on whole batches,
in TensorFlow's graph.
"""

import dataclasses
import os
import pathlib
from collections.abc import Callable, Sequence

import tensorflow as tf

from data_tools import strokes
from data_tools.errors import UserError
from data_tools.shards import manifest as manifests
from data_tools.shards import record_frames, schema, stroke_bytes, writer
from data_tools.shards.manifest import Manifest
from data_tools.shards.writer import ShardFile
from data_tools.stroke_files import SPLITS

_CYCLE = 16  # shards that are open at a time
_BLOCK = 16  # records that are taken from one before the next
_PARALLEL = 2
VERIFY = ("none", "size", "sha256")


@dataclasses.dataclass(frozen=True)
class ReadOptions:
  """How a split is read.

  Attributes:
    batch_size: B.
    categories: which; their order gives the labels. None: all, in alphabetical order.
    max_length: T; longer drawings are left out. None: all fit.
    scale_factor: what dx and dy are divided by. None: `Manifest.scale_factor` of the categories.
    shuffle: records in the buffer that batches are drawn from; 0: the shards' own order.
    seed: of the shuffling, at least 0.
    repeat: endlessly, shuffled anew each time.
    drop_remainder: leave out the last batch if it is not whole.
    host, hosts: this host reads the shards host, host + hosts, ... of the split.
    verify: before reading, of the host's files: "size", "sha256" (reads them all), or "none".
  """

  batch_size: int
  categories: Sequence[str] | None = None
  max_length: int | None = None
  scale_factor: float | None = None
  shuffle: int = 0
  seed: int = 0
  repeat: bool = False
  drop_remainder: bool = False
  host: int = 0
  hosts: int = 1
  verify: str = "size"


def batches(folder: str | os.PathLike, split: str, options: ReadOptions) -> tf.data.Dataset:
  """Batches of one split.

  With the same options the batches are the same, also when shuffled.

  Args:
    folder: the data set, with manifest.json.
    split: one of SPLITS.
    options: see `ReadOptions`.

  Returns:
    Elements {"strokes": float32 [B, T, 3] = (dx, dy, pen lifted), dx and dy clipped at 1000 and
    divided by the scale factor, zeros behind the ends; "length": int32 [B]; "image": uint8
    [B, W, W], 0 ink, 255 paper; "label": int32 [B]; "key_id": int64 [B], the key id's 64 bits}.
    The last batch may be smaller. A record whose checksum is wrong raises DataLossError.

  Raises:
    UserError: the data set is not whole, lacks a category, or has fewer shards than hosts.
  """
  manifest = manifests.read(folder)
  _check(manifest, split, options, folder)
  names = manifest.categories if options.categories is None else tuple(options.categories)
  shards = manifest.of_split(split)[options.host::options.hosts]
  verify(folder, shards, options.verify)
  records = _records([str(pathlib.Path(folder) / shard.name) for shard in shards], options)
  decode = decoder(manifest, names, options.max_length or manifest.longest(names),
                   options.scale_factor or manifest.scale_factor(names))
  chunks = records.batch(options.batch_size).map(decode, num_parallel_calls=_PARALLEL,
                                                 deterministic=True)
  # Some drawings may have been left out of a batch, and the batches cut to size again.
  return (chunks.rebatch(options.batch_size, drop_remainder=options.drop_remainder)
          .prefetch(2).with_options(_sharded_already()))


def _check(manifest: Manifest, split: str, options: ReadOptions, folder: str | os.PathLike) -> None:
  if split not in SPLITS or options.verify not in VERIFY or options.batch_size < 1:
    raise ValueError(f"no such split, way to verify or batch size: {split}, {options.verify}, "
                     f"{options.batch_size}")
  if not 0 <= options.host < options.hosts:
    raise ValueError(f"host {options.host} of {options.hosts}")
  manifests.check_categories(manifest, options.categories or (), folder)
  count = len(manifest.of_split(split))
  if count < options.hosts:
    raise UserError(f"{folder} has {count} shards of {split} for {options.hosts} hosts, where each "
                    "needs at least one; build it with more shards.")


def verify(folder: str | os.PathLike, shards: Sequence[ShardFile], how: str = "sha256") -> None:
  """Compares files with the manifest.

  Args:
    folder: the data set.
    shards: which files.
    how: one of VERIFY.

  Raises:
    UserError: a file is missing, or is not the one that the manifest tells of.
  """
  for shard in shards if how != "none" else ():
    fault = file_fault(pathlib.Path(folder) / shard.name, shard, how == "sha256")
    if fault:
      raise UserError(fault)


def file_fault(path: pathlib.Path, shard: ShardFile, digest: bool) -> str | None:
  """What is wrong with a shard's file as a whole, as a sentence, or None."""
  again = "copy it again from where the data set was built"
  if not path.is_file():
    return f"{path}, which {manifests.NAME} lists, is missing; {again}."
  size = path.stat().st_size
  if size != shard.bytes:
    return f"{path} has {size} bytes where {manifests.NAME} tells of {shard.bytes}; {again}."
  if digest and writer.file_digest(path) != shard.sha256:
    return f"{path} has another sha256 than {manifests.NAME} tells of, so it was changed; {again}."
  if digest and not record_frames.fits(path):
    return f"{path} declares records that don't fit into it; build the data set again."
  return None


def _records(paths: list[str], options: ReadOptions) -> tf.data.Dataset:
  """Serialised records, interleaved out of the files."""
  files = tf.data.Dataset.from_tensor_slices(paths)
  if options.shuffle:
    files = files.shuffle(len(paths), seed=options.seed, reshuffle_each_iteration=True)
  cycle = min(_CYCLE, len(paths))
  records = files.interleave(
      tf.data.TFRecordDataset, cycle_length=cycle, block_length=_BLOCK,
      num_parallel_calls=min(_PARALLEL, cycle), deterministic=True)
  if options.shuffle:
    records = records.shuffle(options.shuffle, seed=options.seed, reshuffle_each_iteration=True)
  return records.repeat() if options.repeat else records


def decoder(manifest: Manifest, names: Sequence[str], longest: int, factor: float,
            pictures: bool = True) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
  """The function from serialised records [b] to the elements of `batches`.

  Args:
    manifest: of the data set.
    names: the categories that are wanted; their order gives the labels.
    longest: T; longer drawings are left out.
    factor: what dx and dy are divided by.
    pictures: False: none are unpacked, "image" is uint8 [b, 0, 0].
  """
  width = manifest.settings["png_width"]
  labels = tf.lookup.StaticHashTable(
      tf.lookup.KeyValueTensorInitializer(list(names), tf.range(len(names))), default_value=-1)

  def unpacked(images: tf.Tensor) -> tf.Tensor:
    pixels = tf.io.decode_raw(tf.io.decode_compressed(images, "ZLIB"), tf.uint8)
    return tf.reshape(pixels, [-1, width, width])

  def decode(contents: tf.Tensor) -> dict[str, tf.Tensor]:
    parsed = tf.io.parse_example(contents, schema.FEATURES)
    label = labels.lookup(parsed["category"])
    wanted = (label >= 0) & (parsed["length"] <= longest)
    parsed = {name: tf.boolean_mask(value, wanted) for name, value in parsed.items()}
    rows = stroke_bytes.unpack_batch(parsed["strokes"], parsed["length"], longest)
    rows = tf.cast(tf.clip_by_value(rows, -strokes.LIMIT, strokes.LIMIT), tf.float32)
    return {"strokes": rows / tf.constant([factor, factor, 1.0]),
            "length": tf.cast(parsed["length"], tf.int32),
            "image": unpacked(parsed["image"]) if pictures else tf.zeros(
                [tf.size(parsed["length"]), 0, 0], tf.uint8),
            "label": tf.boolean_mask(label, wanted), "key_id": parsed["key_id"]}

  return tf.autograph.experimental.do_not_convert(decode)  # there is nothing to convert


def _sharded_already() -> tf.data.Options:
  options = tf.data.Options()
  options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
  return options
