"""Fetches files over HTTP: resumable, checked, whole or not there.

A file grows as NAME.part beside its target and takes the target's name once it is right, so that
nothing half-written ever stands under that name. Two processes that fetch the same file wait for
each other.
"""

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import http.client
import os
import pathlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import BinaryIO

from data_tools import cli
from data_tools.errors import UserError

OFFLINE = "SKETCH_ZOO_OFFLINE"  # an environment variable; 1 forbids fetching
_BLOCK = 2**18  # bytes read at a time
_TIMEOUT = 60  # seconds without an answer
_PASSING = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)  # some network file systems


class _TryAgain(Exception):
  """A fault that may pass, as a clause."""


@dataclasses.dataclass(frozen=True)
class _Order:
  """What is to be fetched, as `fetch` was told."""

  url: str
  part: pathlib.Path
  size: int | None
  sha256: str | None
  what: str
  attempts: int
  wait: float
  hint: str
  keep_part: bool


def fetch(url: str, target: str | os.PathLike, *, size: int | None = None,
          sha256: str | None = None, what: str = "file", attempts: int = 4, wait: float = 1.0,
          hint: str = "check the address", keep_part: bool = True,
          check: Callable[[pathlib.Path], None] | None = None) -> None:
  """Fetches one file, going on where an earlier run was cut off; replaces what `target` was.

  Args:
    url: its address, http or https.
    target: where it shall stand. Its folder is made if missing.
    size: what it must have, bytes; None: whatever the server says.
    sha256: what it must have, 64 hex digits; None: not checked.
    what: its name in messages.
    attempts: how often it is tried.
    wait: seconds before the second attempt; doubles with each.
    hint: what to do if it can't be had, a clause of the error sentences, such as "give its path
      with --weights".
    keep_part: leave what has come when all attempts failed, for a later run to go on from.
    check: called with the path of the whole file, before it takes its name; raises UserError if it
      is not what it should be.

  Raises:
    UserError: the server does not have it or can't be reached, what it sends is not what was
      expected, it can't be written, or SKETCH_ZOO_OFFLINE is set.
  """
  target = pathlib.Path(target)
  if not url.startswith(("http://", "https://")):
    raise UserError(f"The address {url!r} is neither http nor https; {hint}.")
  if is_offline():
    raise UserError(f"{what} has to be fetched from {url}, but {OFFLINE} is set; {hint}, "
                    f"or unset {OFFLINE}.")
  part = target.with_name(f"{target.name}.part")
  order = _Order(url, part, size, sha256, what, attempts, wait, hint, keep_part)
  try:
    target.parent.mkdir(parents=True, exist_ok=True)
    before = _identity(target)
    with _own(part, what):
      if _identity(target) != before:
        return  # another process fetched it while this one waited
      with _emptied_unless_kept(order):
        _fetch_with_patience(order)
      _ask(check, part)
      os.replace(part, target)
  except OSError as error:
    raise _sentence(error, target) from error


def is_offline() -> bool:
  """Whether SKETCH_ZOO_OFFLINE forbids fetching."""
  return os.environ.get(OFFLINE, "0") not in ("", "0")


def sha256_of(path: str | os.PathLike) -> str:
  """The SHA-256 of a file, 64 hex digits in lower case."""
  with open(path, "rb") as file:
    return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _own(part: pathlib.Path, what: str) -> Iterator[None]:
  """Keeps other processes off `part`; an empty one is not left behind."""
  handle = open(part, "ab")
  while _locked(handle, what) and _identity(part) != _identity(handle.fileno()):
    handle.close()  # its owner has finished it or thrown it away: this is no longer the part
    handle = open(part, "ab")
  with handle:
    try:
      yield
    finally:
      if _identity(part) == _identity(handle.fileno()) and not part.stat().st_size:
        part.unlink()


def _locked(handle: BinaryIO, what: str) -> bool:
  """Waits for the lock; False where the file system has no locks."""
  try:
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
  except BlockingIOError:
    cli.say(f"Another process is fetching {what}: waiting for it.")
    fcntl.flock(handle, fcntl.LOCK_EX)
  except OSError as error:
    if error.errno not in _NO_LOCKS:
      raise
    return False
  return True


def _identity(file: pathlib.Path | int) -> tuple[int, int] | None:
  """Which file stands at a path or behind a descriptor; None if there is none."""
  try:
    status = os.stat(file)
  except FileNotFoundError:
    return None
  return status.st_dev, status.st_ino


@contextlib.contextmanager
def _emptied_unless_kept(order: _Order) -> Iterator[None]:
  try:
    yield
  except BaseException:  # Ctrl-C too
    if not order.keep_part:
      os.truncate(order.part, 0)
    raise


def _ask(check: Callable[[pathlib.Path], None] | None, part: pathlib.Path) -> None:
  try:
    if check:
      check(part)
  except UserError:
    os.truncate(part, 0)  # going on from a bad start would never end well
    raise


