"""Files and folders that are whole or not there, and the folder of what can be made again."""

import contextlib
import errno
import os
import pathlib
import re
import shutil
import tempfile
from collections.abc import Iterator

from data_tools.errors import UserError

# What tempfile.mkdtemp makes of the name of a file.
_SCRATCH = re.compile(r"\.(.+)\.[a-z0-9_]{8}")


def cache_dir() -> pathlib.Path:
  """Folder for things that can be made or fetched again, outside the repository.

  Returns:
    $SKETCH_ZOO_CACHE if set, else $XDG_CACHE_HOME/sketch_zoo, else ~/.cache/sketch_zoo.
  """
  own = os.environ.get("SKETCH_ZOO_CACHE")
  if own:
    return pathlib.Path(own).expanduser()
  base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
  return pathlib.Path(base).expanduser() / "sketch_zoo"


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
  """Yields a path beside `path` to write a file to; it takes the place of `path` at the end.

  If the body raises, or the process dies, whatever stood at `path` before is untouched. The
  temporary name ends like `path`, so that writers which look at the ending behave the same.

  Args:
    path: the file to make. Its folder is made if missing.

  Raises:
    UserError: the folder can't be made or written to, or the disk is full.
  """
  path = pathlib.Path(path)
  with _sentence_for_os_errors(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
      yield scratch / path.name
      _sync(scratch / path.name)
      os.replace(scratch / path.name, path)
    finally:
      shutil.rmtree(scratch, ignore_errors=True)


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


def remove_leftovers(folder: str | os.PathLike) -> None:
  """Removes what `atomic_path` left in a folder when its process was killed; call where nobody
  else writes.

  Args:
    folder: may be missing.
  """
  for path in pathlib.Path(folder).glob(".*"):
    name = _SCRATCH.fullmatch(path.name)
    if name and path.is_dir() and {one.name for one in path.iterdir()} <= {name[1]}:
      shutil.rmtree(path, ignore_errors=True)


def check_free(folder: str | os.PathLike) -> None:
  """Before the work of which `whole_folder` is to keep the results.

  Raises:
    UserError: something is there already.
  """
  folder = pathlib.Path(folder)
  if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
    raise UserError(f"{folder} is there already; give a new folder, or an empty one, as "
                    "--output_dir.")


def _put(made: pathlib.Path, path: pathlib.Path) -> None:
  try:
    os.replace(made, path)  # takes the place of an empty folder, never of a full one
  except OSError:
    if not (path.is_dir() and any(path.iterdir())):
      raise


def _sync(path: pathlib.Path) -> None:
  with open(path, "rb") as file:
    os.fsync(file.fileno())


@contextlib.contextmanager
def _sentence_for_os_errors(path: pathlib.Path) -> Iterator[None]:
  try:
    yield
  except OSError as error:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
      raise UserError(f"The disk is full: {path} could not be written (what stood there before "
                      "is untouched); free some space and run the same command again.") from error
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST,
                       errno.ENOENT, errno.EISDIR):
      raise UserError(f"{path} can't be written ({error.strerror}); "
                      "give a folder that you may write to.") from error
    raise
