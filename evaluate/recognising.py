"""A trained recogniser at work: sketches or pictures -> scores of the categories."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from data_tools import cli, recognition_pictures
from data_tools.errors import UserError
from evaluate.encoding import filled_up
from models import saving
from models.sketch_a_net.model import SketchANet
from pretrained import pretrained_registry

MODEL = "sketch_a_net"


@dataclasses.dataclass(frozen=True)
class Answers:
  """What a recogniser says of N sketches.

  Attributes:
    scores: float32 [N, C], of the classes; their softmax are probabilities.
    features: float32 [N, F], what the last layer but one gives.
  """

  scores: np.ndarray
  features: np.ndarray

  @property
  def predictions(self) -> np.ndarray:
    """The best class of each: int64 [N]."""
    return self.scores.argmax(axis=1)


def load(name_or_dir: str | os.PathLike) -> SketchANet:
  """A recogniser by its name or folder.

  Raises:
    UserError: there is none, its files are broken, or it is another model.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  model = saving.read_config(folder)["model"]
  if model != MODEL:
    raise UserError(f"{name_or_dir} is a model of the kind {model}, but sketches are recognised by "
                    f"{MODEL}; train one with train/{MODEL}.py or give {MODEL}_demo.")
  return saving.load_model(folder)[0]


def answers(classifier: SketchANet, sketches: Sequence[np.ndarray] | np.ndarray,
            batch_size: int = 64) -> Answers:
  """Shows sketches to a recogniser.

  Args:
    classifier: trained.
    sketches: N drawings [n, 3] = (dx, dy, pen lifted), or pictures uint8 [N, w, w], 0 ink, 255
      paper, which are resized; N above 0.
    batch_size: sketches at a time; the last batch is filled up, so it changes no number.

  Raises:
    UserError: pictures for a recogniser of stroke-order channels, or scores that are not finite.
  """
  config = classifier.config
  if isinstance(sketches, np.ndarray):
    if config.channels != 1:
      raise UserError(f"This classifier reads {config.channels} stroke-order channels, but the "
                      "sketches are pictures without strokes; give SVG files, or a classifier that "
                      "was trained with channels=1 (--preset=plain).")
    draw = lambda rows: recognition_pictures.pictures_of_pictures(sketches[rows],
                                                                  config.image_width)
  else:
    draw = lambda rows: recognition_pictures.pictures_of_strokes(
        [sketches[row] for row in rows], config.image_width, config.channels, config.line_width)
  recognise = tf.function(classifier.recognise, autograph=False)
  size = min(batch_size, len(sketches))
  results = []
  with cli.progress(total=len(sketches), desc="Recognising", unit="sketch") as bar:
    for start in range(0, len(sketches), size):
      rows = np.arange(start, min(start + size, len(sketches)))
      found = recognise(tf.constant(draw(filled_up(rows, size))))
      results.append([values.numpy()[:len(rows)] for values in found])
      bar.update(len(rows))
  scores, features = (np.concatenate(parts) for parts in zip(*results))
  if not np.isfinite(scores).all():
    raise UserError("The classifier's scores are NaN or infinite: its training had failed; use an "
                    "earlier checkpoint.")
  return Answers(scores, features)
