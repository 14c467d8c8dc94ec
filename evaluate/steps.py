"""The steps of a long run, said on stderr and timed."""

import contextlib
import time
from collections.abc import Iterator

from data_tools import cli


class Steps:
  """Says on stderr what is being done, and keeps how long it took.

  Attributes:
    seconds: of each step so far.
  """

  def __init__(self):
    self.seconds: dict[str, float] = {}

  @contextlib.contextmanager
  def __call__(self, name: str) -> Iterator[None]:
    cli.say(f"{name} ...")
    begin = time.perf_counter()
    yield
    self.seconds[name] = round(time.perf_counter() - begin, 2)
