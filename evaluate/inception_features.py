"""Images to the 2048 Inception features that FID and KID compare."""

import collections
import concurrent.futures
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from data_tools import cli
from data_tools.errors import UserError
from data_tools.image_files import read_image
from models.inception_v3.network import FEATURES, IMAGE_SIZE, InceptionV3

PYTORCH_FID, CLEAN = "pytorch-fid", "clean"
_AHEAD = 2  # batches that are read while the network works


def pytorch_fid_input(image: np.ndarray) -> np.ndarray:
  """What pytorch-fid feeds: bilinear to 299 x 299 without antialiasing, also when shrinking.

  Args:
    image: uint8 [H, W, 3].

  Returns:
    float32 [299, 299, 3] in [-1, 1].
  """
  small = tf.image.resize(image.astype(np.float32) / 255.0, [IMAGE_SIZE, IMAGE_SIZE], "bilinear",
                          antialias=False)
  return 2.0 * small.numpy() - 1.0


def clean_input(image: np.ndarray) -> np.ndarray:
  """What clean-fid argues for: Pillow's antialiased bicubic on unrounded channels.

  The scale is that of TensorFlow's own graph, (x - 128) / 128. Source: Parmar, Zhang & Zhu, On
  aliased resizing and surprising subtleties in GAN evaluation, CVPR 2022.

  Args:
    image: uint8 [H, W, 3].

  Returns:
    float32 [299, 299, 3] in [-1, 127 / 128].
  """
  channels = [Image.fromarray(channel).resize([IMAGE_SIZE, IMAGE_SIZE], Image.Resampling.BICUBIC)
              for channel in np.moveaxis(image.astype(np.float32), -1, 0)]
  return (np.stack(channels, axis=-1).clip(0.0, 255.0) - 128.0) / 128.0


INPUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {PYTORCH_FID: pytorch_fid_input,
                                                         CLEAN: clean_input}


class FeatureExtractor:
  """Runs the FID network over images, batch by batch.

  The last batch of a set is filled up, so that one graph serves, and each image is prepared by
  itself: the batch size decides about time and memory and moves a feature by rounding only.

  Args:
    network: with its weights.
    mode: "pytorch-fid" or "clean", how images are resized.
    batch_size: images at a time.
    jit_compile: compile with XLA.
  """

  def __init__(self, network: InceptionV3, mode: str = PYTORCH_FID, batch_size: int = 50,
               jit_compile: bool = False):
    self._prepare = INPUTS[mode]
    self._batch_size = batch_size
    self._run = tf.function(network, autograph=False, jit_compile=jit_compile)

  def of_files(self, paths: Sequence[pathlib.Path], desc: str = "Features") -> np.ndarray:
    """Features of image files, read as RGB.

    Args:
      paths: n of them, at least one.
      desc: for the progress bar.

    Returns:
      float32 [n, 2048].

    Raises:
      UserError: a file can't be read.
    """
    return self._features(paths, read_image, desc)

  def of_images(self, images: Sequence[np.ndarray], desc: str = "Features") -> np.ndarray:
    """Features of images in memory.

    Args:
      images: n times uint8 [H, W, 3], or gray [H, W] or [H, W, 1].
      desc: for the progress bar; empty: none.

    Returns:
      float32 [n, 2048].

    Raises:
      ValueError: an image is of another type or shape.
    """
    return self._features(images, as_rgb, desc)

  def _features(self, items: Sequence[Any], read: Callable[[Any], np.ndarray], desc: str
                ) -> np.ndarray:
    size = min(self._batch_size, len(items))
    features = np.empty([len(items), FEATURES], np.float32)
    done = 0
    with cli.progress(total=len(items), desc=desc, unit="image", shown=bool(desc)) as bar:
      for inputs in _read_ahead(items, size, lambda item: self._prepare(read(item))):
        batch = np.zeros([size, IMAGE_SIZE, IMAGE_SIZE, 3], np.float32)
        batch[:len(inputs)] = inputs
        features[done:done + len(inputs)] = self._run(tf.constant(batch))[:len(inputs)]
        done += len(inputs)
        bar.update(len(inputs))
    return features


def as_rgb(image: np.ndarray) -> np.ndarray:
  """An image in memory as uint8 [H, W, 3]; gray is repeated.

  Raises:
    ValueError: it is of another type or shape.
  """
  image = np.asarray(image)
  if image.ndim == 2:
    image = image[..., None]  # [H, W] -> [H, W, 1]
  if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3):
    raise ValueError(f"an image is {image.dtype} {image.shape}, expected uint8 [H, W, 3] or [H, W]")
  return np.broadcast_to(image, [*image.shape[:2], 3])


def _read_ahead(items: Iterable[Any], size: int, prepare: Callable[[Any], np.ndarray]
                ) -> Iterator[list[np.ndarray]]:
  """Lists of `size` prepared items (the last may be shorter), made by threads in advance."""
  items, waiting = list(items), collections.deque()
  starts = iter(range(0, len(items), size))
  with concurrent.futures.ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
    submit = lambda start: [pool.submit(prepare, item) for item in items[start:start + size]]
    try:
      for start in starts:
        waiting.append(submit(start))
        if len(waiting) > _AHEAD:
          yield [future.result() for future in waiting.popleft()]
      while waiting:
        yield [future.result() for future in waiting.popleft()]
    finally:
      pool.shutdown(wait=False, cancel_futures=True)  # after an error nothing more is read


def refuse_mixed_sizes(paths: Sequence[pathlib.Path]) -> None:
  """Looks at the headers of all images before any work: one size, as the reference demands.

  Raises:
    UserError: an image has another size than the first, or can't be read.
  """
  first = None
  for path in paths:
    size = _size(path)
    first = first or size
    if size != first:
      raise UserError(f"{path} has {size[0]} x {size[1]} pixels, but {paths[0]} has {first[0]} x "
                      f"{first[1]}: the images of a set must have one size; resize them, or pass "
                      "--allow_mixed_sizes to have each resized to 299 x 299 by itself.")


def _size(path: pathlib.Path) -> tuple[int, int]:
  """Width and height by the header alone; a doubtful file is read, which tells what is wrong."""
  try:
    with Image.open(path) as image:
      return image.size
  except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError,
          Image.DecompressionBombError):
    height, width, _ = read_image(path).shape
    return width, height
