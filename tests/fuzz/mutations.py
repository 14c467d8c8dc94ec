"""Damage and malice for files: what mutated copies of a valid file are made by.

Blind to the format: bits, blocks, declared numbers, digits of texts, pickles that call. With the
container of the format known (see `containers`), members are damaged and swapped within it, so that
checksums hold and damage gets past them.
"""

import os
import pickle
import random
import re
import struct
from collections.abc import Callable, Sequence

from tests.fuzz.containers import Container, Part

_EDGES = (0, 1, -1, 127, 128, 255, 2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**40,
          2**62, 2**63 - 1, -(2**63))
_WORDS = (b"0", b"-1", b"1e308", b"1e999", b"-0", b"99999999999999999999", b"2147483648", b"NaN",
          b"Infinity", b"5e-324", b"", b"true", b"null", b"[]", b"{}", b"9" * 5000, b"0.5")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LARGEST = 2**21  # bytes of a mutated file, so that a run stays quick
_BOMB = 2**20 * 80  # bytes of one kind, added to a member
TRAP = "echo caught > "  # a command of the pickles made here; nobody is to run it


class _Call:
  def __init__(self, function: Callable, *arguments):
    self._reduced = function, arguments

  def __reduce__(self):
    return self._reduced


def payloads(marker: str) -> list[bytes]:
  """Pickles that would do something, of every protocol.

  Args:
    marker: path of the file that they would write.
  """
  calls = [_Call(os.system, TRAP + marker), _Call(eval, f"open({marker!r}, 'w')"),
           _Call(exec, f"open({marker!r}, 'w')"), _Call(open, marker, "w"),
           _Call(os.mkdir, marker)]
  return [pickle.dumps(call, protocol) for call in calls for protocol in range(5)]


class Mutator:
  """Makes mutated copies of files; the same seed makes the same ones.

  Args:
    seed: of the random numbers.
    marker: see `payloads`.
  """

  def __init__(self, seed: int, marker: str):
    self._dice = random.Random(seed)
    self._payloads = payloads(marker)
    self._steps = (self._flip, self._overwrite, self._cut, self._delete, self._insert,
                   self._duplicate, self._declare, self._declare, self._renumber, self._renumber,
                   self._call)

  def mutate(self, content: bytes, others: Sequence[bytes],
             container: Container | None = None) -> bytes:
    """One mutated copy.

    Args:
      content: a valid file.
      others: of the same format, to take parts from.
      container: of the format, if it has one.
    """
    if container is not None and self._dice.random() < 0.7:
      return self._within(container, container.parts(content), others)
    return self._damaged(content, others)

  def _damaged(self, content: bytes, others: Sequence[bytes]) -> bytes:
    if others and self._dice.random() < 0.05:
      other = self._dice.choice(others)
      return content[:self._place(content)] + other[self._place(other):]
    for _ in range(self._dice.choice([1, 1, 1, 2, 4, 16])):
      content = self._dice.choice(self._steps)(content)
    return content[:_LARGEST]

  def _within(self, container: Container, parts: list[Part], others: Sequence[bytes]) -> bytes:
    dice = self._dice
    index = dice.randrange(len(parts)) if parts else 0
    how = dice.choice(["damage", "damage", "damage", "drop", "double", "swap", "foreign", "bomb"])
    if not parts or how == "damage":
      name, content = parts[index] if parts else ("", b"")
      parts[index:index + 1] = [(name, self._damaged(content, []))]
    elif how == "drop":
      del parts[index]
    elif how == "double":
      parts.insert(dice.randrange(len(parts) + 1), parts[index])
    elif how == "swap":
      other = dice.randrange(len(parts))
      one, two = parts[index], parts[other]
      parts[index], parts[other] = (one[0], two[1]), (two[0], one[1])
    elif how == "foreign" and others:
      parts[index] = parts[index][0], dice.choice(container.parts(dice.choice(others)))[1]
    elif how == "bomb" and dice.random() < 0.04:
      parts[index] = parts[index][0], parts[index][1] + bytes([dice.choice([0, 78, 93])]) * _BOMB
    return container.pack(parts, dice)

  def _place(self, content: bytes) -> int:
    return self._dice.randrange(len(content) + 1)

  def _block(self, content: bytes) -> tuple[int, int]:
    start = self._place(content)
    return start, min(len(content), start + self._dice.choice([1, 2, 4, 8, 30, 200, 2000]))

  def _flip(self, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(self._dice.choice([1, 1, 2, 8])):
      if changed:
        changed[self._dice.randrange(len(changed))] ^= 1 << self._dice.randrange(8)
    return bytes(changed)

  def _overwrite(self, content: bytes) -> bytes:
    start, end = self._block(content)
    filling = self._dice.choice([bytes(end - start), b"\xff" * (end - start),
                                 self._dice.randbytes(end - start)])
    return content[:start] + filling + content[end:]

  def _cut(self, content: bytes) -> bytes:
    return content[:self._place(content)]

  def _delete(self, content: bytes) -> bytes:
    start, end = self._block(content)
    return content[:start] + content[end:]

  def _insert(self, content: bytes) -> bytes:
    start = self._place(content)
    return content[:start] + self._dice.randbytes(self._dice.choice([1, 3, 64])) + content[start:]

  def _duplicate(self, content: bytes) -> bytes:
    start, end = self._block(content)
    block = content[start:end] * self._dice.choice([1, 2, 100, 3000])
    return content[:start] + block[:_LARGEST] + content[start:]

  def _declare(self, content: bytes) -> bytes:
    """Writes a number where a size, length, count or offset may stand."""
    size, order = self._dice.choice([1, 2, 4, 8]), self._dice.choice("<>")
    number = self._dice.choice(_EDGES) + self._dice.choice([0, 0, -1, 1])
    packed = struct.pack(f"{order}Q", number % 2**(8 * size))
    packed = packed[:size] if order == "<" else packed[8 - size:]
    start = self._dice.randrange(max(1, len(content) - size))
    return content[:start] + packed + content[start + size:]

  def _renumber(self, content: bytes) -> bytes:
    """Changes one number that is written in digits; without one, a byte."""
    found = list(_NUMBER.finditer(content[:2**16]))
    if not found:
      return self._flip(content)
    match = self._dice.choice(found)
    return content[:match.start()] + self._dice.choice(_WORDS) + content[match.end():]

  def _call(self, content: bytes) -> bytes:
    """Puts a pickle that calls something at a place of the file, or at that of its own pickle."""
    payload = self._dice.choice(self._payloads)
    start = content.find(b"\x80", self._place(content))
    if start < 0:
      start = self._place(content)
    if self._dice.random() < 0.5:
      return content[:start] + payload
    inner = payload[2:] if payload[:1] == b"\x80" else payload
    return content[:start] + inner.removesuffix(b".") + content[start:]
