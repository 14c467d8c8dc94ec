"""Timing some work."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Timed(NamedTuple):
  """The result of some work, and the least wall and CPU seconds that it took."""

  result: Any
  seconds: float
  cpu_seconds: float


def timed(work: Callable[[], Any], repeats: int = 1) -> Timed:
  """Runs some work a few times; the best wall and CPU times count, each by itself."""
  runs = []
  for _ in range(repeats):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    runs.append((time.perf_counter() - wall, time.process_time() - cpu))
  return Timed(result, *map(min, zip(*runs)))
