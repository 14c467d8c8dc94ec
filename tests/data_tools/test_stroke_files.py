"""Drawing files: what is read, what is written, and what is refused."""

import io
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest

from data_tools import stroke_files
from data_tools.errors import UserError

_SPLITS = ("train", "valid", "test")


def _drawings(counts=(4, 2, 1), dtype=np.int16, seed=0):
  rng = np.random.default_rng(seed)
  return {split: [np.column_stack([rng.integers(-99, 99, [n, 2]), rng.integers(0, 2, n)])
                  .astype(dtype) for n in rng.integers(1, 30, count)]
          for split, count in zip(_SPLITS, counts)}


def _objects(drawings):
  array = np.empty(len(drawings), dtype=object)
  array[:] = drawings
  return array


def _npy(pickled, shape):
  """An .npy member with an object header and any bytes after it."""
  stream = io.BytesIO()
  np.lib.format.write_array_header_1_0(
      stream, {"descr": "|O", "fortran_order": False, "shape": shape})
  return stream.getvalue() + pickled


def _zip(path, members, compression=zipfile.ZIP_STORED):
  with zipfile.ZipFile(path, "w", compression) as archive:
    for name, content in members.items():
      archive.writestr(f"{name}.npy", content)
  return path


def _plain_npy(array):
  stream = io.BytesIO()
  np.lib.format.write_array(stream, array, allow_pickle=True)
  return stream.getvalue()


def _with_train(path, content):
  rest = _plain_npy(_objects(_drawings()["valid"]))
  return _zip(path, {"train": content, "valid": rest, "test": rest})


def _same(found, expected):
  return list(found) == list(expected) and all(
      len(found[key]) == len(expected[key]) and all(
          a.dtype == b.dtype.newbyteorder("=") and np.array_equal(a, b)
          for a, b in zip(found[key], expected[key])) for key in expected)


@pytest.mark.parametrize("dtype", [np.int16, np.int8, np.int64, np.uint8, np.float16, np.float32,
                                   np.float64, ">i2", ">f4"])
def test_written_files_are_read_back_and_by_numpy(tmp_path, dtype):
  splits = _drawings(dtype=dtype)
  splits["train"].append(np.zeros([0, 3], dtype))
  path = tmp_path / "new" / "bee.npz"
  extra = {"train_style": np.arange(5), "style_names": ["a", "b"]}
  stroke_files.write_drawings(path, splits, extra)
  found = stroke_files.read_drawings(path)
  assert _same(found, splits)
  found["train"][0][:] = 1  # the arrays are the caller's own
  by_numpy = np.load(path, allow_pickle=True, encoding="latin1")  # our own file
  assert _same({key: list(by_numpy[key]) for key in _SPLITS},
               {key: splits[key] for key in _SPLITS}) or np.dtype(dtype).byteorder == ">"
  plain = stroke_files.read_arrays(path)
  assert list(plain) == ["train_style", "style_names"]
  assert plain["style_names"].tolist() == ["a", "b"]
  assert stroke_files.count_drawings(path) == {"train": 5, "valid": 2, "test": 1}


def test_equally_long_drawings_stay_a_list(tmp_path):
  same = [np.full([6, 3], value, np.int16) for value in range(3)]
  path = tmp_path / "same.npz"
  stroke_files.write_drawings(path, {split: same for split in _SPLITS})
  assert _same(stroke_files.read_drawings(path), {split: same for split in _SPLITS})
  for stacked in (np.array(same), np.array(same, dtype=object)):  # what np.savez makes of them
    np.savez(path, train=stacked, valid=stacked, test=_objects(same))
    found = stroke_files.read_drawings(path)
    assert np.array_equal(np.array(found["train"]), np.array(same))


def test_one_drawing_many_times(tmp_path):
  one = np.ones([500, 3], np.int16)
  stroke_files.write_drawings(tmp_path / "a.npz", {split: [one] * 300 for split in _SPLITS})
  assert len(stroke_files.read_drawings(tmp_path / "a.npz")["train"]) == 300


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_all_pickle_protocols_of_np_save(tmp_path, protocol):
  splits = _drawings()
  splits["train"][1] = np.asfortranarray(splits["train"][1])
  members = {split: _npy(pickle.dumps(_objects(splits[split]), protocol), (len(splits[split]),))
             for split in _SPLITS}
  assert _same(stroke_files.read_drawings(_zip(tmp_path / "a.npz", members)), splits)


