"""Rasterising with several processes; the pictures don't depend on how many there are.

Each process has a pipe of its own: if one dies, its pipe ends and the parent knows; if the parent
dies, all pipes end and the processes do too. (Python 3.11's own process pool can hang in both.)
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection

import numpy as np

from data_tools.errors import UserError
from data_tools.raster.renderers import allocate, rasterize

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
  spawn = multiprocessing.get_context("spawn")  # fork and a running TensorFlow don't go together
  pipes, processes = [], []
  try:
    for _ in range(workers):
      ours, theirs = spawn.Pipe()
      process = spawn.Process(target=_work, args=[theirs], daemon=True)
      process.start()
      theirs.close()  # so that only the process holds its end
      pipes.append(ours)
      processes.append(process)

    def spread(drawings: Sequence[np.ndarray], width: int = 48, renderer: str = "auto",
               progress: Callable[[int], object] | None = None) -> np.ndarray:
      return _spread(pipes, drawings, width, renderer, progress)

    yield spread
  except (EOFError, ConnectionError) as error:
    raise UserError(f"One of the {workers} worker processes died, probably for lack of memory; "
                    "use --workers=1.") from error
  finally:
    for process in processes:
      process.terminate()
      process.join()


def _spread(pipes: list[Connection], drawings: Sequence[np.ndarray], width: int, renderer: str,
            progress: Callable[[int], object] | None) -> np.ndarray:
  images = allocate(len(drawings), width)
  waiting = iter(range(0, len(drawings), _CHUNK))
  at_work: dict[Connection, int] = {}  # pipe -> first drawing of its chunk

  def hand_out(pipe: Connection) -> None:
    first = next(waiting, None)
    if first is not None:
      pipe.send((drawings[first:first + _CHUNK], width, renderer))
      at_work[pipe] = first

  for pipe in pipes:
    hand_out(pipe)
  while at_work:
    for pipe in multiprocessing.connection.wait(list(at_work)):
      part = pipe.recv()
      if isinstance(part, UserError):
        raise part
      first = at_work.pop(pipe)
      images[first:first + len(part)] = part
      if progress:
        progress(len(part))
      hand_out(pipe)
  return images


def _work(pipe: Connection) -> None:
  """Draws what comes through the pipe until it ends."""
  signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
  with contextlib.suppress(EOFError, ConnectionError):  # the parent is no more
    while True:
      task = pipe.recv()
      try:
        result = rasterize(*task)
      except UserError as error:
        result = error
      pipe.send(result)
