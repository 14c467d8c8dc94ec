""".mat files: what SciPy writes is read as it was, and what is damaged is a ValueError."""

import struct
import zlib

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from data_tools import matlab_file


def header(version=1, order=b"IM"):
  return b"MATLAB 5.0 MAT-file".ljust(124) + bytes([0, version]) + order


def element(kind, data):
  return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def variable(of_class, body, name=b"x", shape=(1, 1)):
  return element(14, element(6, struct.pack("<II", of_class, 0))
                 + element(5, struct.pack(f"<{len(shape)}i", *shape)) + element(1, name) + body)


def read(tmp_path, content, names=("x",)):
  path = tmp_path / "a.mat"
  path.write_bytes(content)
  return matlab_file.read(path, names)


@pytest.mark.parametrize("packed", [False, True])
def test_what_scipy_writes_is_read_as_it_was(packed, tmp_path):
  numbers = [np.arange(24, dtype=dtype).reshape(2, 3, 4) for dtype in (
      "f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")]
  cell = np.empty([2, 2], object)
  for place, value in zip(np.ndindex(2, 2), ("a", np.eye(2), np.zeros([0, 3]), "längs")):
    cell[place] = value
  content = {"cell": cell, "one": {"inner": {"deep": 3.0}, "text": "b", "list": [1, 2]},
             "many": np.array([(1, "u"), (2, "v")], [("n", object), ("t", object)]),
             "complex": np.array([1j]), "sparse": scipy.sparse.eye(3), "skipped": 5,
             **{f"n{place}": array for place, array in enumerate(numbers)}}
  path = tmp_path / "a.mat"
  scipy.io.savemat(path, content, do_compression=packed)
  found = matlab_file.read(path, [name for name in content if name != "skipped"])
  for place, array in enumerate(numbers):
    assert found[f"n{place}"].dtype == array.dtype
    np.testing.assert_array_equal(found[f"n{place}"], array)
  first, second, third, fourth = found["cell"]  # column by column
  assert (first, fourth) == ("a", "längs") and second.shape == (0, 3)
  np.testing.assert_array_equal(third, np.eye(2))
  assert found["one"]["inner"]["deep"] == 3 and found["one"]["text"] == "b"
  assert found["one"]["list"].tolist() == [[1, 2]]
  assert [part["t"] for part in found["many"]] == ["u", "v"] and found["many"][1]["n"] == 2
  assert found["complex"] is None and found["sparse"] is None and "skipped" not in found


def test_what_matlab_writes_otherwise_is_read_too(tmp_path):
  """Texts of 16 bits, whole numbers of a float array in bytes, short elements, empty cells."""
  text = variable(4, element(4, "hé".encode("utf-16-le")), shape=(1, 2))
  assert read(tmp_path, header() + text) == {"x": "hé"}
  short = struct.pack("<HH4s", 2, 3, b"\1\2\3")
  assert read(tmp_path, header() + variable(6, short, shape=(1, 3)))["x"].tolist() == [[1, 2, 3]]
  found = read(tmp_path, header() + variable(1, element(14, b"") * 2, shape=(1, 2)))["x"]
  assert [part.size for part in found] == [0, 0]
  packed = zlib.compress(text)
  both = header() + struct.pack("<II", 15, len(packed)) + packed + variable(6, short, b"y", (3, 1))
  assert list(read(tmp_path, both, ("x", "y"))) == ["x", "y"]


def nested(depth):
  body = variable(6, element(9, bytes(8)))
  for _ in range(depth):
    body = variable(1, body)
  return body


@pytest.mark.parametrize("content, words", [
    (b"", "does not begin"), (b"x" * 200, "does not begin"),
    (header(2), "version 7.3"), (b"\x89HDF\r\n\x1a\n" + bytes(600), "version 7.3"),
    (header(order=b"MI"), "little-endian"), (header() + b"abc", "ends too early"),
    (header() + struct.pack("<II", 14, 999), "ends too early"),
    (header() + struct.pack("<II", 15, 9) + b"not zlib.", "can't be unpacked"),
    (header() + struct.pack("<II", 15, 9) + zlib.compress(bytes(99))[:9], "end too early"),
    (header() + (lambda packed: struct.pack("<II", 15, len(packed)) + packed)(
        zlib.compress(bytes(2**26 + 1))), "more than 100 times as long"),
    (header() + element(14, element(9, bytes(8))), "no class"),
    (header() + variable(6, element(9, bytes(8)), shape=(1,)), "no shape"),
    (header() + variable(6, element(9, bytes(8)), shape=(-1, -1)), "no shape"),
    (header() + variable(6, element(9, bytes(8)), shape=(2**31 - 1,) * 4), "has 1 values"),
    (header() + variable(6, element(9, bytes(7))), "numbers were expected"),
    (header() + variable(4, element(9, bytes(8))), "a text was expected"),
    (header() + variable(1, element(9, bytes(8))), "holds no variable"),
    (header() + variable(1, b"", shape=(2**31 - 1, 2**31 - 1)), "ends too early"),
    (header() + variable(2, element(5, bytes(4)) + element(1, b"ab")), "no fields' names"),
    (header() + variable(2, element(5, struct.pack("<i", -4)) + element(1, b"ab")), "no fields"),
    (header() + nested(40), "too deep")])
def test_what_is_damaged_is_told(content, words, tmp_path):
  with pytest.raises(ValueError, match=words):
    read(tmp_path, content)


def test_a_struct_array_without_fields_costs_nothing(tmp_path):
  body = element(5, struct.pack("<i", 8)) + element(1, b"")
  assert read(tmp_path, header() + variable(2, body, shape=(2**31 - 1,) * 2)) == {"x": {}}


def test_damaged_bytes_never_do_worse(tmp_path):
  random, path = np.random.default_rng(0), tmp_path / "a.mat"
  scipy.io.savemat(path, {"x": {"a": np.array(["b", np.eye(3), {"c": 1}], object)}})
  whole = path.read_bytes()
  for _ in range(500):
    damaged = bytearray(whole)
    for place in random.integers(0, len(whole), random.integers(1, 5)):
      damaged[place] = random.integers(256)
    try:
      read(tmp_path, bytes(damaged))
    except ValueError:
      pass
