"""Where face pairs come from: the folders or lists of CUFS and CUFSF, or the built-in faces."""

import dataclasses
import os
import pathlib

from data_tools import builtin_faces, cli
from data_tools.errors import UserError
from data_tools.faces import layout, pairs
from data_tools.faces.pairs import FacePair

BUILTIN = "BUILTIN"  # what names of results begin with, as CUHK100 does


@dataclasses.dataclass(frozen=True)
class FaceSource:
  """What `find` found.

  Attributes:
    pairs: N of one split, at least one.
    persons: who is on each pair, N names; the sets have one pair of each person.
    data_type: see `layout.DATA_TYPES`; or BUILTIN.
    words: what they are and where.
  """

  pairs: tuple[FacePair, ...]
  persons: tuple[str, ...]
  data_type: str
  words: str

  @property
  def is_builtin(self) -> bool:
    """Whether these are invented people, who come in three splits."""
    return self.data_type == BUILTIN


def find(split: str, data_dir: str | os.PathLike | None = None, data_type: str = "CUFS",
         lists_dir: str | os.PathLike | None = None) -> FaceSource:
  """The pairs of a split.

  Args:
    split: "train" or "test"; of built-in faces "valid", too.
    data_dir: holds the sets' folders, or was made by data_tools/make_faces.py; with neither it nor
      lists the built-in faces are taken, and drawn if need be.
    data_type: see `layout.DATA_TYPES`; built-in faces don't need it.
    lists_dir: holds the original's lists of pairs.

  Raises:
    UserError: there are no such pairs, or see `pairs.find`.
  """
  if lists_dir is None and (data_dir is None or (pathlib.Path(data_dir) / "faces.json").is_file()):
    return _builtin(split, data_dir)
  name = layout.data_type(data_type)
  found = pairs.find(name, split, data_dir, lists_dir)
  where = f"in {data_dir}" if lists_dir is None else f"listed in {lists_dir}"
  return FaceSource(tuple(found), tuple(pair.name for pair in found), name, f"{name}, {where}")


def _builtin(split: str, folder: str | os.PathLike | None) -> FaceSource:
  if folder is None:
    folder = builtin_faces.ensure()
    cli.say(f"No --data_dir is given: using the built-in faces in {folder} ({split}).")
  folder, found, persons = pathlib.Path(folder), [], []
  content = builtin_faces.read_list(folder)
  for person in content["identities"]:
    if person["split"] == split:
      found += [FacePair(BUILTIN, folder / "photos" / name, folder / "sketches" / name)
                for name in person["images"]]
      persons += [str(person["identity"])] * len(person["images"])
  if not found:
    raise UserError(f"{folder} has no {split} faces; make them anew with "
                    "data_tools/make_faces.py.")
  settings = content["settings"]
  words = (f"the built-in faces (invented people; {settings.get('identities')} x "
           f"{settings.get('images_per_identity')}, seed {settings.get('seed')})")
  return FaceSource(tuple(found), tuple(persons), BUILTIN, words)
