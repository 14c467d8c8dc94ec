"""PyTorch's weight files read without PyTorch: genuine ones and handmade ones."""

import numpy as np
import pytest

from data_tools.errors import UserError
from pretrained import torch_files
from tests.pretrained import torch_fixtures
from tests.pretrained.torch_fixtures import FOLDER, FORMATS
from tests.pretrained.torch_writer import (NUMBERS, items, listed, name, named, number, storage,
                                           tensor, text, write)


def _same(found, expected):
  if isinstance(expected, dict):
    assert type(found) is dict and list(found) == list(expected)
    for key, value in expected.items():
      _same(found[key], value)
  elif isinstance(expected, (np.ndarray, np.generic)):
    assert isinstance(found, np.ndarray)
    assert found.dtype == expected.dtype and found.shape == expected.shape
    assert found.flags.c_contiguous and found.dtype.isnative and not found.flags.writeable
    np.testing.assert_array_equal(found, expected)
  elif isinstance(expected, list):
    assert type(found) is list and len(found) == len(expected)
    for item, value in zip(found, expected, strict=True):
      _same(item, value)
  else:
    assert type(found) is type(expected) and found == expected


@pytest.mark.parametrize("file", ["state_dict_zip", "state_dict_legacy", "state_dict_protocol4"])
def test_a_state_dict_of_pytorch(file):
  _same(torch_files.read_state_dict(FOLDER / f"{file}.pth"), torch_fixtures.state_dict())


@pytest.mark.parametrize("form", FORMATS)
def test_all_types_and_views_of_pytorch(form):
  found = torch_files.read_state_dict(FOLDER / f"tensors_{form}.pth")
  _same(found, torch_fixtures.tensors())
  assert np.shares_memory(found["base"], found["row"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_checkpoint_of_pytorch(form):
  path = FOLDER / f"checkpoint_{form}.pth"
  _same(torch_files.read_tree(path), torch_fixtures.checkpoint())
  with pytest.raises(UserError, match=r"not one flat dict .*'g' \(a dict\), 'opt' \(a dict\), "
                     r"'epoch' \(a int\), .* and 2 more; give"):
    torch_files.read_state_dict(path)


def test_a_whole_module_of_pytorch_is_refused():
  with pytest.raises(UserError, match=r"to load torch.nn.modules.linear.Linear.*state_dict\(\)"):
    torch_files.read_tree(FOLDER / "module_zip.pth")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("offset, shape, strides", [
    (0, (2, 3), (3, 1)), (1, (5,), (1,)), (0, (3, 2), (1, 3)), (5, (), ()), (2, (4, 4), (0, 1)),
    (0, (2, 2), (2, 1)), (6, (0, 7), (9, 9)), (0, (3, 2), (2, 1))])
def test_views_are_as_numpy_makes_them(tmp_path, form, offset, shape, strides):
  expected = (np.zeros(shape, np.float32) if 0 in shape else np.lib.stride_tricks.as_strided(
      NUMBERS[offset:], shape, [4 * step for step in strides]))
  path = write(tmp_path, form, named(x=tensor(None, offset, shape, strides)))
  _same(torch_files.read_state_dict(path), {"x": expected})


@pytest.mark.parametrize("form", FORMATS)
def test_what_older_versions_wrote(tmp_path, form):
  """Python 2's OrderedDict and strings, no backward hooks, parts of storages."""
  part = storage("0", "FloatStorage", 6, items(text("part"), number(2), number(3)))
  pairs = listed(listed(b"U\x01x", tensor(function="_rebuild_tensor", more=())),
                 listed(text("y"), tensor(part, 1, (2,), (1,))))
  value = name("collections", "OrderedDict") + items(pairs) + b"R"
  _same(torch_files.read_state_dict(write(tmp_path, form, value)),
        {"x": NUMBERS.reshape(2, 3), "y": NUMBERS[3:5]})
  with pytest.raises(UserError, match="reaches beyond its numbers"):
    torch_files.read_tree(write(tmp_path, form, named(x=tensor(part, 2, (2,), (1,)))))
  outside = storage("0", "FloatStorage", 6, items(text("part"), number(4), number(3)))
  with pytest.raises(UserError, match="is damaged"):
    torch_files.read_tree(write(tmp_path, form, named(x=tensor(outside, 0, (1,), (1,)))))


def test_the_byte_order_of_the_writing_machine(tmp_path):
  for kind, dtype in (("FloatStorage", ">f4"), ("LongStorage", ">i8"), ("HalfStorage", ">f2")):
    path = write(tmp_path, "zip", named(x=tensor(storage(kind=kind))),
                 {"0": (NUMBERS.astype(dtype).tobytes(), 6)}, byteorder="big")
    _same(torch_files.read_state_dict(path), {"x": NUMBERS.reshape(2, 3).astype(dtype[1:])})
  path = write(tmp_path, "zip", named(x=tensor(storage(kind="BFloat16Storage"))),
               {"0": (np.full(6, 0x4049, ">u2").tobytes(), 6)}, byteorder="big")
  assert (torch_files.read_state_dict(path)["x"] == 3.140625).all()
  with pytest.raises(UserError, match="is damaged"):
    torch_files.read_tree(write(tmp_path, "zip", named(x=tensor()), byteorder="middle"))


@pytest.mark.parametrize("value, message", [
    (tensor(), "holds a tensor where a dict"), (listed(tensor()), "holds a list where"),
    (b"}" + number(1) + tensor() + b"s", r"also holds 1 \(a tensor\)"),
    (named(state_dict=named(x=tensor()), epoch=number(3)),
     r"it also holds 'state_dict' \(a dict\), 'epoch' \(a int\); give")])
def test_what_is_no_state_dict(tmp_path, value, message):
  with pytest.raises(UserError, match=message):
    torch_files.read_state_dict(write(tmp_path, "zip", value))


def test_files_that_are_not_there(tmp_path):
  for path in (tmp_path / "missing.pth", tmp_path):
    with pytest.raises(UserError, match="There is no file"):
      torch_files.read_state_dict(path)
