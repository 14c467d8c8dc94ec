"""The bytes of a frozen graph: from a .pb file, or out of the .tgz archive it was published in.

The archive is read as a stream; nothing is extracted, so that no name in it can point anywhere.
"""

import gzip
import os
import pathlib
import tarfile
import zlib
from typing import BinaryIO

from data_tools.errors import UserError

MEMBER = "classify_image_graph_def.pb"
_MAX_BYTES = 2**28  # of a graph; the Inception graph has 96 MB
_MAX_UNPACKED = 2**29  # of an archive; that of the Inception graph has 97 MB
_GZIP = b"\x1f\x8b"
_BROKEN = (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, ValueError, OverflowError)


class _Bounded:
  """A stream that ends in an error before it can fill the memory or the day."""

  def __init__(self, stream: BinaryIO):
    self._stream = stream
    self._left = _MAX_UNPACKED

  def read(self, size: int) -> bytes:
    content = self._stream.read(size)
    self._left -= len(content)
    if self._left < 0:
      raise ValueError(f"over {_MAX_UNPACKED:,} bytes")
    return content


def is_archive(path: str | os.PathLike) -> bool:
  """Whether a file is compressed with gzip, as .tgz archives are."""
  with open(path, "rb") as file:
    return file.read(2) == _GZIP


def read_graph(path: str | os.PathLike) -> bytes:
  """The serialised GraphDef in a file.

  Args:
    path: a .pb file (any file that is not gzip), or a .tgz archive that holds
      classify_image_graph_def.pb.

  Raises:
    UserError: it is missing, too large, no whole archive or one without that member.
  """
  path = pathlib.Path(path)
  if not path.is_file():
    raise UserError(f"There is no file {path}; check the folder and the name.")
  try:
    with open(path, "rb") as file:
      content = _member(file) if is_archive(path) else file.read(_MAX_BYTES + 1)
  except _BROKEN as error:
    raise UserError(f"{path} is not a whole .tgz archive ({type(error).__name__}); it is damaged "
                    "or cut short, so get it again.") from error
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror or error}); check its permissions and "
                    "the disk.") from error
  if content is None:
    raise UserError(f"{path} is an archive without {MEMBER}; give inception-2015-12-05.tgz or the "
                    f"{MEMBER} in it.")
  if len(content) > _MAX_BYTES:
    raise UserError(f"{path} holds more than the {_MAX_BYTES:,} bytes that a graph may have here; "
                    f"give inception-2015-12-05.tgz or the {MEMBER} in it.")
  return content


def _member(file: BinaryIO) -> bytes | None:
  """The graph in an open .tgz archive, at most one byte more than allowed; None without one."""
  stream = _Bounded(gzip.open(file))
  with tarfile.open(fileobj=stream, mode="r|") as archive:
    for member in archive:
      is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
      if is_plain and pathlib.PurePosixPath(member.name).name == MEMBER:
        content = archive.extractfile(member).read(_MAX_BYTES + 1)
        if len(content) < min(member.size, _MAX_BYTES + 1):
          raise EOFError
        while stream.read(2**20):  # to the end, where gzip compares its checksum
          pass
        return content
  return None
