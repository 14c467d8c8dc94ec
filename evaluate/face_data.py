"""The faces that a face model is judged on: the test split of CUFS or CUFSF, or built-in faces."""

import dataclasses
import os

from data_tools.faces import face_dataset, face_source, layout
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.geometry import Geometry


@dataclasses.dataclass(frozen=True)
class JudgedFaces:
  """N test pairs.

  Attributes:
    split: the pictures, with the names of results.
    persons: who is on each pair, N names.
    source: what they are, in words.
    data_type: see `layout.DATA_TYPES`; or `face_source.BUILTIN`.
    published: pairs of the published results on this data type; None for built-in faces.
  """

  split: FaceSplit
  persons: tuple[str, ...]
  source: str
  data_type: str
  published: int | None = None

  @property
  def first_of_persons(self) -> list[str]:
    """The name of each person's first pair."""
    first: dict[str, str] = {}
    for name, person in zip(self.split.names, self.persons):
      first.setdefault(person, name)
    return list(first.values())


def load(geometry: Geometry, data_dir: str | os.PathLike | None = None, data_type: str = "CUFS",
         lists_dir: str | os.PathLike | None = None) -> JudgedFaces:
  """Reads the test pairs.

  Args:
    geometry: the model's sizes.
    data_dir: see `face_source.find`, as for the two below; None, and no lists: the built-in faces.
    data_type: likewise.
    lists_dir: likewise.

  Raises:
    UserError: there are no such pairs, or a picture can't be used.
  """
  found = face_source.find("test", data_dir, data_type, lists_dir)
  split = face_dataset.load(found.pairs, geometry, "Test faces")
  published = None if found.is_builtin else sum(
      layout.OFFICIAL_COUNTS[face_set]["test"] for face_set in layout.DATA_TYPES[found.data_type])
  return JudgedFaces(split, found.persons, found.words, found.data_type, published)
