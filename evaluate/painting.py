"""Sketches and photos through Sketch-to-Image: pictures of the sketches in the photos' style.

A training loop makes one `Painter` and shows it sketches every now and then:

  paint = Painter(model, batch_size=8)
  painted = paint(sketches, photos)  # uint8 [N, S, S, 1] and [N, S, S, 3]
  painted.refined                    # uint8 [N, S, S, 3]

`crossed` paints every sketch in every style, for a matrix.
"""

import contextlib
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.indexed_batches import filled_batch
from models.layers.noise import BatchNoise, RowNoise
from models.layers.undisturbed import undisturbed
from models.sketch2image.gan_model import SketchGan

WEIGHTS = ("average", "live")
STATISTICS = ("batch", "moving")
LARGEST_SEED = 10**9  # with the number of a picture added it has to fit into 32 bits


class Painted(NamedTuple):
  """Pictures of N sketches, 0..255.

  Attributes:
    first: uint8 [N, A, A, 3], the auto-encoder's; A = im_size_ae.
    refined: uint8 [N, S, S, 3], S = im_size_gan.
  """

  first: np.ndarray
  refined: np.ndarray


class Painter:
  """The second stage's model at work; the model is the same after a call as before.

  There is one graph, of one batch size and one size of each input. It reads the weights as they are
  at the call. Under a MirroredStrategy it is called outside of a replica.

  Args:
    model: the second stage's.
    batch_size: sketches at a time; the first ones once more fill up the last batch.
    weights: "average": the moving average, which the original's previews show; "live": the
      trained ones.
    statistics: "batch": the refinement generator's norms take those of the batch, as whenever the
      original samples, so that a picture depends on those painted with it; "moving": those of
      training, and each picture stands for itself.

  Source: Liu et al. (AAAI 2021), `train_step_2_gan.py` of its program.
  """

  def __init__(self, model: SketchGan, batch_size: int = 8, weights: str = "average",
               statistics: str = "batch"):
    if weights not in WEIGHTS or statistics not in STATISTICS:
      raise ValueError(f"weights={weights!r} and statistics={statistics!r}, but the first is one "
                       f"of {WEIGHTS}, the second of {STATISTICS}")
    self.batch_size, self._model = batch_size, model
    self._average, self._batch_statistics = weights == "average", statistics == "batch"
    self._run = tf.function(self._painted, autograph=False, reduce_retracing=True)

  def __call__(self, sketches: np.ndarray, photos: np.ndarray, seed: int = 0, desc: str = ""
               ) -> Painted:
    """Paints N sketches.

    Args:
      sketches: uint8 or float32 [N, H, W, 1], 0..255, paper 255; brought to A by nearest
        neighbours.
      photos: uint8 [N, H', W', 3], whose style is taken; likewise.
      seed: of the noise; row n has seed + n where norms take the moving statistics.
      desc: of a progress bar on stderr; empty: none.

    Raises:
      UserError: the model makes NaN.
    """
    batches = range(-(-len(sketches) // self.batch_size))
    parts = []
    with self._model.averaged() if self._average else contextlib.nullcontext():
      for index in cli.progress(batches, desc=desc, unit="batch") if desc else batches:
        rows, weight = filled_batch(index, self.batch_size, len(sketches))
        made = self._run(tf.constant(sketches[rows]), tf.constant(photos[rows]),
                         tf.constant(seed + rows, tf.int32))
        parts.append([as_pixels(one.numpy()[weight > 0]) for one in made])
    return Painted(*(np.concatenate(part) for part in zip(*parts)))

  def _painted(self, sketch, photo, seeds):
    """Both pictures by the first replica."""
    made = self._model.distribute_strategy.run(self._in_replica, (sketch, photo, seeds))
    return [self._model.distribute_strategy.experimental_local_results(one)[0] for one in made]

  def _in_replica(self, sketch, photo, seeds):
    if not self._batch_statistics:
      return self._model.painted(sketch, photo, RowNoise(seeds))
    noise = BatchNoise(tf.stack([seeds[0], 0]))
    return undisturbed(self._model.G.non_trainable_variables,
                       lambda: self._model.painted(sketch, photo, noise, training=True))


def crossed(paint: Painter, sketches: np.ndarray, photos: np.ndarray, seed: int = 0) -> Painted:
  """Every sketch in the style of every photo, sketch by sketch.

  With a batch size of C the batches, whose statistics count, are one sketch in all styles each.

  Args:
    paint: of any batch size.
    sketches: [R, H, W, 1], as for a Painter, like the next two.
    photos: uint8 [C, H', W', 3].
    seed: of the noise.

  Returns:
    first uint8 [R, C, A, A, 3] and refined uint8 [R, C, S, S, 3].

  Raises:
    UserError: the model makes NaN.
  """
  shape = len(sketches), len(photos)
  sketch, photo = np.indices(shape).reshape(2, -1)
  painted = paint(sketches[sketch], photos[photo], seed)
  return Painted(*(part.reshape(*shape, *part.shape[1:]) for part in painted))


def as_pixels(pictures: np.ndarray) -> np.ndarray:
  """float32 in [-1, 1] -> uint8, as the original's files round: floor(127.5 (v + 1) + 0.5).

  Raises:
    UserError: there is NaN.
  """
  if np.isnan(pictures).any():
    raise UserError("The model makes NaN instead of pictures: its training had failed; use an "
                    "earlier checkpoint.")
  return np.clip(np.floor((pictures + 1.0) * np.float32(127.5) + np.float32(0.5)), 0,
                 255).astype(np.uint8)
