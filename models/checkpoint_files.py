"""A folder of checkpoints, as TensorFlow keeps it, and as killed saves and full disks leave it.

    checkpoint                the state: which checkpoint is the newest, and which are kept
    ckpt-7.index, .data-...   a checkpoint under its number: a step or a pass
    ckpt-8_temp/              what is left of a save that was killed
    before-7.index, .data-... what ckpt-7 was, while ckpt-7 is written once more

TensorFlow writes the index last, and the state after it; but it opens an index under its own name,
so that a save under a number that is there destroys that checkpoint before the new one is whole.
"""

import contextlib
import os
import pathlib
import re
import shutil
from collections.abc import Iterator

import tensorflow as tf

from data_tools.files import atomic_path

STATE = "checkpoint"
# What reading a checkpoint raises that is cut off or damaged.
UNREADABLE = (tf.errors.OpError, IndexError)
_NAME, _BEFORE = "ckpt-", "before-"
_OPERATIONS = re.compile(r"\{\{.*?\}\}|\[Op:\w+\]")
_NEWEST = re.compile(r'^model_checkpoint_path: "(.+)"$', re.MULTILINE)


def numbered(folder: str | os.PathLike) -> dict[int, str]:
  """The checkpoints of a folder: number -> path without the ending, ascending."""
  found = {}
  for path in pathlib.Path(folder).glob(f"{_NAME}*.index"):
    number = path.stem.removeprefix(_NAME)
    if number.isdigit():
      found[int(number)] = str(path.with_suffix(""))
  return dict(sorted(found.items()))


def candidates(folder: str | os.PathLike) -> list[str]:
  """The checkpoints of a folder, that which its state names first, then from the newest.

  Returns:
    Paths without the ending; whether they can be read is not looked at.
  """
  named = _named(pathlib.Path(folder))
  rest = [path for path in reversed(numbered(folder).values()) if path != named]
  return [named, *rest] if named else rest


def newest(folder: str | os.PathLike) -> str | None:
  """The first of `candidates`; None if nothing was ever saved whole."""
  found = candidates(folder)
  return found[0] if found and is_begun(folder) else None


def is_begun(folder: str | os.PathLike) -> bool:
  """Whether anything was ever saved here; a first save that was killed is nothing."""
  return os.path.lexists(pathlib.Path(folder) / STATE) or any(map(_is_whole,
                                                                  numbered(folder).values()))


def mend(folder: str | os.PathLike) -> None:
  """Removes what killed saves have left, and writes a damaged state anew; call before a save.

  Args:
    folder: may be missing. Nobody else saves to it.

  Raises:
    UserError: it can't be written to.
  """
  folder = pathlib.Path(folder)
  if not folder.is_dir():
    return
  for path in folder.glob(f"{_NAME}*_temp*"):
    shutil.rmtree(path, ignore_errors=True)
  _put_back(folder)
  for path in {*numbered(folder).values()} - {*_kept(folder)}:
    if not _is_whole(path):  # its index was being written
      _remove(folder, os.path.basename(path))
  kept = {*_kept(folder), *numbered(folder).values()}
  for path in folder.glob(f"{_NAME}*.data-*"):  # a killed save's, whose index is not there yet
    if str(path).rpartition(".data-")[0] not in kept:
      path.unlink(missing_ok=True)
  if _named(folder) is None:
    _write_state(folder)


@contextlib.contextmanager
def written_again(folder: str | os.PathLike, number: int) -> Iterator[None]:
  """Around a save under a number: a checkpoint that has it can be read until the new one can."""
  folder = pathlib.Path(folder)
  if not (folder / f"{_NAME}{number}.index").is_file() or not (folder / STATE).is_file():
    yield
    return
  _link(folder, f"{_NAME}{number}", f"{_BEFORE}{number}")
  _rename_in_state(folder, f"{_NAME}{number}", f"{_BEFORE}{number}")
  (folder / f"{_NAME}{number}.index").unlink()
  yield
  _remove(folder, f"{_BEFORE}{number}")


def reason(error: Exception) -> str:
  """What TensorFlow says of an error, without the names of its operations; one line."""
  return _OPERATIONS.sub("", str(error).strip().split("\n")[0]).strip()


def sync(checkpoint: str) -> None:
  """Has what was written of a checkpoint on the disk, before any older one goes."""
  path = pathlib.Path(checkpoint)
  for part in path.parent.glob(f"{path.name}.*"):
    with open(part, "rb") as file:
      os.fsync(file.fileno())


def _put_back(folder):
  """Ends what `written_again` began: the older checkpoint gets its number back, or goes."""
  named = _named(folder)
  if named and os.path.basename(named).startswith(_BEFORE):
    number = os.path.basename(named).removeprefix(_BEFORE)
    _link(folder, f"{_BEFORE}{number}", f"{_NAME}{number}")
    _rename_in_state(folder, f"{_BEFORE}{number}", f"{_NAME}{number}")
  for path in folder.glob(f"{_BEFORE}*"):
    path.unlink(missing_ok=True)


def _link(folder, old, new):
  """The files of a checkpoint under a second name, the index last."""
  for path in sorted(folder.glob(f"{old}.*")):  # .data- before .index
    copy = folder / f"{new}{path.name.removeprefix(old)}"
    copy.unlink(missing_ok=True)
    try:
      os.link(path, copy)
    except OSError:  # not every file system has links
      shutil.copyfile(path, copy)


def _remove(folder, name):
  for path in sorted(folder.glob(f"{name}.*"), reverse=True):  # the index first
    path.unlink(missing_ok=True)


def _state(folder) -> str:
  try:
    return (folder / STATE).read_text()
  except (OSError, UnicodeDecodeError):
    return ""


def _named(folder) -> str | None:
  """The checkpoint that the state names, if it is there."""
  found = _NEWEST.search(_state(folder))
  path = found and os.path.join(folder, found[1])
  return path if path and os.path.isfile(f"{path}.index") else None


def _kept(folder) -> list[str]:
  """All that the state names, whether there or not."""
  return [os.path.join(folder, name) for name in re.findall(r'_paths?: "(.+)"', _state(folder))]


def _rename_in_state(folder, old, new):
  text = _state(folder).replace(f'"{old}"', f'"{new}"')
  with atomic_path(folder / STATE) as path:
    path.write_text(text)


def _write_state(folder):
  """The state of what is there; none if there is nothing."""
  found = {number: path for number, path in numbered(folder).items() if _is_whole(path)}
  if not found:
    return
  if (folder / STATE).is_dir():
    (folder / STATE).rmdir()
  lines = [f'model_checkpoint_path: "{os.path.basename(list(found.values())[-1])}"']
  lines += [f'all_model_checkpoint_paths: "{os.path.basename(path)}"' for path in found.values()]
  lines += [f"all_model_checkpoint_timestamps: {os.path.getmtime(f'{path}.index')}"
            for path in found.values()]
  with atomic_path(folder / STATE) as path:
    path.write_text("\n".join(lines) + "\n")


def _is_whole(checkpoint: str) -> bool:
  """Whether the index can be read, which is written when the data are."""
  try:
    tf.train.load_checkpoint(checkpoint)
    return True
  except (*UNREADABLE, ValueError):
    return False
