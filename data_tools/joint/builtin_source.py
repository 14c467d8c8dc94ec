"""The built-in faces as a source of photos: they also have pencil sketches of their own."""

import os
import pathlib

from data_tools import builtin_faces
from data_tools.joint.crops import Framing
from data_tools.joint.photo_source import PhotoSource, SourcePhoto

KIND = "builtin"


def find(faces: str | os.PathLike | None = None) -> PhotoSource:
  """The faces of a folder, split by person; the square is as wide as the picture, in its middle.

  Args:
    faces: folder that `builtin_faces.ensure` made; None: the default one, made if missing.

  Returns:
    The source; each photo has its sketch.

  Raises:
    UserError: the folder is something else, or can't be made.
  """
  folder = pathlib.Path(faces) if faces is not None else builtin_faces.ensure()
  photos = [SourcePhoto(pathlib.Path(name).stem, person["split"], folder / "photos" / name,
                        sketch=folder / "sketches" / name)
            for person in builtin_faces.read_list(folder)["identities"]
            for name in person["images"]]
  return PhotoSource(KIND, tuple(photos), Framing(side=builtin_faces.WIDTH))
