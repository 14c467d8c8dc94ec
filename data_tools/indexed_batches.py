"""tf.data pipelines of batches by index: shuffled passes, whole batches, made by Python code.

Batch i of pass p is a pure function of (seed, p, i), so training that goes on at a later pass sees
exactly the batches that it would have seen without the stop.
"""

import atexit
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError

_PARALLEL = 2  # batches made at the same time
_PREFETCHED = 4  # batches that wait for the model
_QUIET = 0.1  # seconds without a new batch after which none is being made


class Passes:
  """Which rows are in which batch, and the random numbers of each batch.

  The rows that do not fill a last batch are left out of that pass, other ones each time.

  Args:
    count: rows.
    batch_size: B.
    seed: at least 0.
  """

  def __init__(self, count: int, batch_size: int, seed: int):
    self._count, self._size, self._seed = count, batch_size, seed
    self._order = functools.lru_cache(maxsize=2)(self._shuffled)

  def rows(self, pass_index: int, batch_index: int) -> np.ndarray:
    """The rows of a batch: int64 [B]."""
    return self._order(pass_index)[batch_index * self._size:(batch_index + 1) * self._size]

  def random(self, *key: int) -> np.random.Generator:
    """The random numbers of a batch, key (pass, position), or of a pass, key (pass,)."""
    return generator(self._seed, *key)

  def _shuffled(self, pass_index: int) -> np.ndarray:
    return self.random(pass_index).permutation(self._count)


def generator(seed: int, *key: int) -> np.random.Generator:
  """Random numbers that are a pure function of the seed and the key, each at least 0."""
  return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def steps_in_pass(count: int, batch_size: int) -> int:
  """Whole batches in one pass.

  Raises:
    UserError: fewer drawings than one batch.
  """
  if count < batch_size:
    raise UserError(f"There are {count} training drawings, fewer than batch_size={batch_size}; "
                    "lower batch_size or give more drawings.")
  return count // batch_size


def filled_batch(index: int, batch_size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
  """The rows of a batch in order; the first ones once more fill up the last batch.

  Returns:
    rows int64 [B]; weight float32 [B], 0 for those that only fill up.
  """
  rows = np.arange(index * batch_size, (index + 1) * batch_size)
  return rows % count, (rows < count).astype(np.float32)


def mapped(indices: tf.data.Dataset, batch: Callable[..., tuple[np.ndarray, ...]],
           specs: Mapping[str, tf.TensorSpec],
           finish: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]] = lambda element: element
           ) -> tf.data.Dataset:
  """Index -> batch, in parallel, in order, with static shapes.

  Args:
    indices: int64 scalars, or any tensors that a batch is made of.
    batch: makes the arrays of a batch, in the order of `specs`, of an element of `indices`; called
      from several threads.
    specs: name -> shape and dtype of each array.
    finish: what TensorFlow is to do with an element.

  Returns:
    Elements name -> tensor.
  """
  def element(*index: tf.Tensor) -> dict[str, tf.Tensor]:
    arrays = tf.numpy_function(counted(batch), index, [spec.dtype for spec in specs.values()])
    return finish({name: tf.ensure_shape(array, spec.shape)
                   for array, (name, spec) in zip(arrays, specs.items())})

  options = tf.data.Options()
  # One worker: sharding by file or element would cut a batch's index, not its drawings.
  options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
  return (indices.map(element, num_parallel_calls=_PARALLEL, deterministic=True)
          .prefetch(_PREFETCHED).with_options(options))


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
  """The function, known to be running while it does: what TensorFlow's threads are to call."""
  def call(*arguments: np.ndarray) -> Any:
    with _CALLS.running():
      return function(*arguments)

  return call


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
