"""The arrays inside an .npz file of a stranger: headers, size checks, plain arrays.

Format: NumPy's NEP 1 (.npy) in a zip archive. Nothing is unpickled here.
"""

import contextlib
import dataclasses
import lzma
import math
import os
import pathlib
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from data_tools.errors import UserError

# A member may unpack to this many bytes whatever the size of the file; beyond it, to at most
# _MAX_RATIO times the file. Drawings and images shrink about 3 to 30 times, zip bombs 1000 times.
_FREE_BYTES = 64 * 2**20
_MAX_RATIO = 100
_PLAIN_KINDS = "biufcUS"
# What NumPy's parser of headers raises besides ValueError, and zipfile besides BadZipFile.
_BROKEN_HEADER = (tokenize.TokenError, SyntaxError, TypeError, LookupError, AttributeError)
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error)


@dataclasses.dataclass(frozen=True)
class Member:
  """What the header of one array says.

  Attributes:
    shape: of the array.
    dtype: of the array; object for pickled arrays.
    header_bytes: length of the header.
    total_bytes: unpacked length of header and data.
  """

  shape: tuple[int, ...]
  dtype: np.dtype
  header_bytes: int
  total_bytes: int


class NpzFile:
  """An open .npz file: `members` (name -> Member) and the two ways to read one."""

  def __init__(self, path: pathlib.Path, archive: zipfile.ZipFile):
    self.path = path
    self._archive = archive
    self._infos = {info.filename.removesuffix(".npy"): info for info in archive.infolist()
                   if info.filename.endswith(".npy")}
    self.members = {name: self._read_header(info) for name, info in self._infos.items()}

  def _read_header(self, info: zipfile.ZipInfo) -> Member:
    if info.file_size > max(_FREE_BYTES, _MAX_RATIO * self.path.stat().st_size):
      raise UserError(f"{self.path} would unpack {info.filename} to {info.file_size:,} bytes, over "
                      f"{_MAX_RATIO} times its own size; it is no drawing file, so leave it out.")
    with self._archive.open(info) as stream:
      version = np.lib.format.read_magic(stream)
      if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version} of the .npy format")
      read = (np.lib.format.read_array_header_1_0 if version == (1, 0)
              else np.lib.format.read_array_header_2_0)
      try:
        shape, _, dtype = read(stream)
      except _BROKEN_HEADER as error:
        raise ValueError(f"the header of {info.filename}: {_first_line(error)}") from error
      header_bytes = stream.tell()
    data_bytes = math.prod(shape) * dtype.itemsize
    if not dtype.hasobject and header_bytes + data_bytes != info.file_size:
      raise UserError(f"{self.path} declares {info.filename} as {dtype} {list(shape)}, which takes "
                      f"{data_bytes:,} bytes, but holds {info.file_size - header_bytes:,}; "
                      "get the file again.")
    return Member(tuple(shape), dtype, header_bytes, info.file_size)

  def read_plain(self, name: str) -> np.ndarray:
    """Reads one array of numbers or text.

    Raises:
      UserError: the array is of another kind.
    """
    if self.members[name].dtype.kind not in _PLAIN_KINDS:
      raise UserError(f"{self.path} holds {name} as {self.members[name].dtype}; expected an array "
                      "of numbers or text.")
    with self._archive.open(self._infos[name]) as stream:
      array = np.lib.format.read_array(stream, allow_pickle=False)
      stream.read(1)  # reaching the end makes zipfile compare the checksum
      return array

  def read_pickle(self, name: str) -> bytes:
    """The bytes after the header of an object array, unread."""
    content = self._archive.read(self._infos[name])
    return content[self.members[name].header_bytes:]


@contextlib.contextmanager
def open_npz(path: str | os.PathLike) -> Iterator[NpzFile]:
  """Opens an .npz file; whatever is wrong with it, also while it is read, becomes a sentence.

  Args:
    path: the file.

  Raises:
    UserError: it is missing, no .npz file, damaged, cut short or too large for its own size.
  """
  path = pathlib.Path(path)
  if not path.is_file():
    raise UserError(f"There is no file {path}; check the folder and the name.")
  try:
    with zipfile.ZipFile(path) as archive:
      yield NpzFile(path, archive)
  except PermissionError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); change its permissions.") from error
  except (*_BROKEN_ZIP, EOFError, OSError, RuntimeError, ValueError, NotImplementedError,
          OverflowError) as error:
    raise UserError(f"{path} is not a whole .npz file ({_first_line(error)}); it is damaged, cut "
                    "short or of another format, so get it again.") from error
  except MemoryError as error:
    raise UserError(f"{path} does not fit into memory; use a machine with more of it.") from error


def _first_line(error: Exception) -> str:
  lines = str(error).strip().splitlines()
  return lines[0].rstrip(".") if lines else type(error).__name__
