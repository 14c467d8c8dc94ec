"""The constants of frozen graphs, out of .pb files and .tgz archives."""

import gzip
import io
import random
import tarfile

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from pretrained import frozen_graph, graph_archive

_ARRAYS = {
    "conv/weights": np.arange(24, dtype=np.float32).reshape(2, 3, 4), "scalar": np.float32(2.5),
    "half": np.arange(3, dtype=np.float16), "double": np.linspace(0, 1, 5),
    "empty": np.zeros((0, 3), np.float32)}


def _graph():
  """A graph of constants and of what is none; made without running anything."""
  graph = tf.compat.v1.GraphDef()

  def add(name, op="Const", tensor=None):
    node = graph.node.add(name=name, op=op)
    if tensor is not None:
      node.attr["dtype"].type = tensor.dtype
      node.attr["value"].tensor.CopyFrom(tensor)
    return node

  for name, array in _ARRAYS.items():
    add(name, tensor=tf.make_tensor_proto(array))
  add("brain", tensor=tf.make_tensor_proto(tf.constant([1.0, 2.0], tf.bfloat16)))
  filled = add("filled", tensor=tf.make_tensor_proto(np.float32(0))).attr["value"].tensor
  filled.tensor_shape.dim.add(size=2), filled.tensor_shape.dim.add(size=3)
  filled.float_val[:] = [7.0]  # one number stands for all
  add("number", tensor=tf.make_tensor_proto(np.int32(3)))
  add("text", tensor=tf.make_tensor_proto("abc"))
  add("read", "ReadFile").input.append("text")
  add("no value")
  return graph


_CONTENT = _graph().SerializeToString()


def _archive(path, members, mode="w:gz"):
  with tarfile.open(path, mode) as archive:
    for member in members:
      info, content = member if isinstance(member[0], tarfile.TarInfo) else (
          tarfile.TarInfo(member[0]), member[1])
      info.size = len(content)
      archive.addfile(info, io.BytesIO(content))
  return path


@pytest.fixture
def graph_file(tmp_path):
  """Writes a .pb file."""
  def write(content):
    path = tmp_path / "graph.pb"
    path.write_bytes(content)
    return path
  return write


def _check(constants):
  expected = _ARRAYS | {"brain": np.array([1, 2], np.float32),
                        "filled": np.full((2, 3), 7, np.float32)}
  assert list(constants) == list(expected)
  for name, array in expected.items():
    assert constants[name].dtype == array.dtype and constants[name].shape == array.shape, name
    np.testing.assert_array_equal(constants[name], array)


def test_the_float_constants_of_a_graph(graph_file):
  _check(frozen_graph.read_constants(graph_file(_CONTENT)))


@pytest.mark.parametrize("name", ["", "./", "models/image/", "../../", "/absolute/"])
def test_a_graph_in_an_archive_is_read_without_extracting(tmp_path, name):
  link = tarfile.TarInfo(graph_archive.MEMBER)
  link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
  path = _archive(tmp_path / "a.tgz", [("LICENSE", b"text"), (link, b""),
                                       (name + graph_archive.MEMBER, _CONTENT), ("z", b"after")])
  _check(frozen_graph.read_constants(path))
  assert [file.name for file in tmp_path.iterdir()] == ["a.tgz"]


@pytest.mark.parametrize("content", [b"<html>sorry</html>", b"\x00" * 100, b"PK\x03\x04 a zip",
                                     random.Random(0).randbytes(5000)])
def test_foreign_files(graph_file, content):
  with pytest.raises(UserError, match="is no whole TensorFlow graph"):
    frozen_graph.read_constants(graph_file(content))


def test_graphs_without_constants_and_no_files(graph_file, tmp_path):
  with pytest.raises(UserError, match="holds no constants; give a frozen"):
    frozen_graph.read_constants(graph_file(b""))
  for path in (tmp_path / "missing.pb", tmp_path):
    with pytest.raises(UserError, match="There is no file"):
      frozen_graph.read_constants(path)


def test_every_cut_graph_is_refused_or_holds_the_first_constants(graph_file):
  names = list(frozen_graph.read_constants(graph_file(_CONTENT)))
  refused = 0
  for length in range(len(_CONTENT)):
    try:
      found = list(frozen_graph.read_constants(graph_file(_CONTENT[:length])))
      assert found == names[:len(found)]  # cut between two nodes: no one can tell
    except UserError:
      refused += 1
  assert refused > 0.95 * len(_CONTENT)


def test_every_cut_archive_is_refused(tmp_path):
  path = _archive(tmp_path / "a.tgz", [("LICENSE", b"text" * 99), (graph_archive.MEMBER, _CONTENT)])
  content = path.read_bytes()
  for length in range(2, len(content), 5):
    path.write_bytes(content[:length])
    with pytest.raises(UserError, match="is not a whole .tgz archive"):
      frozen_graph.read_constants(path)


def test_random_damage_never_escapes_as_another_error(graph_file, tmp_path):
  archive = _archive(tmp_path / "a.tgz", [(graph_archive.MEMBER, _CONTENT)]).read_bytes()
  tar = gzip.decompress(archive)
  dice = random.Random(0)
  for content, pack in ((_CONTENT, bytes), (archive, bytes), (tar[:4096], gzip.compress)):
    for _ in range(150):
      damaged = bytearray(content)
      damaged[dice.randrange(len(content))] = dice.randrange(256)
      try:
        frozen_graph.read_constants(graph_file(pack(bytes(damaged))))
      except UserError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("sizes", [[2**25], [2**40], [-1], [2**40, 0, 2**40, -3]])
def test_a_graph_can_not_ask_for_memory(graph_file, sizes):
  graph = _graph()
  tensor = next(node for node in graph.node if node.name == "filled").attr["value"].tensor
  del tensor.tensor_shape.dim[:]
  for size in sizes:
    tensor.tensor_shape.dim.add(size=size)
  with pytest.raises(UserError, match="is no whole TensorFlow graph"):
    frozen_graph.read_constants(graph_file(graph.SerializeToString()))


def test_two_constants_of_one_name(graph_file):
  with pytest.raises(UserError, match="is no whole TensorFlow graph"):
    frozen_graph.read_constants(graph_file(_CONTENT * 2))


def test_archives_that_hold_something_else_or_too_much(graph_file, tmp_path, monkeypatch):
  path = _archive(tmp_path / "a.tgz", [("graph.pb", _CONTENT)])
  with pytest.raises(UserError, match="without classify_image_graph_def.pb; give inception"):
    frozen_graph.read_constants(path)
  with pytest.raises(UserError, match="is not a whole .tgz archive"):
    frozen_graph.read_constants(graph_file(gzip.compress(_CONTENT)))  # no tar inside
  path = _archive(tmp_path / "a.tgz", [("zeros", bytes(10**6)), (graph_archive.MEMBER, _CONTENT)])
  monkeypatch.setattr(graph_archive, "_MAX_UNPACKED", 10**6)
  with pytest.raises(UserError, match="is not a whole .tgz archive .ValueError"):
    frozen_graph.read_constants(path)
  monkeypatch.setattr(graph_archive, "_MAX_BYTES", 100)
  for path in (_archive(tmp_path / "a.tgz", [(graph_archive.MEMBER, _CONTENT)]),
               graph_file(_CONTENT)):
    with pytest.raises(UserError, match="holds more than the 100 bytes"):
      frozen_graph.read_constants(path)
