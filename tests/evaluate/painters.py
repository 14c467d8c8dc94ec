"""A small Sketch-to-Image whose pictures show what they are made of, and how files are compared."""

import contextlib
import functools
import pathlib
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from evaluate import painting_models
from models import saving
from models.layers.noise import BatchNoise
from models.layers.pixels import normalized
from models.sketch2image.gan_model import SketchGan
from tests.models import tiny_sketch2image as tiny

SIZE = tiny.SIZE


@functools.cache
def model() -> SketchGan:
  """Untrained, but with statistics of pictures; its moving averages are not its weights."""
  made = tiny.gan(seed=1, data_name="art")
  for seed in range(12):
    batch = tiny.batch(seed)["paired"]
    first, style = made.networks(normalized(batch["sketch"]), normalized(batch["photo"]),
                                 training=True)
    made.G(first, style, BatchNoise(tf.constant([seed, 0])), training=True)
  for average, variable in zip(made.average, made.G.trainable_variables):
    average.assign(variable * (1 + 0.3 * tf.sin(tf.cast(tf.range(tf.size(variable)), tf.float32)
                                                ).numpy().reshape(variable.shape)))
  return made


@functools.cache
def saved(root: pathlib.Path) -> str:
  """The model's folder below a folder of the tests' session."""
  saving.save_model(model(), root / "sketch2image", {"photos": 7})
  return str(root / "sketch2image")


@contextlib.contextmanager
def quickly(folder: str) -> Iterator[None]:
  """Inside, this process paints with the model of a folder from `saved` without loading it and
  without tracing its graphs, which takes longer than a few pictures.
  """
  load = painting_models.load
  known = lambda name: ((model(), saving.read_config(name)) if str(name) == folder
                        else load(name))
  tf.config.run_functions_eagerly(True)
  try:
    with pytest.MonkeyPatch.context() as patch:
      patch.setattr(painting_models, "load", known)
      yield
  finally:
    tf.config.run_functions_eagerly(False)


def read(path) -> np.ndarray:
  """A picture as it is stored."""
  with Image.open(path) as image:
    return np.asarray(image)


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
  """Equal but for rounding in single pixels."""
  assert found.dtype == expected.dtype == np.uint8 and found.shape == expected.shape
  difference = np.abs(found.astype(int) - expected)
  assert difference.max() <= 2 and difference.mean() < 0.05, (difference.max(), difference.mean())
