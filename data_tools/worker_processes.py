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
Spread = Callable[[Iterable[Any]], Iterator[tuple[int, Any]]]


@contextlib.contextmanager
def processes(work: Callable[[Any], Any], workers: int = 1) -> Iterator[Spread]:
  """Yields a function that takes tasks and gives (number of a task, its result), as they get done.

  Take all results of some tasks before you give others.

  Args:
    work: a function of a module, task -> result; both can be pickled. What it raises is raised
      where the results are taken, and the tasks after it are not done.
    workers: how many processes; with 1, none is started.

  Raises:
    UserError: a process died.
    Exception: what `work` raised.
  """
  if workers <= 1:
    yield lambda tasks: ((number, work(task)) for number, task in enumerate(tasks))
    return
  spawn = multiprocessing.get_context("spawn")  # fork and a running TensorFlow don't go together
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


def _spread(pipes: list[Connection], tasks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
  waiting = enumerate(tasks)
  at_work: dict[Connection, int] = {}  # pipe -> number of its task
  with _told(len(pipes)):
    for pipe in pipes:
      _hand_out(pipe, waiting, at_work)
    while at_work:
      for pipe in multiprocessing.connection.wait(list(at_work)):
        number = at_work.pop(pipe)
        result, error = pipe.recv()
        if error is not None:
          for other in at_work:
            other.recv()  # what it is at is finished, not torn down
          raise error
        _hand_out(pipe, waiting, at_work)
        yield number, result


def _hand_out(pipe: Connection, waiting: Iterator[tuple[int, Any]],
              at_work: dict[Connection, int]) -> None:
  """Gives the next task, if there is one."""
  for number, task in waiting:
    pipe.send(task)
    at_work[pipe] = number
    return


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
        answer = work(task), None
      except Exception as error:  # raised again by the parent
        answer = None, error
      pipe.send(answer)
