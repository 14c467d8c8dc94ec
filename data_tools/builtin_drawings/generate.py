"""Makes drawings: drawing i of a split is the same whatever else is made."""

import math
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from data_tools.builtin_drawings import bee, bus, cat, flower, giraffe, pig
from data_tools.builtin_drawings.finish import finish
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style
from data_tools.errors import UserError

VERSION = 1  # raise it when the same seed gives other drawings

STYLES: dict[str, tuple[Style, ...]] = {
    "bee": bee.STYLES, "bus": bus.STYLES, "flower": flower.STYLES, "giraffe": giraffe.STYLES,
    "pig": pig.STYLES, "cat": cat.STYLES,
}
SPLITS = ("train", "valid", "test")
POINTS = (20, 120)  # a drawing with fewer or more points is drawn again

_CHUNK = 64  # drawings finished together; affects speed only
_TILT_DEGREES = 3.5
_ASPECT = 0.08  # standard deviation of log(width / height) beyond the styles' own


def draw(category: str, indices: Sequence[int], seed: int = 0, split: str = "train"
         ) -> tuple[list[np.ndarray], np.ndarray]:
  """Drawings of a category.

  Args:
    category: a key of STYLES.
    indices: which drawings of the split's endless row.
    seed: another seed, other drawings.
    split: one of SPLITS; each has its own row.

  Returns:
    For each index int16 [n, 3]: dx, dy, pen lifted; and int64 [len(indices)], the index of each
    drawing's style in STYLES[category].

  Raises:
    UserError: there is no such category.
  """
  check_categories([category])
  drawings, labels = [], []
  for start in range(0, len(indices), _CHUNK):
    made, styles = _draw_chunk(category, indices[start:start + _CHUNK], seed, split)
    drawings += made
    labels += styles
  return drawings, np.array(labels, np.int64)


def check_categories(categories: Iterable[str]) -> None:
  """Raises UserError, naming the available ones, if a category has no built-in drawings."""
  for category in categories:
    if category not in STYLES:
      raise UserError(f"There are no built-in drawings of {category!r}, only of "
                      f"{', '.join(STYLES)}; choose among these, or download QuickDraw's and "
                      "pass --data_dir.")


def _draw_chunk(category: str, indices: Sequence[int], seed: int, split: str
                ) -> tuple[list[np.ndarray], list[int]]:
  key = (seed, zlib.crc32(category.encode()), SPLITS.index(split))
  randoms = [np.random.default_rng((*key, int(index))) for index in indices]
  made: list = [None] * len(indices)
  labels = [0] * len(indices)
  waiting = list(range(len(indices)))
  while waiting:
    raw = []
    for place in waiting:
      labels[place], strokes = _sketch(STYLES[category], randoms[place])
      raw.append(strokes)
    done = dict(zip(waiting, finish(raw)))
    made = [done.get(place, drawing) for place, drawing in enumerate(made)]
    # The same generator goes on, so a drawing that is drawn again is still its own.
    waiting = [place for place in waiting if not POINTS[0] <= len(made[place]) <= POINTS[1]]
  return made, labels


def _sketch(styles: Sequence[Style], random: np.random.Generator
            ) -> tuple[int, list[np.ndarray]]:
  """One drawing: its style, and its strokes before finishing."""
  hand = Hand(random)
  label = hand.pick(range(len(styles)), [style.share for style in styles])
  styles[label].draw(hand)
  tilt = math.radians(hand.shift(_TILT_DEGREES))
  aspect = math.exp(hand.shift(_ASPECT) / 2)
  cos, sin = math.cos(tilt), math.sin(tilt)
  turn = np.array([[cos * aspect, sin / aspect], [-sin * aspect, cos / aspect]])
  return label, [stroke @ turn for stroke in hand.strokes]
