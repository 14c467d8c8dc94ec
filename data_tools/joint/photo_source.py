"""What every source of photos gives: which photos there are, their splits, and how they are cut."""

import dataclasses
import hashlib
import pathlib
from typing import Any, NamedTuple

from data_tools.errors import UserError
from data_tools.joint.crops import Box, Framing


class SourcePhoto(NamedTuple):
  """One photo.

  Attributes:
    name: of its joint pictures, without ending; no other photo of the source has it.
    split: "train", "valid" or "test".
    path: of the file.
    box: of the object in it; None: its middle is cut out.
    sketch: file of its own sketch, of the photo's size, if the source has any.
  """

  name: str
  split: str
  path: pathlib.Path
  box: Box | None = None
  sketch: pathlib.Path | None = None


@dataclasses.dataclass(frozen=True)
class PhotoSource:
  """The photos of a data set.

  Attributes:
    kind: name of the source.
    photos: at least one.
    framing: how they are cut.
  """

  kind: str
  photos: tuple[SourcePhoto, ...]
  framing: Framing

  def __post_init__(self):
    seen: dict[str, SourcePhoto] = {}
    for photo in self.photos:
      first = seen.setdefault(photo.name, photo)
      if first is not photo:
        raise UserError(f"{first.path} and {photo.path} would both be called {photo.name}; keep "
                        "one of them, or rename it.")

  @property
  def has_sketches(self) -> bool:
    """Whether every photo has a sketch of its own."""
    return all(photo.sketch for photo in self.photos)

  def settings(self) -> dict[str, Any]:
    """What the squares depend on, apart from the pixels, for JSON.

    Returns:
      "source", "crop", "margin", "photos": how many, and "list": a digest of names, splits, boxes
      and sizes of the files.

    Raises:
      UserError: a file is gone.
    """
    lines = sorted(repr((photo.name, photo.split, photo.box, _bytes(photo.path)))
                   for photo in self.photos)
    digest = hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace"))
    return {"source": self.kind, "crop": self.framing.side, "margin": self.framing.margin,
            "photos": len(self.photos), "list": digest.hexdigest()[:16]}


def _bytes(path: pathlib.Path) -> int:
  try:
    return path.stat().st_size
  except OSError as error:
    raise UserError(f"The photo {path} can't be read ({error.strerror}); give the data set "
                    "whole.") from error


def needed(data_dir: pathlib.Path, *places: str) -> pathlib.Path:
  """The first of some places that is there.

  Args:
    data_dir: of the data set.
    places: paths below it.

  Raises:
    UserError: there is none.
  """
  for place in places:
    if (data_dir / place).exists():
      return data_dir / place
  others = f" (nor {', '.join(places[1:])})" if places[1:] else ""
  raise UserError(f"There is no {data_dir / places[0]}{others}; give the data set's own folder "
                  "with --data_dir, unpacked as it comes.")
