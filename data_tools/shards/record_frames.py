"""The lengths that the records of a TFRecord file declare, before TensorFlow makes room for them.

Format of a record: uint64 length, uint32 checksum of it, the content, uint32 checksum, all little
endian. TensorFlow allocates what a length with a right checksum asks for, and dies if it can't.
"""

import mmap
import os
import struct

_LENGTH = struct.Struct("<Q")
_AROUND = 16  # bytes of a record besides its content


def fits(path: str | os.PathLike) -> bool:
  """Whether the records that a file declares, one after the other, fill it exactly.

  Raises:
    OSError: the file can't be read.
  """
  size, position = os.path.getsize(path), 0
  if not size:
    return True
  with open(path, "rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
    while position + _AROUND <= size:
      position += _AROUND + _LENGTH.unpack_from(data, position)[0]
  return position == size
