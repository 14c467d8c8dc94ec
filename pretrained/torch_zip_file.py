"""Weight files of PyTorch 1.6 and later: a zip archive that torch.save writes without compression.

Members, all below a folder of any name: data.pkl (the pickle), data/KEY (the bytes of a storage),
byteorder ("little" or "big"; little where it is missing), version and others of no use here.
"""

import contextlib
import io
import pathlib
import zipfile
import zlib
from collections.abc import Iterator

from pretrained import torch_unpickler
from pretrained.torch_tensors import OpenFile
from pretrained.torch_values import Refused, Storage

_MAX_PICKLE = 32 * 2**20  # bytes
_BROKEN = (*torch_unpickler.BROKEN, zipfile.BadZipFile, zlib.error, NotImplementedError,
           RuntimeError)


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[OpenFile]:
  """Opens a file; what is wrong with it, also while it is read, becomes Refused.

  Raises:
    Refused: it is damaged, cut short, compressed, or holds more than tensors.
    OSError: it can't be read.
  """
  try:
    with zipfile.ZipFile(path) as archive:
      members = _members(archive)
      folder = _folder(members)
      tree, storages = torch_unpickler.unpickle(
          io.BytesIO(_read(archive, members, f"{folder}data.pkl", _MAX_PICKLE)))
      for storage in storages.values():
        _check(storage, members.get(f"{folder}data/{storage.key}"))

      def read(storage: Storage) -> bytes:
        return _read(archive, members, f"{folder}data/{storage.key}", storage.size)

      yield OpenFile(tree, read, _is_big_endian(archive, members, folder))
  except _BROKEN as error:
    raise Refused(f"is damaged or cut short (its zip archive: {type(error).__name__})") from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
  members = {info.filename: info for info in archive.infolist()}
  if len(members) != len(archive.infolist()):
    raise Refused("has two members of the same name")
  return members


def _folder(members: dict[str, zipfile.ZipInfo]) -> str:
  """The folder of data.pkl, with the slash."""
  found = [name for name in members if name == "data.pkl" or name.endswith("/data.pkl")]
  if len(found) != 1:
    raise Refused("is a zip archive without the data.pkl of torch.save")
  folder = found[0].removesuffix("data.pkl")
  if f"{folder}constants.pkl" in members:
    raise Refused("is a TorchScript program, not a file of tensors")
  return folder


def _check(storage: Storage, info: zipfile.ZipInfo | None) -> None:
  if info is None:
    raise Refused("lacks numbers that its pickle mentions")
  if info.file_size != storage.size:
    raise Refused(f"holds {info.file_size:,} bytes where its pickle promises {storage.size:,}")


def _read(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str,
          limit: int) -> bytes:
  info = members[name]
  if info.compress_type != zipfile.ZIP_STORED:
    raise Refused("is compressed, which torch.save never does")
  if info.file_size > limit:
    raise Refused(f"has a member of {info.file_size:,} bytes where at most {limit:,} are expected")
  content = archive.read(info)
  if len(content) != info.file_size:
    raise EOFError
  return content


def _is_big_endian(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo],
                   folder: str) -> bool:
  name = f"{folder}byteorder"
  order = _read(archive, members, name, 16) if name in members else b"little"
  if order not in (b"little", b"big"):
    raise ValueError("byteorder")
  return order == b"big"
