"""One function over many tasks in several processes; no process can hang or be left behind.

Each process has a pipe of its own: if one dies, its pipe ends and the parent knows; if the parent
dies, all pipes end and the processes do too. (Python 3.11's own process pool can hang in both.)
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from data_tools.errors import UserError

_PATIENCE = 5  # seconds that a process has to finish its last task
Spread = Callable[[Iterable[Any]], Iterator[Any]]


@contextlib.contextmanager
def processes(work: Callable[[Any], Any], workers: int = 1) -> Iterator[Spread]:
  """Yields a function that takes tasks and gives the results, in the order they get ready.

  Take all results of some tasks before you give others.

  Args:
    work: a function of a module, task -> result; both can be pickled. If it raises UserError, that
      is raised where the results are taken.
    workers: how many processes; with 1, none is started.

  Raises:
    UserError: a process died; or what `work` raised.
  """
  if workers == 1:
    yield lambda tasks: map(work, tasks)
    return
  spawn = multiprocessing.get_context("spawn")
  pipes, started = [], []
  try:
    for _ in range(workers):
      ours, theirs = spawn.Pipe()
      process = spawn.Process(target=_serve, args=[theirs, work], daemon=True)
      process.start()
      theirs.close()  # so that only the process holds its end
      pipes.append(ours)
      started.append(process)
    with _told(workers):
      for pipe in pipes:
        pipe.recv()  # it has started, so that its start is not taken for slow work
    yield lambda tasks: _spread(pipes, tasks)
  finally:
    for pipe in pipes:
      pipe.close()  # a process ends when it has done its task
    for process in started:
      process.join(_PATIENCE)
      process.terminate()
      process.join()


def _spread(pipes: list[Connection], tasks: Iterable[Any]) -> Iterator[Any]:
  waiting = iter(tasks)
  with _told(len(pipes)):
    at_work = [pipe for pipe, task in zip(pipes, waiting) if pipe.send(task) is None]
    while at_work:
      for pipe in multiprocessing.connection.wait(at_work):
        at_work.remove(pipe)
        result = pipe.recv()
        if isinstance(result, UserError):
          for other in at_work:
            other.recv()  # what it is at is finished, not torn down
          raise result
        for task in waiting:  # the next one, if there is one
          pipe.send(task)
          at_work.append(pipe)
          break
        yield result


@contextlib.contextmanager
def _told(workers: int) -> Iterator[None]:
  """Makes a sentence of the end of a pipe."""
  try:
    yield
  except (EOFError, ConnectionError) as error:
    raise UserError(f"One of the {workers} worker processes died, probably for lack of memory; "
                    "use --workers=1.") from error


def _serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
  """Works on what comes through the pipe until it ends."""
  signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
  with contextlib.suppress(EOFError, ConnectionError):  # the parent is no more
    pipe.send(None)
    while True:
      task = pipe.recv()
      try:
        result = work(task)
      except UserError as error:
        result = error
      pipe.send(result)
