"""A function over many tasks with several processes; what it does doesn't depend on their number.

Each process has a pipe of its own: if one dies, its pipe ends and the parent knows; if the parent
dies, all pipes end and the processes do too. (Python 3.11's own process pool can hang in both.)
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

from data_tools.errors import UserError


def results(function: Callable[[Any], Any], tasks: Sequence[Any], workers: int = 1
            ) -> Iterator[tuple[int, Any]]:
  """Does all tasks.

  Args:
    function: of a module, so that a process can import it; takes one task.
    tasks: what can be pickled.
    workers: how many processes; with 1, or one task, none is started.

  Yields:
    (number of a task, its result), as they get done.

  Raises:
    UserError: a process died while it was at work.
    Exception: what `function` raised for a task; the tasks after it are not done.
  """
  workers = min(workers, len(tasks))
  if workers <= 1:
    yield from ((number, function(task)) for number, task in enumerate(tasks))
    return
  with _processes(function, workers) as pipes:
    waiting = iter(enumerate(tasks))
    at_work: dict[Connection, int] = {}  # pipe -> number of its task
    for pipe in pipes:
      _hand_out(pipe, waiting, at_work)
    while at_work:
      for pipe in multiprocessing.connection.wait(list(at_work)):
        result, error = pipe.recv()
        if error is not None:
          raise error
        number = at_work.pop(pipe)
        _hand_out(pipe, waiting, at_work)
        yield number, result


def _hand_out(pipe: Connection, waiting: Iterator[tuple[int, Any]],
              at_work: dict[Connection, int]) -> None:
  for number, task in waiting:
    pipe.send(task)
    at_work[pipe] = number
    return


@contextlib.contextmanager
def _processes(function: Callable[[Any], Any], workers: int) -> Iterator[list[Connection]]:
  spawn = multiprocessing.get_context("spawn")  # fork and a running TensorFlow don't go together
  pipes, processes = [], []
  try:
    for _ in range(workers):
      ours, theirs = spawn.Pipe()
      process = spawn.Process(target=_work, args=[theirs, function], daemon=True)
      process.start()
      theirs.close()  # so that only the process holds its end
      pipes.append(ours)
      processes.append(process)
    yield pipes
  except (EOFError, ConnectionError) as error:
    raise UserError(f"One of the {workers} worker processes died, probably for lack of memory; "
                    "use --workers=1.") from error
  finally:
    for process in processes:
      process.terminate()
      process.join()


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
  """Does what comes through the pipe until it ends."""
  signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
  with contextlib.suppress(EOFError, ConnectionError):  # the parent is no more
    while True:
      task = pipe.recv()
      try:
        answer = function(task), None
      except Exception as error:  # raised again by the parent
        answer = None, error
      pipe.send(answer)
