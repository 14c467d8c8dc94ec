"""What every reader of Quick, Draw! files yields, and what becomes of a broken record.

Source of the fields: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data_tools.errors import UserError

MOST_POINTS = 100_000  # of one drawing; people draw some hundreds
_MOST_SENTENCES = 100  # that are kept


class Drawing(NamedTuple):
  """One drawing of a person.

  Attributes:
    key_id: 0 <= key_id < 2**64, unique in the data set.
    category: the word that was to be drawn.
    strokes: at least one, each [n, 2] = (x, y), or [n, 3] = (x, y, milliseconds) of raw drawings,
      n >= 1; y points down. int64 from 0 to 255 if simplified, float64 pixels if raw.
    recognized: whether the game guessed the word.
    country: two letters, or "".
  """

  key_id: int
  category: str
  strokes: Sequence[np.ndarray]
  recognized: bool
  country: str


class BadRecord(Exception):
  """What is wrong with a record, as a sentence without a full stop; never leaves the readers."""


class BadRecords:
  """Refuses the first broken record with a sentence, or counts the broken records.

  Args:
    skip: count instead of refusing.

  Attributes:
    count: broken records so far.
    first: the sentence about the first one, or "".
    sentences: those about the first hundred.
  """

  def __init__(self, skip: bool = False):
    self._skip = skip
    self.count = 0
    self.first = ""
    self.sentences: list[str] = []

  def add(self, where: str, error: Exception, rest_lost: bool = False) -> None:
    """Tells or counts one broken record.

    Args:
      where: file, and line or byte.
      error: what is wrong.
      rest_lost: nothing after it in the file can be read.

    Raises:
      UserError: unless broken records are skipped.
    """
    self.count += 1
    lost = ", so the rest of the file can't be read" if rest_lost else ""
    sentence = (f"{where}: {error}{lost}; get the file again, or skip broken records "
                "(--skip_broken).")
    self.first = self.first or sentence
    if len(self.sentences) < _MOST_SENTENCES:
      self.sentences.append(sentence)
    if not self._skip:
      raise UserError(sentence)
