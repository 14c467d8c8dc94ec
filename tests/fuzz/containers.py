"""Formats that hold parts: taken apart and packed again with sizes and checksums that fit."""

import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

Part = tuple[str, bytes]
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2,
             zipfile.ZIP_LZMA)
_PNG = b"\x89PNG\r\n\x1a\n"
_CASTAGNOLI = 0x82F63B78


class Container(NamedTuple):
  """How a format holds its parts.

  Attributes:
    parts: (name, content) of each part of a valid file.
    pack: the file of such parts; dice chooses between ways of packing.
  """

  parts: Callable[[bytes], list[Part]]
  pack: Callable[[list[Part], random.Random], bytes]


def _zip_parts(content: bytes) -> list[Part]:
  with zipfile.ZipFile(io.BytesIO(content)) as archive:
    return [(name, archive.read(name)) for name in archive.namelist()]


def _zip_pack(parts: list[Part], dice: random.Random) -> bytes:
  stream, packing = io.BytesIO(), dice.choice(_PACKINGS)
  huge = any(len(content) > 2**24 for _, content in parts)
  with warnings.catch_warnings(), zipfile.ZipFile(
      stream, "w", zipfile.ZIP_DEFLATED if huge else packing, compresslevel=1) as archive:
    warnings.simplefilter("ignore")  # of names that stand twice
    for name, content in parts:
      archive.writestr(name, content)
  return stream.getvalue()


def _png_parts(content: bytes) -> list[Part]:
  parts, position = [], len(_PNG)
  while position < len(content):
    size, name = struct.unpack_from(">I4s", content, position)
    parts.append((name.decode(), content[position + 8:position + 8 + size]))
    position += size + 12
  return parts


def _png_pack(parts: list[Part], _: random.Random) -> bytes:
  chunks = ((name.encode(), zlib.compress(body, 1) if len(body) > 2**24 else body)
            for name, body in parts)
  return _PNG + b"".join(struct.pack(">I", len(body)) + name + body
                         + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks)


def _packed_mat_parts(content: bytes) -> list[Part]:
  parts, position = [("header", content[:128])], 128
  while position < len(content):
    size, = struct.unpack_from("<I", content, position + 4)
    parts.append(("variable", zlib.decompress(content[position + 8:position + 8 + size])))
    position += 8 + size
  return parts


def _packed_mat_pack(parts: list[Part], _: random.Random) -> bytes:
  packed = [zlib.compress(body, 1) for _, body in parts[1:]]
  head = parts[0][1][:2**21] if parts else b""
  return head + b"".join(struct.pack("<II", 15, len(body)) + body for body in packed)


def record_parts(content: bytes) -> list[Part]:
  """The records of a TFRecord file."""
  parts, position = [], 0
  while position < len(content):
    size, = struct.unpack_from("<Q", content, position)
    parts.append(("record", content[position + 12:position + 12 + size]))
    position += size + 16
  return parts


def record_pack(parts: list[Part], dice: random.Random | None = None) -> bytes:
  """A TFRecord file; dice now and then has a record declare a length, with its checksum."""
  content = b""
  for _, body in parts:
    size = len(body)
    if dice is not None and dice.random() < 0.02:
      size = dice.choice([0, 2**20, 2**31, 2**40, 2**62, 2**64 - 1])
    head = struct.pack("<Q", size)
    content += head + masked_crc(head) + body[:2**21] + masked_crc(body[:2**21])
  return content


def masked_crc(content: bytes) -> bytes:
  """The checksum of TFRecord files: CRC-32C, turned and moved."""
  crc = 0xFFFFFFFF
  for byte in content:
    crc = _TABLE[(crc ^ byte) & 255] ^ crc >> 8
  crc ^= 0xFFFFFFFF
  return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32)


def _table_entry(number: int) -> int:
  for _ in range(8):
    number = number >> 1 ^ (_CASTAGNOLI if number & 1 else 0)
  return number


_TABLE = [_table_entry(number) for number in range(256)]
ZIP = Container(_zip_parts, _zip_pack)
PNG = Container(_png_parts, _png_pack)
PACKED_MAT = Container(_packed_mat_parts, _packed_mat_pack)
RECORDS = Container(record_parts, record_pack)
