"""Folders of built-in faces, made when they are first asked for.

A folder holds photos/NAME.png, sketches/NAME.png with equal names, and faces.json: the settings,
and for each person the split, the attributes and the names of the pictures.
"""

import json
import os
import pathlib

import numpy as np
from PIL import Image

from data_tools import cli, files
from data_tools.builtin_faces.generate import VERSION, draw
from data_tools.builtin_faces.identity import sample_identity
from data_tools.errors import UserError

DEFAULT_IDENTITIES = 120
DEFAULT_IMAGES = 3  # of each person
SPLITS = ("train", "valid", "test")
_SHARES = {"valid": 0.1, "test": 0.2}  # of the people; the others train
_LIST = "faces.json"


def ensure(identities: int = DEFAULT_IDENTITIES, images_per_identity: int = DEFAULT_IMAGES,
           seed: int = 0, folder: str | os.PathLike | None = None) -> pathlib.Path:
  """Makes the folder of faces if it is missing; a whole one is used as it is.

  Args:
    identities: number of people, at least 3: one for each split.
    images_per_identity: pairs of each person.
    seed: another seed, other people.
    folder: where to. Default: a folder of the cache whose name holds the generator's version, the
      seed and the counts.

  Returns:
    The folder; see the module's description.

  Raises:
    UserError: a number is too small, the folder holds something else, some of its files are gone,
      or it can't be written to.
  """
  settings = _checked_settings(identities, images_per_identity, seed)
  folder = pathlib.Path(folder) if folder is not None else _cache_folder(settings)
  if not _is_made(folder, settings):
    with files.whole_folder(folder) as scratch:
      _fill(scratch, settings)
    _is_made(folder, settings)  # whoever put it there
  return folder


def read_list(folder: str | os.PathLike) -> dict:
  """Reads faces.json.

  Args:
    folder: made by `ensure`.

  Returns:
    "settings": version, seed, identities, images_per_identity. "identities": for each person
    "identity" (int), "split" (one of SPLITS), "attributes" (name -> text or truth value) and
    "images" (file names, the same in photos and sketches).

  Raises:
    UserError: the file is missing or is something else.
  """
  path = pathlib.Path(folder) / _LIST
  try:
    found = json.loads(path.read_text(encoding="utf-8"))
    settings, people = found["settings"], found["identities"]
    if not isinstance(settings, dict) or not all(
        person["split"] in SPLITS and isinstance(person["images"], list) for person in people):
      raise ValueError("other fields were expected")
  except (OSError, ValueError, KeyError, TypeError) as error:
    raise UserError(f"{path} is no list of built-in faces ({error}); delete the folder, and it "
                    "will be made again, or give another.") from error
  return found


def file_name(identity: int, variant: int) -> str:
  """Name of a pair's files."""
  return f"{identity:04d}_{variant:02d}.png"


def split_of_identities(identities: int, seed: int = 0) -> list[str]:
  """Which split each person belongs to; no person belongs to two.

  Args:
    identities: number of people, at least 3.
    seed: of the faces.

  Returns:
    For each person one of SPLITS.
  """
  counts = {split: max(1, round(share * identities)) for split, share in _SHARES.items()}
  order = np.random.default_rng((seed, 303)).permutation(identities)
  splits = ["train"] * identities
  start = 0
  for split, count in counts.items():
    for person in order[start:start + count]:
      splits[person] = split
    start += count
  return splits


def _fill(folder: pathlib.Path, settings: dict[str, int]) -> None:
  """Draws and writes all files."""
  seed, count = settings["seed"], settings["identities"]
  for kind in ("photos", "sketches"):
    (folder / kind).mkdir()
  people = []
  total = count * settings["images_per_identity"]
  with cli.progress(total=total, desc="Built-in faces", unit="pair") as bar:
    for identity, split in enumerate(split_of_identities(count, seed)):
      names = []
      for variant in range(settings["images_per_identity"]):
        names.append(file_name(identity, variant))
        for kind, picture in zip(("photos", "sketches"), draw(identity, variant, seed)):
          Image.fromarray(picture).save(folder / kind / names[-1], compress_level=3)
        bar.update(1)
      people.append({"identity": identity, "split": split,
                     "attributes": sample_identity(identity, seed).attributes(), "images": names})
  text = json.dumps({"settings": settings, "identities": people}, indent=1)
  (folder / _LIST).write_text(text + "\n", encoding="utf-8")


def _is_made(folder: pathlib.Path, settings: dict[str, int]) -> bool:
  """Whether the faces are there; a folder with something else is refused, never replaced."""
  if not folder.exists():
    return False
  if not folder.is_dir():
    raise UserError(f"{folder} is a file, but the built-in faces need a folder; give another "
                    "name.")
  if not any(folder.iterdir()):
    return False
  if not (folder / _LIST).is_file():
    raise UserError(f"{folder} is not empty and has no {_LIST}, so its files are not built-in "
                    "faces; give an empty or a new folder.")
  found = read_list(folder)
  if found["settings"] != settings:
    raise UserError(f"{folder} holds built-in faces {_name(found['settings'])} where "
                    f"{_name(settings)} were to go; give another folder, or move it away.")
  names = {name for person in found["identities"] for name in person["images"]}
  for kind in ("photos", "sketches"):
    missing = names - set(os.listdir(folder / kind) if (folder / kind).is_dir() else ())
    if missing:
      raise UserError(f"{folder / kind} lacks {min(missing)} ({len(missing)} of {len(names)} "
                      "files are gone); delete the folder, and it will be made again.")
  return True


def _checked_settings(identities: int, images: int, seed: int) -> dict[str, int]:
  if identities < 3:
    raise UserError(f"{identities} built-in people were asked for; ask for at least 3, one each to "
                    "train, to validate and to test.")
  if images < 1 or seed < 0:
    raise UserError(f"Built-in faces with {images} images per person and seed {seed} were asked "
                    "for; give at least 1 image and a seed from 0 up.")
  return {"version": VERSION, "seed": seed, "identities": identities,
          "images_per_identity": images}


def _name(settings: dict) -> str:
  return (f"v{settings.get('version')}-seed{settings.get('seed')}-"
          f"{settings.get('identities')}x{settings.get('images_per_identity')}")


def _cache_folder(settings: dict[str, int]) -> pathlib.Path:
  name = _name(settings)
  version, rest = name.split("-", 1)
  return files.cache_dir() / "builtin_faces" / version / rest
