"""Fetches Quick, Draw!'s sketch-rnn files: resumable, checked, whole or not there.

A file takes its name once its size is right and its drawings can be read (`data_tools.download`).
Source: the public bucket quickdraw_dataset of Google's Quick, Draw! data set (CC BY 4.0).
"""

import dataclasses
import os
import pathlib
import urllib.parse
from typing import Any

from data_tools import cli, download, stroke_files
from data_tools.errors import UserError

BASE_URL = "https://storage.googleapis.com/quickdraw_dataset/sketchrnn"


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
    counts = {}
    url = source.url(category)
    download.fetch(url, target, what=category, attempts=source.attempts, wait=source.wait,
                   hint="check the category and --base_url",
                   check=lambda part: counts.update(_checked(part, url)))
    counts = counts or _counts(target)  # nothing was checked if another process fetched it
  return {"category": category, "path": str(target), "bytes": target.stat().st_size,
          "skipped": skipped, **counts}


def _counts(path: pathlib.Path) -> dict[str, int]:
  return {split: len(drawings) for split, drawings in stroke_files.read_drawings(path).items()}


def _checked(part: pathlib.Path, url: str) -> dict[str, int]:
  try:
    return _counts(part)
  except UserError as error:
    raise UserError(f"What {url} sent is no drawing file ({str(error).rstrip('.')}); run the "
                    "command again, and if that does not help, check the address.") from error
