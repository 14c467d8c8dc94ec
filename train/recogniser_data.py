"""The pictures that a face recogniser is trained on, and those of other persons that judge it."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli, image_files
from data_tools.errors import UserError
from data_tools.faces import face_dataset, face_source, pairs
from data_tools.faces.pairs import FacePair
from models.vggface.config import VggFaceConfig
from train.recogniser_options import RecogniserOptions


@dataclasses.dataclass(frozen=True)
class IdentityPictures:
  """N pictures of one domain.

  Attributes:
    images: uint8 [N, h, w, C], 0..255.
    persons: [N], names: who is on each.
    generated: bool [N]: made by a model, not drawn or taken.
  """

  images: np.ndarray
  persons: np.ndarray
  generated: np.ndarray

  def counts(self) -> dict[str, int]:
    """How many persons, pictures, and generated ones among these."""
    return {"persons": len(set(self.persons)), "pictures": len(self.persons),
            "generated": int(self.generated.sum())}


@dataclasses.dataclass(frozen=True)
class RunIdentities:
  """The data of a run.

  Attributes:
    train: what is trained on.
    held_out: of other persons, which the best checkpoint is chosen by.
    data_type: see `FaceSource`.
  """

  train: IdentityPictures
  held_out: IdentityPictures
  data_type: str

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {"data_type": self.data_type, "train": self.train.counts(),
            "held_out": self.held_out.counts()}


def load(config: VggFaceConfig, options: RecogniserOptions) -> RunIdentities:
  """Reads the pictures of the config's domain, and generated ones if a folder is given.

  Held out are whole persons: of built-in faces the split "valid", of others a share of each set.

  Args:
    config: domain, data_type, held_out_share, geometry.
    options: data_dir, lists_dir, synthetic_dir.

  Raises:
    UserError: there are no such faces, too few to hold any out, no held-out person has a second
      picture, or a picture is missing or can't be used.
  """
  find = lambda split: face_source.find(split, options.data_dir, config.data_type,
                                        options.lists_dir)
  found = find("train")
  persons = dict(zip(found.pairs, found.persons))
  if found.is_builtin:
    valid = find("valid")
    trained, held = list(found.pairs), list(valid.pairs)
    persons |= dict(zip(valid.pairs, valid.persons))
  else:
    trained, held = pairs.hold_out(found.pairs, config.held_out_share, group=persons.get)
  made = _generated(options.synthetic_dir)
  read = lambda which, words: _read(which, persons, made, config, words)
  faces = RunIdentities(read(trained, "Training faces"), read(held, "Faces to choose by"),
                        found.data_type)
  if not is_probe(faces.held_out).any():
    raise UserError(f"None of the {faces.held_out.counts()['persons']} persons that are held out "
                    "has a second picture, so nothing can choose the best checkpoint; give "
                    "generated pictures, or faces with several pictures of a person.")
  cli.say(f"Training on {_words(faces.train)}; the best checkpoint is chosen on "
          f"{_words(faces.held_out)}.")
  return faces


def is_probe(pictures: IdentityPictures) -> np.ndarray:
  """Which pictures are compared with the gallery, each person's first real one: bool [N]."""
  rows = np.flatnonzero(~pictures.generated)
  probe = np.ones(len(pictures.persons), bool)
  probe[rows[np.unique(pictures.persons[rows], return_index=True)[1]]] = False
  return probe


def _read(which: Sequence[FacePair], persons, made, config, words) -> IdentityPictures:
  """Real pictures, then generated ones of the same pairs, if there are any."""
  paths = [getattr(pair, config.domain) for pair in which]
  names = [persons[pair] for pair in which]
  if made is not None:
    missing = [pair.name for pair in which if pair.name not in made]
    if missing:
      raise UserError(f"{len(missing)} of the {len(which)} pairs have no generated {config.domain} "
                      f"in synthetic_dir (such as {missing[0]}.png); generate it from every pair, "
                      "those that are held out, too.")
    paths, names = paths + [made[pair.name] for pair in which], names * 2
  images = np.stack([face_dataset.read_face(path, config.domain, config.geometry)
                     for path in cli.progress(paths, desc=words, unit="picture")])
  return IdentityPictures(images, np.array(names), np.arange(len(paths)) >= len(which))


def _generated(folder: str | None) -> dict[str, pathlib.Path] | None:
  """Name of a pair -> its generated picture."""
  if folder is None:
    return None
  found: dict[str, pathlib.Path] = {}
  for path in image_files.list_images(folder):
    first = found.setdefault(path.stem, path)
    if first is not path:
      raise UserError(f"{first} and {path} have the same name but for the ending, so it can't be "
                      "told which one belongs to the pair; keep one of them.")
  return found


def _words(pictures: IdentityPictures) -> str:
  counts = pictures.counts()
  return (f"{counts['pictures']} pictures of {counts['persons']} "
          f"person{'s' if counts['persons'] != 1 else ''}"
          + (f" ({counts['generated']} generated)" if counts["generated"] else ""))
