"""Image files of a folder or a list: found, paired by name, and read with every doubt refused."""

import os
import pathlib
import struct
import zlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from data_tools.errors import UserError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
MAX_PIXELS = 80_000_000  # just under where Pillow starts to warn of a decompression bomb
# Only these are tried, whatever the ending says: some of Pillow's other readers start programs.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
_NAMES_SHOWN = 8
# What Pillow's readers raise of damage; memory runs out where a chunk declares gigabytes.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError,
           ArithmeticError, RuntimeError, AssertionError, MemoryError, struct.error, zlib.error)


class Pair(NamedTuple):
  """Two images of the same name.

  Attributes:
    name: of both files, without folder and ending.
    reference: the true image.
    generated: the one to judge.
  """

  name: str
  reference: pathlib.Path
  generated: pathlib.Path


def list_images(source: str | os.PathLike) -> list[pathlib.Path]:
  """The image files of a folder, or those that a text file lists.

  Args:
    source: a folder (not searched below; files without an image ending and hidden ones are
      passed over), or a text file with one path a line, relative to the text file's folder;
      empty lines don't count.

  Returns:
    At least one path; sorted by name for a folder, in the order of the lines for a list.

  Raises:
    UserError: there is no such folder or file, it names no image, or a listed file is missing.
  """
  source = pathlib.Path(source)
  if source.is_dir():
    return _images_in(source)
  if source.is_file():
    return _images_listed_in(source)
  raise UserError(f"There is no folder and no list of images at {source}; give a folder of images "
                  "or a text file with one path a line.")


def _images_in(folder: pathlib.Path) -> list[pathlib.Path]:
  try:
    everything = sorted(folder.iterdir(), key=lambda path: path.name)
  except OSError as error:
    raise UserError(f"The folder {folder} can't be read ({error.strerror}); give a folder that you "
                    "may read.") from error
  found = [path for path in everything if path.suffix.lower() in IMAGE_ENDINGS
           and not path.name.startswith(".") and path.is_file()]
  if not found:
    state = "holds no image files" if everything else "is empty"
    raise UserError(f"The folder {folder} {state}; give one with files that end in "
                    f"{', '.join(IMAGE_ENDINGS)} (folders inside it are not searched).")
  return found


def _images_listed_in(path: pathlib.Path) -> list[pathlib.Path]:
  if path.suffix.lower() in IMAGE_ENDINGS:
    raise UserError(f"{path} is a single image; give a folder of images or a text file with one "
                    "path a line.")
  try:
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
  except UnicodeDecodeError as error:
    raise UserError(f"{path} is not a text file; give a folder of images or a text file with one "
                    "path a line.") from error
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a list that you may "
                    "read.") from error
  found = [path.parent / line for line in lines if line]
  if not found:
    raise UserError(f"The list {path} is empty; write one path of an image a line.")
  missing = [str(image) for image in found if not _is_file(image)]
  if missing:
    raise UserError(f"{len(missing)} of the {len(found)} files that {path} lists are not there "
                    f"({_some(missing)}); paths count from the folder of the list.")
  return found


def _is_file(path: pathlib.Path) -> bool:
  try:
    return path.is_file()
  except (OSError, ValueError):  # a line too long for a name, or with a zero byte in it
    return False


def pair_images(reference: str | os.PathLike, generated: str | os.PathLike) -> list[Pair]:
  """Pairs the images of two folders or lists by file name, the ending left out.

  Args:
    reference: folder or list of the true images (see `list_images`).
    generated: folder or list of the images to judge.

  Returns:
    The pairs, sorted by name.

  Raises:
    UserError: a name has no partner, or stands twice on one side; the names are listed.
  """
  references, others = _by_name(reference), _by_name(generated)
  lonely = [f"{len(names)} of {where} have no partner in {other} ({_some(sorted(names))})"
            for names, where, other in ((references.keys() - others.keys(), reference, generated),
                                        (others.keys() - references.keys(), generated, reference))
            if names]
  if lonely:
    raise UserError(f"The images don't pair by name (the ending left out): {'; '.join(lonely)}; "
                    "give both sides the same names.")
  return [Pair(name, references[name], others[name]) for name in sorted(references)]