def test_both_numpys_names_and_python_2s_strings(tmp_path):
  drawings = _drawings()["train"]
  pickled = pickle.dumps(_objects(drawings), 2)
  first, second = b"cnumpy.core.multiarray\n", b"cnumpy._core.multiarray\n"  # NumPy 1's and 2's
  assert first in pickled or second in pickled
  for renamed in (pickled.replace(first, second), pickled.replace(second, first)):
    found = stroke_files.read_drawings(_with_train(tmp_path / "a.npz", _npy(renamed, (4,))))
    assert all(np.array_equal(a, b) for a, b in zip(found["train"], drawings))

  # One drawing as Python 2 pickles it: the data is a byte string, opcode U.
  data = drawings[0].tobytes()[:40 * 6]
  n = len(data) // 6
  reconstruct = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
  dtype = {kind: b"cnumpy\ndtype\nU\x02" + kind + b"K\x00K\x01\x87R(K\x03U\x01" + order
                 + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + flags + b"tb"
           for kind, order, flags in ((b"i2", b"<", b"\x00"), (b"O8", b"|", b"?"))}
  inner = (reconstruct + b"(K\x01K" + bytes([n]) + b"K\x03\x86" + dtype[b"i2"] + b"\x89U"
           + bytes([len(data)]) + data + b"tb")
  outer = (b"\x80\x02" + reconstruct + b"(K\x01K\x01\x85" + dtype[b"O8"] + b"\x89]" + inner
           + b"atb.")
  found = stroke_files.read_drawings(_with_train(tmp_path / "b.npz", _npy(outer, (1,))))
  assert np.array_equal(found["train"][0], drawings[0][:n])


class _Evil:
  """Pickles to a call of any function."""

  def __init__(self, function, *arguments):
    self._call = function, arguments

  def __reduce__(self):
    return self._call


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("place", ["instead", "inside"])
def test_a_malicious_pickle_is_not_run(tmp_path, protocol, place):
  proof = tmp_path / "proof"
  evil = _Evil(os.mkdir, str(proof))
  bad = evil if place == "instead" else _objects([*_drawings()["train"], evil])
  pickled = pickle.dumps(bad, protocol)
  path = _with_train(tmp_path / "a.npz", _npy(pickled, (5,)))
  with pytest.raises(UserError, match=r"a\.npz, train: .*posix\.mkdir.*harmful.*trust"):
    stroke_files.read_drawings(path)
  assert not proof.exists()
  pickle.loads(pickled)  # the proof's proof: an ordinary unpickler does run it
  assert proof.exists()


@pytest.mark.parametrize("item, message", [
    (np.ones([4, 2], np.int16), r"shape \[4, 2\]; expected \[n, 3\]"),
    (np.ones([4, 5], np.int16), "stroke-5"),
    (np.ones([4], np.int16), r"shape \[4\]"),
    (np.array([[1, 2, np.nan]]), "NaN or infinity"),
    (np.array([[1, np.inf, 0]], np.float32), "NaN or infinity"),
    (np.ones([2, 3], bool), "holds bool"),
    (np.ones([2, 3], complex), "not of numbers"),
    (np.array([["a", "b", "c"]]), "not of numbers"),
    (np.ones([2, 3], dtype=[("a", "i2")]), "numbers"),
    (np.ones([2, 3], dtype=object), "is a list"),
    ([[1, 2, 0]], "is a list"),
    ("text", "is a str"),
    (None, "is a NoneType")])
def test_wrong_drawings_are_named(tmp_path, item, message):
  content = np.empty(3, dtype=object)
  content[:2] = _drawings()["train"][:2]
  content[2] = item
  path = _with_train(tmp_path / "a.npz", _plain_npy(content))
  with pytest.raises(UserError, match=message) as caught:
    stroke_files.read_drawings(path)
  assert f"{path}, train:" in str(caught.value)


def test_missing_keys_are_told_with_those_found(tmp_path):
  np.savez(tmp_path / "a.npz", train=np.zeros([1, 2, 3]), labels=np.zeros(2))
  with pytest.raises(UserError, match="no valid and no test .its keys are: train, labels"):
    stroke_files.read_drawings(tmp_path / "a.npz")
  _zip(tmp_path / "b.npz", {})
  with pytest.raises(UserError, match="its keys are: none"):
    stroke_files.read_drawings(tmp_path / "b.npz")


def test_empty_splits(tmp_path):
  path = tmp_path / "a.npz"
  stroke_files.write_drawings(path, {**_drawings(), "valid": [], "test": []})
  assert stroke_files.read_drawings(path)["valid"] == []
  stroke_files.write_drawings(path, {**_drawings(), "train": []})
  with pytest.raises(UserError, match="a.npz has no drawings in train"):
    stroke_files.read_drawings(path)


