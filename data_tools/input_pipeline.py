"""tf.data pipelines: batches by index out of memory, augmented in NumPy, prefetched.

Batch i of pass p is a pure function of (seed, p, i), so training that goes on at a later pass sees
exactly the batches that it would have seen without the stop.
"""

import atexit
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import image_augmentation, stroke_augmentation, strokes
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchSplit

_PARALLEL = 2  # batches made at the same time
_PREFETCHED = 4  # batches that wait for the model
_QUIET = 0.1  # seconds without a new batch after which none is being made

# Pixels 0..255 to [-1, 1], rounded once, from float64, as the original's images.
_PIXELS = (np.arange(256) / 255.0 * 2.0 - 1.0).astype(np.float32)


def train_batches(split: SketchSplit, config: Any, seed: int, first_pass: int = 0
                  ) -> tf.data.Dataset:
  """Endless training batches: one shuffled pass of whole batches after the other.

  The drawings that do not fill a last batch are left out of that pass, other ones each time.

  Args:
    split: N drawings.
    config: hyperparameters: batch_size (B), max_seq_len (T, the dataset's, not -1), png_width (W)
      and those of augmentation.
    seed: at least 0.
    first_pass: pass to begin with, for training that goes on.

  Returns:
    Elements {"image": float32 [B, W, W, 1] in [-1, 1], "strokes": float32 [B, T+1, 5]}; of
    infinite cardinality: give `steps_per_epoch` to `fit`.

  Raises:
    UserError: fewer drawings than one batch.
  """
  steps = steps_per_epoch(split, config)
  batches = TrainBatches(split, config, seed)
  dataset = tf.data.Dataset.counter(first_pass * steps, dtype=tf.int64)
  return _mapped(dataset, lambda index: batches(*divmod(int(index), steps)), config)


