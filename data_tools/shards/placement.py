"""Which split and which shard a drawing belongs to: a pure function of its key id.

So the same drawings give the same files, in whatever order and by however many workers they are
read, and a drawing never changes sides when others are added.
"""

import hashlib
import os
import re
from typing import NamedTuple

from data_tools.stroke_files import SPLITS

_WHOLE = 2**64


class Place(NamedTuple):
  """Where a drawing goes.

  Attributes:
    split: one of SPLITS.
    shard: 0 <= shard < the split's number of shards.
    order: records of a shard are sorted by it; 0 <= order < 2**64. Shards, one after the other,
      are sorted as a whole.
  """

  split: str
  shard: int
  order: int


def place(key_id: int, shards: dict[str, int], fractions: dict[str, float],
          split: str | None = None) -> Place:
  """Finds the place of a drawing.

  Args:
    key_id: 0 <= key_id < 2**64.
    shards: split -> number of shards, at least 1.
    fractions: of "valid" and "test", of all drawings, 0 to 1; the rest is train. The fractions
      come out nearly: every drawing is drawn for by itself.
    split: the drawing's own split, if it has one.
  """
  digest = hashlib.blake2b(key_id.to_bytes(8, "little"), digest_size=16).digest()
  lot, order = (int.from_bytes(part, "little") for part in (digest[:8], digest[8:]))
  if split is None:
    split = _split(lot / _WHOLE, fractions)
  return Place(split, order * shards[split] // _WHOLE, order)


def _split(lot: float, fractions: dict[str, float]) -> str:
  if lot < fractions["valid"]:
    return "valid"
  return "test" if lot < fractions["valid"] + fractions["test"] else "train"


def key_of(category: str, split: str, index: int) -> int:
  """A key id for a drawing of a file without key ids, from its place there; below 2**63."""
  text = f"{category}\0{split}\0{index}".encode()
  return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


def key_of_file(category: str, name: str) -> int:
  """A key id for a drawing in a file of its own, from its category and name; below 2**63."""
  text = f"{category}\0".encode() + os.fsencode(name)
  return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


def shard_name(split: str, shard: int, count: int) -> str:
  """The file of a shard: train-00003-of-00016.tfrecord."""
  return f"{split}-{shard:05d}-of-{count:05d}.tfrecord"


def is_shard_name(name: str) -> bool:
  """Whether a file is named as a shard is; of more than 99,999 shards none is made."""
  pattern = rf"(?:{'|'.join(SPLITS)})-[0-9]{{5}}-of-[0-9]{{5}}\.tfrecord"
  return re.fullmatch(pattern, name) is not None
