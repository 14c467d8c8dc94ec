"""Keeps the chatter of a library and of its processes off the terminal."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

from data_tools.errors import UserError

_STDERR = 2


@contextlib.contextmanager
def quiet(on: bool = True) -> Iterator[None]:
  """Nothing that the body, or a process it starts, writes to stderr is shown, unless it fails.

  The file descriptor itself is turned aside, because processes inherit it.

  Args:
    on: False changes nothing.

  Raises:
    Exception: what the body raised. Everything but a UserError is a bug, so what was written is
      shown after all.
  """
  if not on:
    yield
    return
  sys.stderr.flush()
  with tempfile.TemporaryFile() as aside:
    terminal = os.dup(_STDERR)
    os.dup2(aside.fileno(), _STDERR)
    failed = False
    try:
      yield
    except Exception as error:
      failed = not isinstance(error, UserError)
      raise
    finally:
      sys.stderr.flush()
      os.dup2(terminal, _STDERR)
      os.close(terminal)
      if failed:
        aside.seek(0)
        with open(os.dup(_STDERR), "wb") as shown:
          shutil.copyfileobj(aside, shown)
