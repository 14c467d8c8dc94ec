"""Fetches Quick, Draw!'s sketch-rnn files: resumable, checked, whole or not there.

A file grows as CATEGORY.npz.part and takes its name once its size is right and its drawings can be
read. Source: the public bucket quickdraw_dataset of Google's Quick, Draw! data set (CC BY 4.0).
"""

import dataclasses
import errno
import http.client
import os
import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, BinaryIO

from data_tools import cli, stroke_files
from data_tools.errors import UserError

BASE_URL = "https://storage.googleapis.com/quickdraw_dataset/sketchrnn"
_BLOCK = 2**18  # bytes read at a time
_TIMEOUT = 60  # seconds without an answer
_PASSING = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)


class _TryAgain(Exception):
  """A fault that may pass, as a clause."""


@dataclasses.dataclass(frozen=True)
class Source:
  """Where to fetch from, and how patiently.

  Attributes:
    base_url: folder of the CATEGORY.npz files, http or https.
    attempts: how often one file is tried.
    wait: seconds before the second attempt; doubles with each.
  """

  base_url: str = BASE_URL
  attempts: int = 4
  wait: float = 1.0

  def __post_init__(self):
    if not self.base_url.startswith(("http://", "https://")):
      raise UserError(f"The address {self.base_url!r} is neither http nor https; "
                      "give the web address of the folder that holds the CATEGORY.npz files.")

  def url(self, category: str) -> str:
    """The address of a category's file, with spaces quoted."""
    return f"{self.base_url.rstrip('/')}/{urllib.parse.quote(category)}.npz"


def fetch(category: str, folder: str | os.PathLike, source: Source = Source(),
          overwrite: bool = False) -> dict[str, Any]:
  """Fetches one category's drawings, going on where an earlier run was cut off.

  Args:
    category: a Quick, Draw! category.
    folder: gets CATEGORY.npz; made if missing.
    source: where from.
    overwrite: fetches a file anew that is there already.

  Returns:
    A report: category, path, bytes, skipped, and the number of drawings of each split.

  Raises:
    UserError: the server does not have it or can't be reached, what it sends is of the wrong size
      or no drawing file, or the folder can't be written to.
  """
  target = pathlib.Path(folder) / f"{category}.npz"
  skipped = target.exists() and not overwrite
  if skipped:
    try:
      counts = _counts(target)
    except UserError as error:  # reported, not replaced: it may be somebody's own
      raise UserError(f"{error} With --overwrite it is fetched anew.") from error
    cli.say(f"{target} is there already: skipped (--overwrite fetches it anew).")
  else:
    part = target.with_name(f"{target.name}.part")
    try:
      target.parent.mkdir(parents=True, exist_ok=True)
      _fetch_with_patience(source.url(category), part, category, source)
      counts = _checked(part, source.url(category))
      os.replace(part, target)
    except OSError as error:
      raise _sentence(error, target) from error
  return {"category": category, "path": str(target), "bytes": target.stat().st_size,
          "skipped": skipped, **counts}


def _counts(path: pathlib.Path) -> dict[str, int]:
  return {split: len(drawings) for split, drawings in stroke_files.read_drawings(path).items()}


def _checked(part: pathlib.Path, url: str) -> dict[str, int]:
  try:
    return _counts(part)
  except UserError as error:
    part.unlink()  # going on from a bad start would never end well
    raise UserError(f"What {url} sent is no drawing file ({str(error).rstrip('.')}); run the "
                    "command again, and if that does not help, check the address.") from error


def _fetch_with_patience(url: str, part: pathlib.Path, category: str, source: Source) -> None:
  for attempt in range(1, source.attempts + 1):
    try:
      _fetch_once(url, part, category)
      return
    except _TryAgain as error:
      reason = error
    except _PASSING as error:
      reason = getattr(error, "reason", None) or f"{type(error).__name__}: {error}"
    if attempt < source.attempts:
      cli.say(f"{category}: {reason}; attempt {attempt + 1} of {source.attempts} follows.")
      time.sleep(source.wait * 2 ** (attempt - 1))
  raise UserError(f"{url} could not be fetched in {source.attempts} attempts ({reason}); check the "
                  "network and run the same command again: what has come so far is kept.")


def _fetch_once(url: str, part: pathlib.Path, category: str) -> None:
  """One request for what is missing of `part`; afterwards its size is the server's.

  Raises:
    _TryAgain, or one of _PASSING: a fault that may pass.
    UserError: one that won't.
  """
  done = part.stat().st_size if part.exists() else 0
  request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
  try:
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
      if answer.status != 206:
        done = 0  # the server sends all of it, whatever was asked for
      elif not answer.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
        part.unlink(missing_ok=True)
        raise _TryAgain("the server sent another part than was asked for")
      total = _total(answer, done)
      _append(answer, part, done, total, category)
  except urllib.error.HTTPError as error:
    with error:
      _judge(error, url, part, done)
    return
  size = part.stat().st_size
  if total is not None and size != total:
    raise _TryAgain(f"{size:,} of {total:,} bytes came")


def _total(answer: http.client.HTTPResponse, done: int) -> int | None:
  """The size of the whole file as the server tells it, bytes, or None."""
  length = answer.headers.get("Content-Length", "")
  return done + int(length) if length.isdigit() else None


def _append(answer: BinaryIO, part: pathlib.Path, done: int, total: int | None,
            category: str) -> None:
  with open(part, "ab") as file, cli.progress(total=total, desc=category, unit="B") as bar:
    bar.unit_scale = True
    file.truncate(done)
    bar.update(done)
    while block := answer.read(_BLOCK):
      file.write(block)
      bar.update(len(block))
    file.flush()
    os.fsync(file.fileno())


def _judge(error: urllib.error.HTTPError, url: str, part: pathlib.Path, done: int) -> None:
  """Returns if `part` is complete; else raises _TryAgain or UserError."""
  if error.code == 416:  # nothing is left to send
    if error.headers.get("Content-Range", "") == f"bytes */{done}":
      return
    part.unlink(missing_ok=True)
    raise _TryAgain("what had come so far is not a part of the server's file")
  if error.code in (408, 429) or error.code >= 500:
    raise _TryAgain(f"the server answered {error.code} {error.reason}")
  raise UserError(f"The server answered {error.code} {error.reason} for {url}; "
                  "check the category and --base_url.") from error


def _sentence(error: OSError, target: pathlib.Path) -> UserError:
  if error.errno in (errno.ENOSPC, errno.EDQUOT):
    return UserError(f"The disk is full: {target} could not be fetched; free some space and run "
                     "the same command again: what has come so far is kept.")
  return UserError(f"{target} could not be fetched or written ({error.strerror or error}); give a "
                   "folder that you may write to, or run the same command again.")
