"""Commands of the zoo, run as a person would, but without importing TensorFlow once more."""

import multiprocessing
import os
import pathlib
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Sequence

import tensorflow as tf

import evaluate.model_loading  # noqa: F401  (what most commands import)

ROOT = pathlib.Path(__file__).parents[1]
_TIMEOUT = 1200  # seconds

# A process that has imported this module, and forks; no tensor has been made in it.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def command(script: str, *flags: str, eagerly: bool = False) -> subprocess.CompletedProcess:
  """Runs a command as a person would, in a process of its own that begins with TensorFlow imported,
  which takes longer than most commands.

  Args:
    script: below the zoo's folder, such as "train/tom.py".
    *flags: of the command line.
    eagerly: without tracing graphs, which takes long for small models.

  Returns:
    The finished process, with what it printed as text.

  Raises:
    subprocess.TimeoutExpired: it takes longer than twenty minutes.
  """
  argv = [str(ROOT / script), *map(str, flags)]
  with tempfile.TemporaryDirectory() as folder:
    paths = [pathlib.Path(folder) / name for name in ("stdout", "stderr")]
    process = started(argv, paths, eagerly)
    process.join(_TIMEOUT)
    if process.exitcode is None:
      process.kill()
      raise subprocess.TimeoutExpired(argv, _TIMEOUT)
    return subprocess.CompletedProcess(argv, process.exitcode,
                                       *(path.read_text() for path in paths))


def started(argv: Sequence[str], outputs: Sequence[pathlib.Path], eagerly: bool = False
            ) -> multiprocessing.Process:
  """As `command`, but does not wait for the end.

  Args:
    argv: path of the script, and flags.
    outputs: files for stdout and stderr.
    eagerly: see `command`.
  """
  process = _FORKS.Process(target=_run_script, args=(list(argv), list(outputs), dict(os.environ),
                                                     eagerly))
  process.start()
  return process


def _run_script(argv, outputs, environment, eagerly):
  os.environ.clear()
  os.environ.update(environment)
  for number, path in enumerate(outputs, start=1):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
  sys.argv, sys.path[:0] = argv, [os.path.dirname(argv[0])]
  if eagerly:
    tf.config.run_functions_eagerly(True)
  runpy.run_path(argv[0], run_name="__main__")
