"""Which photo belongs to which sketch: found in folders by name, or given as lists by line."""

import os
import pathlib
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np

from data_tools import files, image_files
from data_tools.errors import UserError
from data_tools.faces import layout

_PLACE = 3  # parts of SET/Training Photos/NAME, which a list's paths and DATA_DIR share


class FacePair(NamedTuple):
  """The photo and the sketch of one face.

  Attributes:
    face_set: such as "CUHK": the folder two levels above the photo.
    photo: its file.
    sketch: its file.
  """

  face_set: str
  photo: pathlib.Path
  sketch: pathlib.Path

  @property
  def name(self) -> str:
    """Of results, without ending, as the original names them: CUHK100, CUFSF00001."""
    return self.face_set + self.photo.stem


def find(data_type: str, split: str, data_dir: str | os.PathLike | None = None,
         lists_dir: str | os.PathLike | None = None) -> list[FacePair]:
  """The pairs of a split, from lists if these are given, else from folders.

  Args:
    data_type: see `layout.DATA_TYPES`; capital or small letters.
    split: "train" or "test".
    data_dir: holds the sets' folders; with lists, where to look for listed files that are not at
      their paths.
    lists_dir: holds the lists, if there are any.

  Returns:
    At least one pair, in the original's order: by set, then by the photos' file names as strings
    (or as listed).

  Raises:
    UserError: neither is given, or what `from_folders` and `from_lists` raise.
  """
  if lists_dir is not None:
    return from_lists(lists_dir, data_type, split, data_dir)
  if data_dir is None:
    raise UserError("No face pictures are given; give a data_dir with the folders of "
                    f"{data_type}, or lists.")
  return from_folders(data_dir, data_type, split)


def from_folders(data_dir: str | os.PathLike, data_type: str, split: str) -> list[FacePair]:
  """Pairs the files of `layout.folder` by name, the ending left out.

  Raises:
    UserError: a folder is missing or has no images, a name has no partner or is there twice, or
      two pairs would give results of the same name.
  """
  pairs: list[FacePair] = []
  for face_set in layout.DATA_TYPES[layout.data_type(data_type)]:
    sketches, photos = (layout.check_folder(data_dir, face_set, split, kind)
                        for kind in ("sketch", "photo"))
    found = [FacePair(face_set, pair.generated, pair.reference)
             for pair in image_files.pair_images(sketches, photos)]
    pairs += sorted(found, key=lambda pair: pair.photo.name)
  return _named_apart(pairs)


def from_lists(lists_dir: str | os.PathLike, data_type: str, split: str,
               data_dir: str | os.PathLike | None = None) -> list[FacePair]:
  """Pairs the lines of the lists `layout.list_file` of a data type.

  Raises:
    UserError: see `pair_lists`.
  """
  return _named_apart([
      pair for collection in layout.collections(layout.data_type(data_type))
      for pair in pair_lists(*(layout.list_file(lists_dir, collection, split, kind)
                               for kind in ("photo", "sketch")), data_dir)])


def pair_lists(photo_list: str | os.PathLike, sketch_list: str | os.PathLike,
               data_dir: str | os.PathLike | None = None) -> list[FacePair]:
  """Pairs line k of the photos' list with line k of the sketches'.

  The names may differ, but a photo whose name stands on another line of the sketches' list (of the
  same set) is a slipped line.

  Args:
    photo_list: text file with one path a line, relative to its folder; empty lines don't count.
    sketch_list: the same.
    data_dir: where to look for SET/Training Photos/NAME of a path with nothing at it, such as one
      of another machine.

  Returns:
    At least one pair.

  Raises:
    UserError: a list is missing or empty, they differ in length, a file is not there, or a line
      has slipped.
  """
  photos, sketches = (_listed(pathlib.Path(path), data_dir) for path in (photo_list, sketch_list))
  if len(photos) != len(sketches):
    raise UserError(f"{photo_list} lists {len(photos)} files, but {sketch_list} {len(sketches)}; "
                    "line k of one has to belong to line k of the other.")
  _refuse_slipped_lines(photos, sketches, photo_list, sketch_list)
  return [FacePair(_set_of(photo), photo, sketch) for photo, sketch in zip(photos, sketches)]


def write_lists(lists_dir: str | os.PathLike, data_dir: str | os.PathLike, data_type: str
                ) -> list[pathlib.Path]:
  """Lists what is in the folders, with absolute paths; lists that were there are replaced.

  Returns:
    The files written: photos and sketches of each split and collection.

  Raises:
    UserError: see `from_folders`; nothing is written then.
  """
  texts = {}
  for collection in layout.collections(layout.data_type(data_type)):
    for split in layout.SPLITS:
      pairs = from_folders(data_dir, collection, split)
      for kind in layout.KINDS:
        lines = [os.path.abspath(getattr(pair, kind)) for pair in pairs]
        texts[layout.list_file(lists_dir, collection, split, kind)] = _as_bytes(lines)
  for path, text in texts.items():
    with files.atomic_path(path) as scratch:
      scratch.write_bytes(text)
  return list(texts)


