"""Writes files as torch.save does, their pickles instruction by instruction, so any can be made.

`text`, `number`, `name`, `items` (a tuple), `listed`, `named` (a dict), `call`, `storage` and
`tensor` return the instructions that leave such a value on the stack.
"""

import pathlib
import struct
import zipfile

import numpy as np

NUMBERS = np.arange(6, dtype="<f4")
MAGIC = 0x1950a86a20f9469cfc6c


def text(value: str) -> bytes:
  return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
  raw = value.to_bytes(16, "little", signed=True)
  return b"\x8a" + bytes([len(raw)]) + raw


def name(module: str, what: str) -> bytes:
  return f"c{module}\n{what}\n".encode()


def items(*values: bytes) -> bytes:
  return b"(" + b"".join(values) + b"t"


def listed(*values: bytes) -> bytes:
  return b"](" + b"".join(values) + b"e"


def named(**values: bytes) -> bytes:
  return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def call(module: str, what: str, *arguments: bytes) -> bytes:
  return name(module, what) + items(*arguments) + b"R"


def storage(key="0", kind="FloatStorage", numel=6, *view: bytes, module="torch") -> bytes:
  return items(text("storage"), name(module, kind), text(key), text("cpu"), number(numel),
               *view) + b"Q"


def tensor(source=None, offset=0, shape=(2, 3), strides=(3, 1), function="_rebuild_tensor_v2",
           more=(b"\x89", b"N")) -> bytes:
  return call("torch._utils", function, source or storage(), number(offset),
              items(*map(number, shape)), items(*map(number, strides)), *more)


def pickled(value: bytes) -> bytes:
  return b"\x80\x02" + value + b"."


def write(folder: pathlib.Path, form: str, value: bytes,
          storages: dict[str, tuple[bytes, int]] | None = None,
          **members: bytes | str) -> pathlib.Path:
  """Writes a file of torch.save.

  Args:
    folder: where.
    form: "zip" or "legacy".
    value: instructions.
    storages: key -> bytes, count; None: NUMBERS under "0".
    **members: further ones of the archive.
  """
  storages = {"0": (NUMBERS.tobytes(), 6)} if storages is None else storages
  path = folder / f"{form}.pth"
  if form == "legacy":
    head = [number(MAGIC), number(1001), b"}", value, listed(*map(text, storages))]
    tail = [struct.pack("<q", count) + content for content, count in storages.values()]
    path.write_bytes(b"".join([*map(pickled, head), *tail]))
    return path
  with zipfile.ZipFile(path, "w") as archive:
    archive.writestr("any name/data.pkl", pickled(value))
    for key, (content, _) in storages.items():
      archive.writestr(f"any name/data/{key}", content)
    for member, content in members.items():
      archive.writestr(f"any name/{member}", content)
  return path
