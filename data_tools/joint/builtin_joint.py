"""Joint pictures of the built-in faces, made when they are first asked for."""

import hashlib
import json
import pathlib
from collections.abc import Sequence

from data_tools import builtin_faces, files
from data_tools.joint import builtin_source, joint_folder, layout, sketch_styles
from data_tools.joint.photo_source import PhotoSource


def ensure(styles: Sequence[str] = ("xdog",), size: int = layout.DEFAULT_SIZE,
           identities: int = builtin_faces.DEFAULT_IDENTITIES,
           images_per_identity: int = builtin_faces.DEFAULT_IMAGES, seed: int = 0,
           workers: int = 1) -> pathlib.Path:
  """Makes the folder in the cache, or what is missing of it; earlier styles stay.

  Args:
    styles: of `sketch_styles.names()`, or "pencil": the faces' own sketches.
    size: S, pixels; a multiple of 16.
    identities: number of people, at least 3: one for each split.
    images_per_identity: faces of each person.
    seed: another seed, other people.
    workers: how many processes draw.

  Returns:
    The folder: SPLIT/STYLE/NAME.png with train, valid and test by person, and joint.json. It may
    hold more styles than were asked for.

  Raises:
    UserError: a wrong number or style, or the cache can't be written to.
  """
  layout.refuse_unfit_size(size)
  source = builtin_source.find(builtin_faces.ensure(identities, images_per_identity, seed))
  made_of = f"v{builtin_faces.VERSION}-seed{seed}-{identities}x{images_per_identity}"
  folder = (files.cache_dir() / "builtin_joint" / f"v{joint_folder.VERSION}-{_digest(source)}"
            / f"{made_of}-{size}px")
  joint_folder.make(source, folder, styles, size, workers)
  return folder


def _digest(source: PhotoSource) -> str:
  """Of the faces' files and all styles' parameters: made another way, another folder."""
  parameters = {style: sketch_styles.parameters(style) for style in sketch_styles.names()}
  text = json.dumps([source.settings(), parameters], sort_keys=True)
  return hashlib.sha256(text.encode()).hexdigest()[:8]
