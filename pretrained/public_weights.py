"""Weight files that others published: where they are, and how they are known to be the right ones.

`public_weights.json` holds for each name

    file      what it is called, in the cache folder too
    url       where it is fetched from
    size      bytes
    sha256    hex digits
    archive   (of one) another address: a .tgz archive that holds the file
    licence, what, cite

They are fetched on demand, checked, and kept in `weights` of the cache folder. None of them comes
with this repository. A file that is not the published one is refused, as the numbers that are made
with it could not be compared with anyone's.
"""

import difflib
import hashlib
import json
import os
import pathlib
from typing import Any

from data_tools import cli, download
from data_tools.download import sha256_of
from data_tools.errors import UserError
from data_tools.files import cache_dir
from pretrained import graph_archive

REGISTRY = pathlib.Path(__file__).parent / "public_weights.json"


def entries() -> dict[str, dict[str, Any]]:
  """The content of public_weights.json: name -> its entry."""
  return json.loads(REGISTRY.read_text())


def entry_of(name: str) -> dict[str, Any]:
  """One entry of public_weights.json.

  Raises:
    UserError: there is none of that name.
  """
  known = entries()
  if name not in known:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise UserError(f"There are no public weights named {name!r}{hint}; "
                    f"give one of {', '.join(sorted(known))}.")
  return known[name]


def locate(name: str, given: str | os.PathLike | None = None, allow_other: bool = False,
           flag: str | None = None) -> pathlib.Path:
  """The path of a public weight file, checked: the given one, or the cache's, fetched if need be.

  The size and the sha256 are compared every time, in the cache too.

  Args:
    name: an entry of public_weights.json.
    given: path of the file, or of the archive that holds it; None takes it from the cache folder or
      fetches it, unless SKETCH_ZOO_OFFLINE is set.
    allow_other: takes a given file that is not the published one, with a warning.
    flag: the caller's flag for `given`, such as "--inception_weights"; error sentences name it.

  Raises:
    UserError: the file is missing or not the published one, or can't be fetched.
  """
  entry = entry_of(name)
  if given is not None:
    return _given(pathlib.Path(given).expanduser(), entry, allow_other, flag)
  path = cached_path(name)
  fault = _fault(path, entry) if path.exists() else "missing"
  if not fault:
    return path
  if path.exists():
    cli.say(f"{path} is not the published file ({fault}): it has to be fetched anew.")
  if not download.is_offline():
    cli.say(f"Fetching {entry['file']} ({entry['size']:,} bytes, licence {entry['licence']}) from "
            f"{entry['url']} to {path.parent}.")
  by_hand = f"give its path with {flag}" if flag else f"put it at {path}"
  download.fetch(entry["url"], path, size=entry["size"], sha256=entry["sha256"],
                 what=entry["file"], hint=f"fetch it by hand and {by_hand}", keep_part=False)
  return path


def is_published(name: str, path: str | os.PathLike) -> bool:
  """Whether a file is the published one of that name, or an archive that holds it.

  Raises:
    UserError: it can't be read.
  """
  return _fault(pathlib.Path(path), entry_of(name)) is None


def cached_path(name: str) -> pathlib.Path:
  """Where a public weight file stands in the cache folder, or would stand."""
  return cache_dir() / "weights" / entry_of(name)["file"]


def _given(path: pathlib.Path, entry: dict[str, Any], allow_other: bool,
           flag: str | None) -> pathlib.Path:
  if not path.is_file():
    raise UserError(f"There is no file {path}; give {entry['file']} ({entry['size']:,} bytes, from "
                    f"{entry['url']}).")
  fault = _fault(path, entry)
  if fault and not allow_other:
    leave = f", or leave {flag} away to have it fetched" if flag else ""
    raise UserError(f"{path} is not the published {entry['file']} ({fault}); give the file that "
                    f"{entry['url']} has{leave}.")
  if fault:
    cli.say(f"Warning: {path} is not the published {entry['file']} ({fault}): numbers made with it "
            "can't be compared with those of others.")
  return path


def _fault(path: pathlib.Path, entry: dict[str, Any]) -> str | None:
  """What distinguishes a file from the published one, a clause; None if nothing does."""
  try:
    if "archive" in entry and graph_archive.is_archive(path):
      content = graph_archive.read_graph(path)
      size, found = len(content), hashlib.sha256(content).hexdigest()
    else:
      size = path.stat().st_size
      found = sha256_of(path) if size == entry["size"] else None
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror or error}); check its permissions and "
                    "the disk.") from error
  if size != entry["size"]:
    return f"it has {size:,} bytes instead of {entry['size']:,}"
  if found != entry["sha256"]:
    return f"its sha256 is {found} instead of {entry['sha256']}"
  return None