def _damage(path, how):
  stroke_files.write_drawings(path, _drawings((40, 5, 5)))
  content = bytearray(path.read_bytes())
  if how == "text":
    content = bytearray(b"<html>Not found</html>")
  elif how == "empty":
    content = bytearray()
  elif how == "truncated":
    content = content[:len(content) // 2]
  elif how == "tail lost":
    content = content[:-30]
  elif how == "flipped":
    for at in range(100, 140):
      content[at] ^= 0xff
  path.write_bytes(content)


@pytest.mark.parametrize("how", ["text", "empty", "truncated", "tail lost", "flipped"])
def test_damaged_files_are_refused(tmp_path, how):
  path = tmp_path / "bee.npz"
  _damage(path, how)
  for read in (stroke_files.read_drawings, stroke_files.read_arrays):
    if how == "flipped" and read is stroke_files.read_arrays:
      continue  # reads no damaged member
    with pytest.raises(UserError, match="bee.npz") as caught:
      read(path)
    assert "\n" not in str(caught.value) and "get it again" in str(caught.value)


def test_missing_files_and_folders(tmp_path):
  for path in (tmp_path / "none.npz", tmp_path):
    with pytest.raises(UserError, match="There is no file"):
      stroke_files.read_drawings(path)


def test_sizes_that_can_not_be(tmp_path):
  shape = io.BytesIO()
  np.lib.format.write_array_header_1_0(
      shape, {"descr": "<i2", "fortran_order": False, "shape": (2**40, 5, 3)})
  with pytest.raises(UserError, match="declares train.npy as int16 .*get the file again"):
    stroke_files.read_drawings(_with_train(tmp_path / "a.npz", shape.getvalue() + b"\0" * 30))
  objects = pickle.dumps(_objects(_drawings()["train"]), 2)
  with pytest.raises(UserError, match="header declares"):
    stroke_files.read_drawings(_with_train(tmp_path / "b.npz", _npy(objects, (10**12,))))


def test_a_zip_bomb_is_not_unpacked(tmp_path):
  path = tmp_path / "bomb.npz"
  with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("train.npy", "w", force_zip64=True) as member:
      for _ in range(300):
        member.write(bytes(2**20))
  assert path.stat().st_size < 2**20
  with pytest.raises(UserError, match="bomb.npz would unpack train.npy to .* over 100 times"):
    stroke_files.read_drawings(path)


def test_write_drawings_refuses_a_programmers_mistakes(tmp_path):
  with pytest.raises(ValueError, match="splits"):
    stroke_files.write_drawings(tmp_path / "a.npz", {"train": []})
  with pytest.raises(ValueError, match="object array"):
    stroke_files.write_drawings(tmp_path / "a.npz", _drawings(), {"x": np.array([None])})
  assert not list(tmp_path.iterdir())


def test_categories_of_a_folder(tmp_path):
  for name in ("bus.npz", "sketchrnn_bee.npz", "The Mona Lisa.npz", "bus_png.npz", "notes.txt"):
    (tmp_path / name).write_bytes(b"")
  assert stroke_files.list_categories(tmp_path) == ["The Mona Lisa", "bee", "bus"]
  assert stroke_files.find_drawings(tmp_path, "bee") == tmp_path / "sketchrnn_bee.npz"
  assert stroke_files.find_drawings(tmp_path, "The Mona Lisa").name == "The Mona Lisa.npz"
  (tmp_path / "bee.npz").write_bytes(b"")
  assert stroke_files.find_drawings(tmp_path, "bee") == tmp_path / "bee.npz"
  with pytest.raises(UserError, match="did you mean 'bus'"):
    stroke_files.find_drawings(tmp_path, "buss")
  with pytest.raises(UserError, match="no folder"):
    stroke_files.list_categories(tmp_path / "none")
  (tmp_path / "empty").mkdir()
  with pytest.raises(UserError, match="holds no CATEGORY.npz"):
    stroke_files.list_categories(tmp_path / "empty")


@pytest.mark.parametrize("header", [
    b"{'descr': '|O', (", b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, }", b"{[]: 1}"])
def test_headers_that_numpy_does_not_take_for_its_own_are_refused(tmp_path, header):
  member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
  with pytest.raises(UserError, match="is not a whole .npz file"):
    stroke_files.read_drawings(_with_train(tmp_path / "a.npz", member))


def test_members_packed_in_other_ways_may_be_damaged(tmp_path):
  member = _plain_npy(_objects(_drawings()["train"]))
  for packing in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
    path = _zip(tmp_path / "a.npz", dict.fromkeys(_SPLITS, member), packing)
    stroke_files.read_drawings(path)
    content, refused = path.read_bytes(), 0
    for place in range(50, 200, 7):
      path.write_bytes(content[:place] + b"\xff\xff" + content[place + 2:])
      try:
        stroke_files.read_drawings(path)
      except UserError:
        refused += 1
    assert refused > 15
