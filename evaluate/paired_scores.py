"""Scores of image pairs: read, checked, and several at a time."""

import concurrent.futures
import os
import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.image_files import Pair, read_as_stored, read_image

MODES = {"sketch": "L", "photo": "RGB"}  # what the images are converted to
MODE_WORDS = {"sketch": "sketch mode (gray)", "photo": "photo mode (RGB)"}


def read_pair(pair: Pair, mode: str, smallest: int = 1) -> tuple[np.ndarray, np.ndarray]:
  """Reads both images of a pair; of a gray and a coloured one it says so and goes on.

  Args:
    pair: which.
    mode: a key of `MODES`.
    smallest: pixels that each side has to have.

  Returns:
    reference and generated, uint8 [H, W] for sketch, [H, W, 3] for photo.

  Raises:
    UserError: an image can't be read, the sizes differ, or are too small.
  """
  paths = (pair.reference, pair.generated)
  if mode == "photo":
    reference, generated = _in_colour(paths)
  else:
    reference, generated = (read_image(path, MODES[mode]) for path in paths)
  if reference.shape != generated.shape:
    raise UserError(f"{pair.reference} has {size_of(reference)} pixels, but {pair.generated} has "
                    f"{size_of(generated)}; both images of a pair need the same size.")
  if min(reference.shape[:2]) < smallest:
    raise UserError(f"{pair.reference} has {size_of(reference)} pixels, but this metric needs "
                    f"{smallest} x {smallest} at least; give larger images.")
  return reference, generated


def _in_colour(paths: Sequence[pathlib.Path]) -> list[np.ndarray]:
  """Two images in RGB; says so if only one of them is gray."""
  images = [read_as_stored(path) for path in paths]
  gray = [path for path, image in zip(paths, images) if image.ndim == 2]
  if len(gray) == 1:
    cli.say(f"Warning: {gray[0]} is gray, but its partner is in colour; both are compared in "
            "colour (--mode=sketch compares them in gray).")
  return [image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2) for image in images]


def size_of(image: np.ndarray) -> str:
  """Width x height, as people say it."""
  return f"{image.shape[1]} x {image.shape[0]}"


def score_pairs(pairs: Sequence[Pair], score: Callable[[Pair], tuple[float, ...]], desc: str,
                workers: int | None = None) -> np.ndarray:
  """Scores every pair with a progress bar; in threads, as NumPy and SciPy leave Python meanwhile.

  Args:
    pairs: N of them.
    score: of one pair: m values. Of several errors, that of the first pair is raised.
    desc: for the progress bar.
    workers: pairs done at a time; None: one for each CPU.

  Returns:
    float64 [N, m], in the order of the pairs whatever the workers.
  """
  with concurrent.futures.ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
    try:
      rows = list(cli.progress(pool.map(score, pairs), total=len(pairs), desc=desc, unit="pair"))
    except BaseException:
      pool.shutdown(cancel_futures=True)
      raise
  return np.array(rows, np.float64)
