"""The unpickler of object arrays: what it lets a pickle do, which is nothing."""

import pickle
import struct

import numpy as np
import pytest

from data_tools import array_unpickler
from data_tools.array_unpickler import RefusedPickle, unpickle_object_array


def _objects(drawings):
  array = np.empty(len(drawings), dtype=object)
  array[:] = drawings
  return array


def _drawings(count):
  return [np.arange(3 * n, dtype=np.int16).reshape(n, 3) for n in range(1, count + 1)]


@pytest.mark.parametrize("name", [
    "builtins eval", "os system", "numpy load", "numpy fromfile", "numpy.core.multiarray scalar",
    "copyreg _reconstructor"])
def test_no_other_name_is_admitted(name):
  pickled = b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n."
  with pytest.raises(RefusedPickle, match=name.replace(" ", r"\.")):
    unpickle_object_array(pickled)


def test_what_a_pickle_loads_can_not_be_altered():
  # BUILD with a slot state sets attributes on the object before it.
  for callee in (b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\n_reconstruct\n",
                 b"c_codecs\nencode\n"):
    for attribute in (b"__call__", b"__class__", b"new"):
      with pytest.raises(RefusedPickle):
        unpickle_object_array(b"\x80\x02" + callee + b"N}X" + struct.pack("<I", len(attribute))
                              + attribute + b"K\x01s\x86b.")
  assert len(unpickle_object_array(pickle.dumps(_objects(_drawings(4)), 2))[1]) == 4


def test_a_pickle_can_not_ask_for_memory():
  # ndarray(shape=(2**40,)) through _reconstruct: with NumPy's own function a terabyte.
  huge = (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x8a\x06"
          + struct.pack("<q", 2**40)[:6] + b"\x85U\x01b\x87R.")
  with pytest.raises(RefusedPickle):
    unpickle_object_array(huge)
  # A memo entry number 2**32 - 1: Python's unpickler would allocate 64 GB for its table.
  with pytest.raises(RefusedPickle, match="object 4294967295 of 2"):
    unpickle_object_array(b"\x80\x02]r\xff\xff\xff\xff.")
  big = np.zeros(2**20, np.int8)  # 1 MB, listed 300 times in a pickle of 1 MB
  with pytest.raises(RefusedPickle, match="far larger"):
    unpickle_object_array(pickle.dumps(_objects([big] * 300), 2))


def test_every_cut_pickle_is_refused():
  pickled = pickle.dumps(_objects(_drawings(2)), 3)
  for length in range(len(pickled)):
    with pytest.raises(RefusedPickle):
      unpickle_object_array(pickled[:length])


def test_random_damage_never_escapes_as_another_error():
  pickled = pickle.dumps(_objects(_drawings(2)), 3)
  rng = np.random.default_rng(0)
  for _ in range(3000):
    damaged = bytearray(pickled)
    damaged[rng.integers(len(damaged))] = rng.integers(256)
    try:
      unpickle_object_array(bytes(damaged))
    except RefusedPickle:
      pass


def test_a_pickle_of_nothing_but_instructions_is_refused(monkeypatch):
  monkeypatch.setattr(array_unpickler, "_FREE_INSTRUCTIONS", 1000)
  with pytest.raises(RefusedPickle, match="far more instructions"):
    unpickle_object_array(b"\x80\x02" + b"]" * 2000 + b".")
  unpickle_object_array(pickle.dumps(_objects(_drawings(200)), 2))