def _by_name(source: str | os.PathLike) -> dict[str, pathlib.Path]:
  named: dict[str, pathlib.Path] = {}
  for path in list_images(source):
    first = named.setdefault(path.stem, path)
    if first is not path:
      raise UserError(f"{first} and {path} have the same name but for folder and ending, so a "
                      "partner can't be told; keep one of them.")
  return named


def _some(names: Iterable[str]) -> str:
  names = list(names)
  more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
  return ", ".join(names[:_NAMES_SHOWN]) + more


def read_image(path: str | os.PathLike, mode: Literal["RGB", "L"] = "RGB") -> np.ndarray:
  """Reads an image, converted as Pillow does (gray = 0.299 R + 0.587 G + 0.114 B, rounded).

  Transparency is dropped, an EXIF orientation is not applied, an animation gives its first
  picture: what the original programs get from Pillow, too.

  Args:
    path: of an 8-bit image file (PNG, JPEG, BMP, GIF, TIFF, WebP, PPM), told by its content.
    mode: "RGB" or "L" (gray).

  Returns:
    uint8 [H, W, 3] for "RGB", uint8 [H, W] for "L"; 0..255.

  Raises:
    UserError: the file can't be read, is no image, is cut off, has more than 8 bits a value, or
      is absurdly large.
  """
  return _read(pathlib.Path(path), lambda _: mode)


def read_as_stored(path: str | os.PathLike) -> np.ndarray:
  """Reads an image; a gray one stays gray.

  Args:
    path: see `read_image`.

  Returns:
    uint8 [H, W] of a gray (or black and white) file, else uint8 [H, W, 3].

  Raises:
    UserError: see `read_image`.
  """
  return _read(pathlib.Path(path), lambda mode: "L" if mode in ("1", "L", "LA", "La") else "RGB")


def _read(path: pathlib.Path, mode_for) -> np.ndarray:
  try:
    with Image.open(path, formats=_FORMATS) as image:
      _refuse_unfit(path, image)
      image.load()  # decodes every pixel: a file that is cut off raises here
      if image.mode == "P":
        image.info.pop("transparency", None)  # without effect here, but Pillow would warn
      return np.array(image.convert(mode_for(image.mode)))  # a copy that may be written to
  except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
    raise UserError(f"The image {path} can't be read ({error.strerror}); give an image file that "
                    "is there and may be read.") from error
  except UnidentifiedImageError as error:
    raise UserError(f"{path} is not an image of a known kind ({', '.join(_FORMATS)}); remove it or "
                    "put the real image there.") from error
  except Image.DecompressionBombError as error:
    raise UserError(_too_large(path)) from error
  except _BROKEN as error:
    raise UserError(f"The image {path} is damaged or cut off ({_first_line(error)}); put a whole "
                    "file there.") from error


def _refuse_unfit(path: pathlib.Path, image: Image.Image) -> None:
  """Looks at what the header says, before any pixel is decoded."""
  if image.width * image.height > MAX_PIXELS:
    raise UserError(_too_large(path, f" of {image.width} x {image.height} pixels"))
  if image.mode in ("I", "F") or image.mode.startswith("I;") or _deep_values(image):
    raise UserError(f"The image {path} has more than 8 bits a value (Pillow's mode {image.mode}); "
                    "convert it to 8-bit gray or RGB first.")


def _deep_values(image: Image.Image) -> bool:
  """Whether a colour image has 16-bit values, which Pillow would cut to 8 bits in silence."""
  for tile in image.tile:
    settings = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
    if any(isinstance(value, str) and ";16" in value and not value.startswith("BGR;")
           for value in settings):
      return True
    if tile[0].startswith("ppm") and any(isinstance(v, int) and v > 255 for v in settings):
      return True
  return False


def _too_large(path: pathlib.Path, size: str = "") -> str:
  return (f"The image {path}{size} is larger than the {MAX_PIXELS:,} pixels that are read; "
          "shrink it first.")


def _first_line(error: Exception) -> str:
  return (str(error).splitlines() or [type(error).__name__])[0]