def steps_per_epoch(split: SketchSplit, config: Any) -> int:
  """Whole batches in one pass.

  The original program leaves out the last batch when the drawings divide evenly; we do not.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if len(split) < config.batch_size:
    raise UserError(f"There are {len(split)} training drawings, fewer than "
                    f"batch_size={config.batch_size}; lower batch_size or give more drawings.")
  return len(split) // config.batch_size


def eval_batches(split: SketchSplit, config: Any, drop_remainder: bool = False
                 ) -> tf.data.Dataset:
  """The split once, in order, not augmented.

  Args:
    split: N drawings.
    config: hyperparameters, as for `train_batches`.
    drop_remainder: leave out the last batch if it is not whole, as the original does when it
      validates. A split smaller than one batch is then refused.

  Returns:
    Elements as of `train_batches`, and "weight" float32 [B]: 1, or 0 for the drawings that fill
    up the last batch (the split's first ones once more). Every batch is whole, so that shapes
    are static and no replica is left without drawings.

  Raises:
    UserError: no drawings, or no whole batch.
  """
  size = config.batch_size
  count = len(split) // size if drop_remainder else -(-len(split) // size)
  if not count:
    raise UserError(f"There are {len(split)} drawings to evaluate, where at least "
                    f"{size if drop_remainder else 1} are needed; lower batch_size or give more "
                    "drawings.")
  _check_lengths(split, config)

  def batch(index: np.ndarray) -> tuple[np.ndarray, ...]:
    rows = np.arange(index * size, (index + 1) * size)
    weight = (rows < len(split)).astype(np.float32)
    return *_gather(split, rows % len(split), config), weight

  return _mapped(tf.data.Dataset.range(count), batch, config, ("weight",))


def _mapped(indices: tf.data.Dataset, batch: Callable[[np.ndarray], tuple[np.ndarray, ...]],
            config: Any, more: tuple[str, ...] = ()) -> tf.data.Dataset:
  """Index -> batch (image, strokes and `more` [B]), in parallel, in order, static shapes."""
  size, width = config.batch_size, config.png_width
  shapes = {"image": [size, width, width, 1], "strokes": [size, config.max_seq_len + 1, 5],
            **{name: [size] for name in more}}

  def counted(index: np.ndarray) -> tuple[np.ndarray, ...]:
    with _CALLS.running():
      return batch(index)

  def element(index: tf.Tensor) -> dict[str, tf.Tensor]:
    arrays = tf.numpy_function(counted, [index], [tf.float32] * len(shapes))
    return {name: tf.ensure_shape(array, shape)
            for array, (name, shape) in zip(arrays, shapes.items())}

  options = tf.data.Options()
  # One worker: sharding by file or element would cut a batch's index, not its drawings.
  options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
  return (indices.map(element, num_parallel_calls=_PARALLEL, deterministic=True)
          .prefetch(_PREFETCHED).with_options(options))


def _gather(split: SketchSplit, indices: np.ndarray, config: Any) -> tuple[np.ndarray, np.ndarray]:
  """Drawings by index, not augmented: images [B, W, W, 1] and stroke-5 rows [B, T+1, 5]."""
  images = _PIXELS[split.images[indices]][..., None]
  return images, strokes.padded_to_batch(_padded(split, indices, config), split.lengths[indices])


def _check_lengths(split: SketchSplit, config: Any) -> None:
  if split.lengths.max() > config.max_seq_len:
    raise ValueError(f"max_seq_len={config.max_seq_len} is below the longest drawing, "
                     f"{split.lengths.max()}: take it from the dataset")


def _padded(split: SketchSplit, indices: np.ndarray, config: Any) -> np.ndarray:
  return strokes.pad([split.strokes[index] for index in indices], config.max_seq_len)


class _Calls:
  """Knows whether TensorFlow's threads are running Python code of ours.

  An iterator that is still alive when the interpreter ends waits for its running calls, which
  by then can never get the interpreter's lock: the process would hang. The buffers above are
  bounded, so before the end it is enough to wait until they are full.
  """

  def __init__(self):
    self._lock = threading.Lock()
    self._count = 0
    self._last = 0.0
    atexit.register(self.wait)

  @contextlib.contextmanager
  def running(self) -> Iterator[None]:
    """Counts the calls inside."""
    self._add(1)
    try:
      yield
    finally:
      self._add(-1)

  def _add(self, number: int) -> None:
    with self._lock:
      self._count += number
      self._last = time.monotonic()

  def wait(self) -> None:
    """Returns when no call is running and none has begun or ended for a moment."""
    while self._last and (self._count or time.monotonic() - self._last < _QUIET):
      time.sleep(_QUIET / 10)


_CALLS = _Calls()


class TrainBatches:
  """Augmented training batches by pass and position."""

  def __init__(self, split: SketchSplit, config: Any, seed: int):
    _check_lengths(split, config)
    self.split = split
    self.config = config
    self.seed = seed
    self._order = functools.lru_cache(maxsize=2)(self._shuffled)

  def __call__(self, pass_index: int, batch_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Images float32 [B, W, W, 1] in about [-1, 1] and strokes float32 [B, T+1, 5]."""
    size = self.config.batch_size
    indices = self._order(pass_index)[batch_index * size:(batch_index + 1) * size]
    random = self._random(pass_index, batch_index)
    sequences = self._strokes(indices, random)
    return self._images(indices, random), sequences

  def _random(self, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=key)))

  def _shuffled(self, pass_index: int) -> np.ndarray:
    return self._random(pass_index).permutation(len(self.split))

  def _strokes(self, indices: np.ndarray, random: np.random.Generator) -> np.ndarray:
    batch, lengths = _padded(self.split, indices, self.config), self.split.lengths[indices]
    batch = stroke_augmentation.random_scale(
        batch, random.random((len(indices), 2)), self.config.random_scale_factor)
    batch, lengths = stroke_augmentation.drop_points(
        batch, lengths, random.random(batch.shape[:2]), self.config.augment_stroke_prob)
    return strokes.padded_to_batch(batch, lengths)

  def _images(self, indices: np.ndarray, random: np.random.Generator) -> np.ndarray:
    config, count = self.config, len(indices)
    ratios = random.uniform(config.png_scale_ratio, 1.0, count)
    angles = random.uniform(-1, 1, count) * config.png_rotate_angle
    shifts = random.uniform(-1, 1, (count, 2)) * config.png_translate_dist
    images = _PIXELS[self.split.images[indices]]
    return image_augmentation.augment(images, ratios, angles, shifts)[..., None]
