"""Rasterising with several processes; the pictures don't depend on how many there are."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data_tools.raster.renderers import allocate, rasterize
from data_tools.worker_processes import Spread, processes

_CHUNK = 2500  # drawings a process does at a time: some 60 MB
Rasterizer = Callable[..., np.ndarray]


@contextlib.contextmanager
def rasterizer(workers: int = 1) -> Iterator[Rasterizer]:
  """Yields a function like `rasterize` that spreads its drawings over processes.

  Args:
    workers: how many processes; with 1, none is started.

  Raises:
    UserError: a process died while it was at work.
  """
  if workers == 1:
    yield rasterize
    return
  with processes(_draw, workers) as spread:

    def draw(drawings: Sequence[np.ndarray], width: int = 48, renderer: str = "auto",
             progress: Callable[[int], object] | None = None) -> np.ndarray:
      return _spread(spread, drawings, width, renderer, progress)

    yield draw


def _spread(spread: Spread, drawings: Sequence[np.ndarray], width: int, renderer: str,
            progress: Callable[[int], object] | None) -> np.ndarray:
  images = allocate(len(drawings), width)
  tasks = ((drawings[first:first + _CHUNK], width, renderer)
           for first in range(0, len(drawings), _CHUNK))
  for number, part in spread(tasks):
    first = number * _CHUNK
    images[first:first + len(part)] = part
    if progress:
      progress(len(part))
  return images


def _draw(task: tuple[Sequence[np.ndarray], int, str]) -> np.ndarray:
  return rasterize(*task)
