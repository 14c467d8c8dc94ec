"""Batches of the first stage's self-supervision: photos, their distorted views and their classes.

Batch i is a pure function of (seed, i): see `batch_stream`. It belongs to window i // steps of
`class_windows`.
"""

import numpy as np
import tensorflow as tf

from data_tools import indexed_batches
from data_tools.sketch_sets import batch_stream, distorted_views
from data_tools.sketch_sets.class_windows import PASSES, ClassWindows
from data_tools.sketch_sets.distorted_views import Draw, Views
from data_tools.sketch_sets.pictures import Pictures

_PHOTOS = ("distorted", "photo")  # the views in colour


def train_batches(pictures: Pictures, batch_size: int, seed: int, size: int, classes: int = 500,
                  first_batch: int = 0, crop: bool = True, passes: int = PASSES
                  ) -> tf.data.Dataset:
  """Endless training batches; sketches are those of the last set, as in the original.

  Args:
    pictures: N photos with K sketches each.
    batch_size: B.
    seed: at least 0.
    size: S.
    classes: photos in a window (NBR_CLS); see `ClassWindows` for fewer photos than that.
    first_batch: how many batches training that goes on has had.
    crop: whether to crop photo and sketches; the distorted photo always is.
    passes: over a window.

  Returns:
    Elements {"distorted", "photo": uint8 [B, S, S, 3]; "sketch", "bold", "erased", "erased_bold":
    uint8 [B, S, S, 1]; "label": int32 [B]}, pixels 0..255, paper 255, see `Views`; of infinite
    cardinality.

  Raises:
    UserError: a number is 0.
  """
  batches = TrainBatches(pictures, batch_size, seed, size, classes, crop, passes)
  specs = {name: tf.TensorSpec([batch_size, size, size, 3 if name in _PHOTOS else 1], tf.uint8)
           for name in Views._fields}
  specs["label"] = tf.TensorSpec([batch_size], tf.int32)
  indices = tf.data.Dataset.counter(first_batch, dtype=tf.int64)
  return indexed_batches.mapped(indices, lambda index: batches(int(index)), specs)


class TrainBatches:
  """Training batches by number; see `train_batches`.

  Attributes:
    windows: the `ClassWindows`.
    steps_in_window: how many batches each of them lasts.
  """

  def __init__(self, pictures: Pictures, batch_size: int, seed: int, size: int,
               classes: int = 500, crop: bool = True, passes: int = PASSES):
    batch_stream.refuse_unfit(len(pictures), batch_size, size)
    self.windows = ClassWindows(len(pictures), classes, seed)
    self.steps_in_window = self.windows.steps(batch_size, passes)
    self._pictures, self._size, self._crop = pictures, size, crop
    self._stream = batch_stream.BatchStream(self.windows.classes, batch_size, seed,
                                            batch_stream.Purpose.SELF_SUPERVISED)

  def __call__(self, index: int) -> tuple[np.ndarray, ...]:
    """The arrays of batch `index`, in the order of `Views`, and the labels int32 [B]."""
    rows, labels, draws = self.draw(index)
    made = [self._views(row, drawn) for row, drawn in zip(rows, draws)]
    stacked = (np.stack(images).reshape(len(rows), self._size, self._size, -1)
               for images in zip(*made))
    return *stacked, labels

  def draw(self, index: int) -> tuple[np.ndarray, np.ndarray, list[Draw]]:
    """The photos of a batch, int64 [B], their classes, int32 [B], and B draws."""
    labels, random = self._stream.rows(index), self._stream.random(index)
    rows = self.windows.rows(index // self.steps_in_window)[labels]
    draws = [distorted_views.draw(random, self._size, self._crop) for _ in rows]
    return rows, labels.astype(np.int32), draws

  def _views(self, row: int, drawn: Draw) -> Views:
    return distorted_views.views(self._pictures.photo(row), self._pictures.sketch(-1, row),
                                 self._size, drawn)
