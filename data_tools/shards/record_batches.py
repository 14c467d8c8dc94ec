"""Batches of drawings out of shards: shuffled passes for training, or once in order.

Pass p is a pure function of (seed, p), and with it each of its batches: the files are put in an
order drawn from (seed, p), read some at a time, and their records go through a buffer that is
shuffled by (seed, p). Records lie in their files in the order of a hash, so that already a file is
a random sample; memory does not depend on how many drawings there are.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.drawing_batch import DrawingBatch
from data_tools.errors import UserError
from data_tools.shards import reader, selection
from data_tools.shards.shard_split import ShardSplit

BUFFER = 20000  # records, about 1 kB each, that a batch is drawn from
_CYCLE = 16  # files that are open at a time
_BLOCK = 16  # records that are taken from one before the next
_PARALLEL = 2
_MEMORY_BATCH = 256
_DAMAGE = re.compile(r"(?:corrupted|truncated) record at \d+|expected to contain \d+ elements")


Finish = Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]]


def steps_in_pass(split: ShardSplit, batch_size: int) -> int:
  """Whole batches in one pass: as many as the host has that has the fewest drawings.

  Raises:
    UserError: fewer drawings than one batch.
  """
  share, rows = split.smallest_share(), max(1, batch_size // split.hosts)
  if split.hosts > 1 and share < rows:
    raise UserError(f"One of the {split.hosts} hosts has {share} training drawings in its shards "
                    f"of {split.folder}, fewer than the {rows} that are its part of "
                    f"batch_size={batch_size}; lower batch_size, give more drawings, or start "
                    "fewer hosts.")
  return indexed_batches.steps_in_pass(share, rows)


def training(split: ShardSplit, batch_size: int, seed: int, first_pass: int,
             batch: Callable[[DrawingBatch, np.random.Generator], tuple[np.ndarray, ...]],
             specs: Mapping[str, tf.TensorSpec], finish: Finish = lambda element: element
             ) -> tf.data.Dataset:
  """Endless batches out of this host's files, pass after pass.

  Args:
    split: of which the files host, host + hosts, ... are read.
    batch_size: B of the global batch; a host makes B / hosts rows of it.
    seed: at least 0.
    first_pass: pass to begin with.
    batch: makes the arrays of a batch out of drawings, with the batch's own random numbers.
    specs: name -> shape and dtype of each array, of B rows.
    finish: see `indexed_batches.mapped`.

  Returns:
    Elements name -> tensor of B rows, in which the host's own are repeated for each host, as
    each takes a part of its own.

  Raises:
    UserError: see `steps_in_pass`.
  """
  steps, rows = steps_in_pass(split, batch_size), batch_size // split.hosts

  def made(pass_index: np.ndarray, number: np.ndarray, *drawings) -> tuple[np.ndarray, ...]:
    random = indexed_batches.generator(seed, int(pass_index), int(number), *_host_key(split))
    return batch(DrawingBatch(*drawings), random)

  def repeated(element: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    element = finish(element)
    return element if split.hosts == 1 else {
        name: tf.concat([value] * split.hosts, axis=0) for name, value in element.items()}

  own = {name: tf.TensorSpec([rows, *spec.shape[1:]], spec.dtype) for name, spec in specs.items()}
  passes = tf.data.Dataset.counter(first_pass, dtype=tf.int64)
  records, decode = passes.flat_map(_pass(split, rows, steps, seed)), _decoder(split)
  drawings = records.map(lambda pass_index, number, contents: (
      pass_index, number, *decode(contents)), num_parallel_calls=_PARALLEL, deterministic=True)
  endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
  return indexed_batches.mapped(drawings, made, own, repeated).apply(endless)


def _pass(split: ShardSplit, rows: int, steps: int, seed: int
          ) -> Callable[[tf.Tensor], tf.data.Dataset]:
  """The function pass -> (pass, number of a batch, records [rows])."""
  own = slice(split.host, None, split.hosts)
  paths, quotas = list(split.selection.paths[own]), split.selection.quotas[own]
  records = selection.reader(split.selection)

  def draw(pass_index: np.ndarray) -> tuple[np.ndarray, np.int64]:
    random = indexed_batches.generator(seed, int(pass_index), *_host_key(split))
    return random.permutation(len(paths)), random.integers(1, 2**62)

  def one_pass(pass_index: tf.Tensor) -> tf.data.Dataset:
    order, own_seed = tf.numpy_function(indexed_batches.counted(draw), [pass_index],
                                        [tf.int64, tf.int64])
    order, own_seed = tf.ensure_shape(order, [len(paths)]), tf.ensure_shape(own_seed, [])
    files = tf.data.Dataset.from_tensor_slices((tf.gather(paths, order), tf.gather(quotas, order)))
    cycle = min(_CYCLE, len(paths))
    mixed = files.interleave(records, cycle_length=cycle, block_length=_BLOCK,
                             num_parallel_calls=min(_PARALLEL, cycle), deterministic=True)
    mixed = mixed.shuffle(BUFFER, seed=own_seed, reshuffle_each_iteration=False)
    whole = mixed.batch(rows, drop_remainder=True).take(steps)
    whole = whole.apply(tf.data.experimental.assert_cardinality(steps))
    return whole.enumerate().map(lambda number, contents: (pass_index, number, contents))

  return one_pass


def _host_key(split: ShardSplit) -> tuple[int, ...]:
  """What a host's random numbers are drawn by, besides the seed, pass and batch."""
  return (split.host,) if split.hosts > 1 else ()