def _as_bytes(lines: Sequence[str]) -> bytes:
  for line in lines:
    if line.strip() != line or len(line.splitlines()) > 1 or not _is_utf8(line):
      raise UserError(f"The path {line!a} can't be a line of a list: it begins or ends with a "
                      "space, holds a line break or is not UTF-8; rename the file or its folder.")
  return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _is_utf8(text: str) -> bool:
  try:
    return bool(text.encode("utf-8"))
  except UnicodeEncodeError:
    return False


def hold_out(pairs: Sequence[FacePair], share: float, seed: int = 0,
             group: Callable[[FacePair], Hashable] = lambda pair: pair.name
             ) -> tuple[list[FacePair], list[FacePair]]:
  """Splits training pairs into some to train on and some to choose a checkpoint by.

  Args:
    pairs: of one or several sets; a set with one group only is trained on.
    share: of each set's groups to hold out, in (0, 1); at least one group, never all of them.
    seed: at least 0.
    group: what has to stay together, such as the pictures of one person.

  Returns:
    Those to train on and those held out, each in the order of `pairs`.

  Raises:
    UserError: there are too few to hold any out.
  """
  random = np.random.default_rng(seed)
  held: set[tuple[str, Hashable]] = set()
  for face_set in dict.fromkeys(pair.face_set for pair in pairs):
    groups = list(dict.fromkeys(group(pair) for pair in pairs if pair.face_set == face_set))
    count = min(max(round(share * len(groups)), 1), len(groups) - 1)
    held |= {(face_set, groups[place]) for place in random.permutation(len(groups))[:count]}
  if not held:
    raise UserError(f"There are {len(pairs)} training pairs, too few to hold some out; give more "
                    "faces.")
  is_held = lambda pair: (pair.face_set, group(pair)) in held
  return [pair for pair in pairs if not is_held(pair)], [pair for pair in pairs if is_held(pair)]


def _set_of(photo: pathlib.Path) -> str:
  return photo.absolute().parent.parent.name


def _named_apart(pairs: list[FacePair]) -> list[FacePair]:
  first: dict[str, FacePair] = {}
  for pair in pairs:
    other = first.setdefault(pair.name, pair)
    if other is not pair:
      raise UserError(f"The results of {other.photo} and {pair.photo} would have the same name, "
                      f"{pair.name}; rename one of them or leave it out.")
  return pairs


def _listed(path: pathlib.Path, data_dir: str | os.PathLike | None) -> list[pathlib.Path]:
  if not os.path.isfile(path):
    raise UserError(f"There is no list {path}; make the lists with "
                    "`python data_tools/check_faces.py --data_dir=DIR --write_lists=LISTS_DIR`.")
  if data_dir is None:
    return image_files.list_images(path)
  lines = [line.strip() for line in _text(path).splitlines() if line.strip()]
  found = [_located(path.parent / line, pathlib.Path(data_dir)) for line in lines]
  if not found:
    raise UserError(f"The list {path} is empty; write one path of an image a line.")
  missing = [line for line, place in zip(lines, found) if not _is_file(place)]
  if missing:
    raise UserError(f"{len(missing)} of the {len(found)} files that {path} lists are neither at "
                    f"their paths nor below {data_dir} (such as {missing[0]}); give the data_dir "
                    "that holds them, or make the lists anew.")
  return found


def _text(path: pathlib.Path) -> str:
  try:
    return path.read_text(encoding="utf-8-sig")
  except (UnicodeDecodeError, OSError) as error:
    raise UserError(f"The list {path} can't be read as text; give one path a line.") from error


def _located(path: pathlib.Path, data_dir: pathlib.Path) -> pathlib.Path:
  """The path itself, or where its last three parts lie below `data_dir`."""
  moved = data_dir.joinpath(*path.parts[-_PLACE:])
  return moved if not _is_file(path) and _is_file(moved) else path


def _is_file(path: pathlib.Path) -> bool:
  try:
    return os.path.isfile(path)
  except ValueError:  # a zero byte in the line
    return False


def _refuse_slipped_lines(photos, sketches, photo_list, sketch_list) -> None:
  lines = {(_set_of(path), path.stem): line for line, path in enumerate(sketches, 1)}
  for line, (photo, sketch) in enumerate(zip(photos, sketches), 1):
    own = lines.get((_set_of(photo), photo.stem), line)
    if photo.stem != sketch.stem and own != line:
      raise UserError(f"Line {line} of {photo_list} is {photo.name}, but in {sketch_list} it is "
                      f"{sketch.name} and the sketch of that name is on line {own}; line k of one "
                      "has to belong to line k of the other.")
