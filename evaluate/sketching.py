"""Codes -> sketches: the model's batched sampling, fed batch by batch."""

import dataclasses

import numpy as np
import tensorflow as tf

from data_tools import cli, strokes
from data_tools.errors import UserError
from evaluate.encoding import filled_up


@dataclasses.dataclass(frozen=True)
class Sketching:
  """How sketches are drawn.

  Attributes:
    temperature: above 0; 0.24 is the original's. Low is neat, 1 is the learned spread.
    greedy: take the most likely of everything; temperature and seeds then decide nothing.
    max_length: the most points of a sketch; None for the model's own limit.
    batch_size: sketches drawn at a time.
  """

  temperature: float = 0.24
  greedy: bool = False
  max_length: int | None = None
  batch_size: int = 128

  def __post_init__(self):
    if not 0 < self.temperature < float("inf"):
      raise UserError(f"The temperature is {self.temperature:g}, but it must be above 0: 0.24 is "
                      "the usual one; for the most likely sketch use --greedy.")
    if self.max_length is not None and self.max_length < 1:
      raise UserError(f"max_length is {self.max_length}, but a sketch needs at least 1 point; "
                      "leave it out for the model's own limit.")
    if self.batch_size < 1:
      raise UserError(f"batch_size is {self.batch_size}, but it must be at least 1.")


def draw_sketches(model: tf.keras.Model, codes: np.ndarray, seeds: np.ndarray,
                  how: Sketching, desc: str = "Sketching") -> list[np.ndarray]:
  """Draws one sketch per code.

  Args:
    model: with `sample`, such as RPCL-pix2seq.
    codes: float32 [N, Z].
    seeds: int [N]; a sketch depends on its own code and seed only.
    how: settings.
    desc: of the progress bar.

  Returns:
    N sketches, float32 [n, 3] = (dx, dy, pen lifted), n from 0 to max_length.

  Raises:
    UserError: neither the settings nor the model say how long a sketch may be.
  """
  limit = how.max_length or model.config.max_seq_len
  if limit < 1:
    raise UserError("This model does not say how long a drawing may be (its max_seq_len is "
                    f"{limit}); give --max_length.")
  size = min(how.batch_size, max(len(codes), 1))

  @tf.function(autograph=False)
  def sample(code, seed):
    return model.sample(code, tf.fill([size], how.temperature), seed, limit, how.greedy)

  sketches = []
  with cli.progress(total=len(codes), desc=desc, unit="sketch") as bar:
    for start in range(0, len(codes), size):
      rows = filled_up(np.arange(start, min(start + size, len(codes))), size)
      drawn, _ = sample(tf.constant(codes[rows], tf.float32), tf.constant(seeds[rows], tf.int32))
      count = min(size, len(codes) - start)
      sketches += [strokes.to_stroke3(one) for one in drawn.numpy()[:count]]
      bar.update(count)
  return sketches


def sketch_seeds(seed: int, *numbers: np.ndarray) -> np.ndarray:
  """A seed for each sketch, from the run's seed and the numbers that name the sketch.

  What else is drawn in the run does not matter, so the same drawing gets the same sketch.

  Args:
    seed: of the run, 0 or more.
    *numbers: int [N] each, not negative, such as category and index.

  Returns:
    int32 [N].
  """
  rows = np.stack([np.asarray(values, np.int64) for values in numbers], axis=1)  # [N, numbers]
  states = [np.random.SeedSequence([seed, *row]).generate_state(1)[0] for row in rows.tolist()]
  return (np.array(states, np.int64) & 0x7FFFFFFF).astype(np.int32)