def in_order(split: ShardSplit, batch_size: int, batches: int,
             batch: Callable[[DrawingBatch], tuple[np.ndarray, ...]],
             specs: Mapping[str, tf.TensorSpec], finish: Finish = lambda element: element
             ) -> tf.data.Dataset:
  """Whole batches of all drawings in the files' order, the first ones once more at the end.

  Args:
    split: of which all files are read, by whatever host.
    batch_size: B.
    batches: how many.
    batch: makes the arrays of a batch out of drawings.
    specs: name -> shape and dtype of each array.
    finish: see `indexed_batches.mapped`.

  Returns:
    Elements name -> tensor, and "weight" float32 [B]: 1, or 0 for drawings that only fill up.
  """
  def made(index: np.ndarray, *drawings) -> tuple[np.ndarray, ...]:
    _, weight = indexed_batches.filled_batch(int(index), batch_size, len(split))
    return *batch(DrawingBatch(*drawings)), weight

  decode = _decoder(split)
  records = _in_order(split).repeat().batch(batch_size, drop_remainder=True).take(batches)
  records = records.apply(tf.data.experimental.assert_cardinality(batches)).enumerate()
  drawings = records.map(lambda index, contents: (index, *decode(contents)),
                         num_parallel_calls=_PARALLEL, deterministic=True)
  specs = {**specs, "weight": tf.TensorSpec([batch_size], tf.float32)}
  return indexed_batches.mapped(drawings, made, specs, finish)


def first(split: ShardSplit, count: int) -> Iterator[DrawingBatch]:
  """The first drawings in the files' order, some hundreds at a time."""
  batches = _in_order(split).take(count).batch(_MEMORY_BATCH).map(_decoder(split))
  return map(DrawingBatch._make, batches.as_numpy_iterator())


def _in_order(split: ShardSplit) -> tf.data.Dataset:
  """Serialised records."""
  chosen = split.selection
  records = selection.reader(chosen)
  files = tf.data.Dataset.from_tensor_slices((list(chosen.paths), chosen.quotas))
  return files.flat_map(records)


def _decoder(split: ShardSplit) -> Callable[[tf.Tensor], tuple[tf.Tensor, ...]]:
  """The function from serialised records to the parts of a `DrawingBatch`."""
  chosen = split.selection
  decode = reader.decoder(split.manifest, chosen.categories, chosen.max_seq_len,
                          split.scale_factor, split.pictures)

  def parts(contents: tf.Tensor) -> tuple[tf.Tensor, ...]:
    found = decode(contents)
    return found["strokes"], found["length"], found["image"], found["label"]

  return parts


@contextlib.contextmanager
def damage_told(folder: str | os.PathLike) -> Iterator[None]:
  """A sentence in place of what TensorFlow raises when records are damaged or lacking.

  Raises:
    UserError: that is so.
  """
  try:
    yield
  except tf.errors.OpError as error:
    found = _DAMAGE.search(str(error))
    if not found:
      raise
    raise UserError(f"The shards in {folder} are damaged ({found.group()}); "
                    f"data_tools/check_shards.py --data_dir={folder} tells which, so copy it again "
                    "from where the data set was built.") from error