def _fetch_with_patience(order: _Order) -> None:
  for attempt in range(1, order.attempts + 1):
    begun = order.part.stat().st_size > 0
    try:
      _fetch_once(order)
      _verify(order, begun)
      return
    except _TryAgain as error:
      reason = str(error)
    except _PASSING as error:
      cause = getattr(error, "reason", error)
      reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    if attempt < order.attempts:
      cli.say(f"{order.what}: {reason}; attempt {attempt + 1} of {order.attempts} follows.")
      time.sleep(order.wait * 2 ** (attempt - 1))
  kept = " (what has come so far is kept)" if order.keep_part else ""
  raise UserError(f"{order.url} could not be fetched in {order.attempts} attempts ({reason}); "
                  f"check the network and run the same command again{kept}, or {order.hint}.")


def _verify(order: _Order, begun: bool) -> None:
  """Throws away a whole file of the wrong sha256; asks for another attempt if it was resumed."""
  found = sha256_of(order.part) if order.sha256 else None
  if found == order.sha256:
    return
  os.truncate(order.part, 0)
  if begun:
    raise _TryAgain("what an earlier run had left belongs to another file")
  raise UserError(f"{order.url} is not the published {order.what}: its sha256 is {found} instead "
                  f"of {order.sha256}, so it was not kept; {order.hint}.")


def _fetch_once(order: _Order) -> None:
  """One request for what is missing of the part; afterwards its size is right.

  Raises:
    _TryAgain, or one of _PASSING: a fault that may pass.
    UserError: one that won't.
  """
  done = order.part.stat().st_size
  if order.size is not None and done >= order.size:
    if done == order.size:
      return
    os.truncate(order.part, 0)
    done = 0
  try:
    with _answer(order, done) as answer:
      if answer.status != 206:
        done = 0  # the server sends all of it, whatever was asked for
      elif not answer.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
        os.truncate(order.part, 0)
        raise _TryAgain("the server sent another part than was asked for")
      total = _total(answer, done, order)
      _append(answer, order, done, total)
  except urllib.error.HTTPError as error:
    with error:
      _judge(error, order, done)
    return
  size = order.part.stat().st_size
  if total is not None and size != total:
    raise _TryAgain(f"{size:,} of {total:,} bytes came")


def _answer(order: _Order, done: int) -> http.client.HTTPResponse:
  try:
    request = urllib.request.Request(
        order.url, headers={"Range": f"bytes={done}-"} if done else {})
    return urllib.request.urlopen(request, timeout=_TIMEOUT)
  except (ValueError, http.client.InvalidURL) as error:  # a blank inside, a port of letters, ...
    raise UserError(f"{order.url!r} is no web address ({error}); {order.hint}.") from error


def _total(answer: http.client.HTTPResponse, done: int, order: _Order) -> int | None:
  """The size of the whole file, bytes: as the server tells it, or as it must be, or None."""
  length = answer.headers.get("Content-Length", "")
  if not length.isdigit():
    return order.size
  total = done + int(length)
  if order.size not in (None, total):
    raise UserError(f"{order.url} is not the published {order.what}: it has {total:,} bytes "
                    f"instead of {order.size:,}; {order.hint}.")
  return total


def _append(answer: http.client.HTTPResponse, order: _Order, done: int,
            total: int | None) -> None:
  with open(order.part, "ab") as file, cli.progress(total=total, desc=order.what, unit="B") as bar:
    bar.unit_scale = True
    file.truncate(done)
    bar.update(done)
    while block := _read(answer):
      done += len(block)
      if order.size is not None and done > order.size:
        file.truncate(0)
        raise UserError(f"{order.url} is not the published {order.what}: it has more than "
                        f"{order.size:,} bytes; {order.hint}.")
      file.write(block)
      bar.update(len(block))
    file.flush()
    os.fsync(file.fileno())


def _read(answer: http.client.HTTPResponse) -> bytes:
  try:
    return answer.read(_BLOCK)
  except (OSError, http.client.HTTPException) as error:  # of the network, unlike one of the disk
    raise _TryAgain(f"the connection broke: {error or type(error).__name__}") from error


def _judge(error: urllib.error.HTTPError, order: _Order, done: int) -> None:
  """Returns if the part is complete; else raises _TryAgain or UserError."""
  if error.code == 416:  # nothing is left to send
    if error.headers.get("Content-Range", "") == f"bytes */{done}":
      return
    os.truncate(order.part, 0)
    raise _TryAgain("what had come so far is not a part of the server's file")
  reason = f"{error.code} {str(error.reason).splitlines()[0] if error.reason else ''}".strip()
  if error.code in (408, 429) or error.code >= 500:
    raise _TryAgain(f"the server answered {reason}")
  raise UserError(f"The server answered {reason} for {order.url}; {order.hint}.") from error


def _sentence(error: OSError, target: pathlib.Path) -> UserError:
  if error.errno in (errno.ENOSPC, errno.EDQUOT):
    return UserError(f"The disk is full: {target} could not be fetched; free some space and run "
                     "the same command again: what has come so far is kept.")
  return UserError(f"{target} could not be fetched or written ({error.strerror or error}); give a "
                   "folder that you may write to, or run the same command again.")
