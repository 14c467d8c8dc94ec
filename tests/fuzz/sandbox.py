"""One mutated file after the other through its reader, in a process that watches itself.

What may come of a file: "read" or "refused" (a UserError of one line). All else is a defect:
"traceback", "memory" (more than its share), "time", "action" (it ran, wrote or fetched something),
or "crash" (the process died).
"""

import multiprocessing
import os
import pathlib
import re
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from data_tools.errors import UserError
from tests import commands  # noqa: F401  (its fork server has TensorFlow imported)
from tests.fuzz.mutations import Mutator
from tests.fuzz.readers import READERS, Reader

SECONDS = 30  # of the processor, for one file
MEGABYTES = 1024  # that a file may take in memory; the largest fixed allowance of a reader
_ROOM = 4 * 2**30  # bytes of addresses beyond what the process has at its start
_ACTIONS = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
            "os.forkpty", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "shutil.",
            "socket.connect", "socket.bind", "pickle.find_class", "ctypes.dlopen", "urllib.Request",
            "os.chmod", "os.link", "os.symlink", "os.truncate", "webbrowser.open")
_FORKS = multiprocessing.get_context("forkserver")


class Defect(NamedTuple):
  """What a reader did wrong: what it was, where, and the file."""

  reader: str
  kind: str
  what: str
  content: bytes


class _TooLong(BaseException):
  """Raised into a reader that does not come to an end."""


class Outcome(NamedTuple):
  """Counts of what came of the files, and the defects."""

  counts: Counter
  defects: list[Defect]


def run(reader: str | Reader, files: int, seed: int,
        progress: Callable[[int], object] = lambda _: None) -> Outcome:
  """Sends mutated files through a reader.

  Args:
    reader: its name in READERS, or one that can be pickled.
    files: how many.
    seed: of the mutations; file i depends on (seed, i) only.
    progress: called with 1 after each file.

  Returns:
    What came of them. After a crash a new process goes on behind the file.
  """
  name = reader if isinstance(reader, str) else "another"
  counts, defects, begin = Counter(), [], 0
  while begin < files:
    with tempfile.TemporaryDirectory() as folder:
      ours, theirs = _FORKS.Pipe(duplex=False)
      process = _FORKS.Process(target=_work, args=(reader, begin, files, seed, folder, theirs))
      process.start()
      theirs.close()
      begin = _listen(ours, name, begin, counts, defects, progress)
      process.kill()
      process.join()
      last = pathlib.Path(folder) / "last"
      if begin < files and not last.exists():
        raise RuntimeError(f"the valid files of {name} were not read; exit {process.exitcode}")
      if begin < files:
        counts["crash"] += 1
        defects.append(Defect(name, "crash", f"exit code {process.exitcode}, file {begin}",
                              last.read_bytes()))
        begin += 1
        progress(1)
  return Outcome(counts, defects)


def _listen(pipe: Any, name: str, begin: int, counts: Counter, defects: list[Defect],
            progress: Callable[[int], object]) -> int:
  """Takes down what a process tells; returns the number of the file after the last told one."""
  while pipe.poll(20 * SECONDS):
    try:
      kind, what, content = pipe.recv()
    except EOFError:
      break
    counts[kind] += 1
    if content is not None:
      defects.append(Defect(name, kind, what, content))
    begin += 1
    progress(1)
  return begin


def _work(reader: str | Reader, begin: int, files: int, seed: int, folder: str, pipe: Any) -> None:
  """The process: damages, reads and tells."""
  scratch, watch = pathlib.Path(folder), _Watch()
  made = READERS[reader] if isinstance(reader, str) else reader
  seeds = made.seeds(scratch)
  contents = [path.read_bytes() for path in seeds]
  for path in seeds:  # what is imported late is imported now
    target = _target(path, scratch)
    made.place(target, path.read_bytes())
    made.read(target)
  watch.limit()
  marker = scratch / "marker"
  for number in range(begin, files):
    mutator = Mutator(seed * 1_000_003 + number, str(marker))
    path = seeds[number % len(seeds)]
    content = mutator.mutate(contents[number % len(seeds)], contents, made.container)
    (scratch / "last").write_bytes(content)
    target = _target(path, scratch)
    made.place(target, content)
    kind, what = watch.read(made.read, target)
    if marker.exists():
      kind, what = "action", f"a pickle of the file was run ({kind}: {what})"
    pipe.send((kind, what, content if kind not in ("read", "refused") else None))


def _target(path: pathlib.Path, scratch: pathlib.Path) -> pathlib.Path:
  """Where the mutated copies go: shards to their place, others beside the valid file."""
  if scratch not in path.parents:
    return scratch / f"mutated{path.suffix}"
  return path if path.parent != scratch else path.with_stem("mutated")


class _Watch:
  """Limits and looks at what this process does while it reads; it can't be taken off."""

  def __init__(self):
    self._armed = False
    self._actions: list[str] = []
    sys.addaudithook(self._see)
    signal.signal(signal.SIGPROF, self._stop)

  def limit(self) -> None:
    """Bounds the addresses from now on, so that no file takes the machine's memory."""
    size = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _ROOM, size + _ROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

  def read(self, reader: Callable[[pathlib.Path], object], path: pathlib.Path) -> tuple[str, str]:
    """The kind of what came of a file, and where."""
    self._actions.clear()
    before = _memory(reset=True)
    kind, what = self._attempt(reader, path)
    peak = (_memory() - before) / 2**20
    if self._actions:
      return "action", self._actions[0]
    if peak > MEGABYTES and kind in ("read", "refused"):
      return "memory", f"{peak:.0f} MB ({kind}: {what})"
    return kind, what

  def _attempt(self, reader, path) -> tuple[str, str]:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    self._armed = True
    try:
      reader(path)
    except UserError as error:
      return ("refused", str(error)) if "\n" not in str(error) else ("traceback", f"lines: {error}")
    except _TooLong:
      return "time", "".join(traceback.format_stack(limit=1))
    except BaseException as error:  # whatever it is, it is a defect
      place = [f"{pathlib.Path(frame.filename).name}:{frame.lineno}"
               for frame in traceback.extract_tb(error.__traceback__)][-4:]
      return "traceback", f"{type(error).__name__} at {' '.join(place)}: {str(error)[:200]}"
    finally:
      self._armed = False
      signal.setitimer(signal.ITIMER_PROF, 0)
    return "read", ""

  def _see(self, event: str, arguments: tuple) -> None:
    if not self._armed:
      return
    if event == "open":
      if isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        self._actions.append(f"opened {arguments[0]!r:.200} to write")
    elif event.startswith(_ACTIONS):
      self._actions.append(f"{event} {arguments!r:.200}")

  def _stop(self, *_: Any) -> None:
    raise _TooLong


def _memory(reset: bool = False) -> int:
  """Bytes of memory at the highest since the last reset, or those now."""
  if reset:
    pathlib.Path("/proc/self/clear_refs").write_text("5")
  status = pathlib.Path("/proc/self/status").read_text()
  return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) * 1024
