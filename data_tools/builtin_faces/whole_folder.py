"""A folder that is either whole or not there."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from data_tools.errors import UserError


@contextlib.contextmanager
def whole_folder(path: str | os.PathLike) -> Iterator[pathlib.Path]:
  """Yields an empty folder beside `path` to fill; it takes the place of `path` at the end.

  If the body raises or the process dies, nothing is at `path`. If someone else has put a folder
  there in the meantime, theirs stays and ours is thrown away.

  Args:
    path: the folder to make; may be there if it is empty.

  Raises:
    UserError: the folder can't be made or written to, or the disk is full.
  """
  path = pathlib.Path(path)
  scratch = None
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    made = scratch / path.name
    made.mkdir()
    yield made
    _put(made, path)
  except OSError as error:
    raise UserError(f"{path} can't be written ({error.strerror or error}); give a folder that "
                    "you may write to, on a disk with room.") from error
  finally:
    if scratch is not None:
      shutil.rmtree(scratch, ignore_errors=True)


def _put(made: pathlib.Path, path: pathlib.Path) -> None:
  try:
    os.replace(made, path)  # takes the place of an empty folder, never of a full one
  except OSError:
    if not (path.is_dir() and any(path.iterdir())):
      raise
